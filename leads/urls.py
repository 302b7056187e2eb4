from django.urls import path

from leads import (
    bulk_views,
    erasure_view,
    export,
    facts_view,
    handling_view,
    history_view,
    list_actions,
    merge_view,
    saved_views,
    views,
)

app_name = "leads"
urlpatterns = [
    path("", views.lead_list, name="list"),
    path("export.csv", export.export_leads, name="export"),
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
    path("<uuid:lead_id>/facts/", facts_view.correct_facts, name="facts"),
    path("<uuid:lead_id>/assignee/", handling_view.change_assignee, name="assignee"),
    path("<uuid:lead_id>/follow-up/", handling_view.change_follow_up, name="follow_up"),
    path("<uuid:lead_id>/notes/", history_view.write_note, name="notes"),
    path("<uuid:lead_id>/history/", history_view.lead_history, name="history"),
    path("<uuid:lead_id>/conversations/", history_view.lead_conversations, name="conversations"),
    path("<uuid:lead_id>/merge/", merge_view.merge_leads, name="merge"),
    path("<uuid:lead_id>/unmerge/", merge_view.unmerge_leads, name="unmerge"),
    path("<uuid:lead_id>/erase/", erasure_view.erase_lead, name="erase"),
    path("<uuid:lead_id>/export.json", erasure_view.export_lead, name="export_person"),
]
