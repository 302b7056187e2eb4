from django.urls import path

from leads import bulk_views, list_actions, saved_views, views

app_name = "leads"
urlpatterns = [
    path("", views.lead_list, name="list"),
    path("arrivals/", list_actions.arrivals, name="arrivals"),
    path("bulk/", bulk_views.change_leads, name="bulk"),
    path("bulk/<uuid:bulk_id>/undo/", bulk_views.undo_change, name="undo"),
    path("views/", saved_views.view_list, name="views"),
    path("views/<uuid:view_id>/", saved_views.rename_view, name="rename_view"),
    path("views/<uuid:view_id>/delete/", saved_views.delete_view, name="delete_view"),
    path("<uuid:lead_id>/", views.lead_detail, name="detail"),
    path("<uuid:lead_id>/status/", views.change_lead_status, name="change_status"),
    path(
        "<uuid:lead_id>/status/in-list/",
        list_actions.change_status_in_list,
        name="change_status_in_list",
    ),
]
