from django.urls import path

from conversations import handing_over, views

app_name = "conversations"
urlpatterns = [
    path("", views.conversation_list, name="list"),
    path("<uuid:conversation_id>/", views.transcript, name="transcript"),
    path("<uuid:conversation_id>/new/", views.new_messages, name="new"),
    path("<uuid:conversation_id>/print/", handing_over.print_view, name="print"),
    path("<uuid:conversation_id>/transcript.txt", handing_over.as_text, name="text"),
]
