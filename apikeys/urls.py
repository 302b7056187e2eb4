from django.urls import path

from apikeys import views

app_name = "apikeys"
urlpatterns = [
    path("", views.key_list, name="list"),
    path("<uuid:key_id>/delete/", views.delete_key, name="delete"),
]
