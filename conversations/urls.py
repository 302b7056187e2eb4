from django.urls import path

from conversations import giving_page, handing_over, views

app_name = "conversations"
urlpatterns = [
    path("", views.conversation_list, name="list"),
    path("<uuid:conversation_id>/", views.transcript, name="transcript"),
    path("<uuid:conversation_id>/new/", views.new_messages, name="new"),
    path("<uuid:conversation_id>/print/", handing_over.print_view, name="print"),
    path("<uuid:conversation_id>/transcript.txt", handing_over.as_text, name="text"),
    path("<uuid:conversation_id>/give/", giving_page.give_conversation, name="give"),
    path("<uuid:conversation_id>/take-back/", giving_page.take_conversation_back, name="take_back"),
]
