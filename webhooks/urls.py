from django.urls import path

from webhooks.pages import deliveries, endpoints

app_name = "webhooks"
urlpatterns = [
    path("", endpoints.endpoint_list, name="list"),
    path("<uuid:endpoint_id>/", endpoints.endpoint_detail, name="detail"),
    path("<uuid:endpoint_id>/edit/", endpoints.edit_endpoint, name="edit"),
    path("<uuid:endpoint_id>/switch/", endpoints.switch_endpoint, name="switch"),
    path("<uuid:endpoint_id>/test/", endpoints.test_endpoint, name="test"),
    path("<uuid:endpoint_id>/roll/", endpoints.roll_secret, name="roll"),
    path("<uuid:endpoint_id>/delete/", endpoints.delete_endpoint, name="delete"),
    path("<uuid:endpoint_id>/replay/", deliveries.replay, name="replay"),
    path("<uuid:endpoint_id>/redeliver/", deliveries.redeliver_failed, name="redeliver_failed"),
    path(
        "<uuid:endpoint_id>/deliveries/<uuid:delivery_id>/",
        deliveries.delivery_detail,
        name="delivery",
    ),
    path(
        "<uuid:endpoint_id>/deliveries/<uuid:delivery_id>/redeliver/",
        deliveries.redeliver,
        name="redeliver",
    ),
]
