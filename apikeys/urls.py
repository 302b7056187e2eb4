from django.urls import path

from apikeys import first_lead, views

app_name = "apikeys"
urlpatterns = [
    path("", views.key_list, name="list"),
    path("first-lead/", first_lead.first_lead, name="first_lead"),
    path("<uuid:key_id>/", views.key_calls, name="calls"),
    path("<uuid:key_id>/edit/", views.edit_key, name="edit"),
    path("<uuid:key_id>/roll/", views.roll_key, name="roll"),
    path("<uuid:key_id>/delete/", views.revoke_key, name="revoke"),
]
