from django.urls import path

from leads import export
from leads.pages import (
    acts,
    arrivals,
    assignment,
    bulk,
    corrections,
    erasure,
    first_lead,
    follow_ups,
    history,
    keeping,
    lead_detail,
    lead_list,
    merging,
    moving,
    saved_views,
    undoing,
)

app_name = "leads"
urlpatterns = [
    path("", lead_list.lead_list, name="list"),
    path("export.csv", export.export_leads, name="export"),
    path("first/", first_lead.first_lead, name="first"),
    path("arrivals/", arrivals.arrivals, name="arrivals"),
    path("bulk/", bulk.change_leads, name="bulk"),
    path("bulk/<uuid:bulk_id>/undo/", undoing.undo_change, name="undo"),
    path("views/", saved_views.view_list, name="views"),
    path("views/<uuid:view_id>/", saved_views.rename_view, name="rename_view"),
    path("views/<uuid:view_id>/delete/", saved_views.delete_view, name="delete_view"),
    path("<uuid:lead_id>/", lead_detail.lead_detail, name="detail"),
    path("<uuid:lead_id>/status/", moving.change_lead_status, name="change_status"),
    path(
        "<uuid:lead_id>/status/in-list/",
        moving.change_status_in_list,
        name="change_status_in_list",
    ),
    path("<uuid:lead_id>/facts/", corrections.correct_facts, name="facts"),
    path("<uuid:lead_id>/assignee/", assignment.change_assignee, name="assignee"),
    path("<uuid:lead_id>/no-answer/", follow_ups.note_no_answer, name="no_answer"),
    path("<uuid:lead_id>/acts/<uuid:act_id>/undo/", acts.undo_act, name="undo_act"),
    path("<uuid:lead_id>/follow-up/", follow_ups.change_follow_up, name="follow_up"),
    path("<uuid:lead_id>/notes/", history.write_note, name="notes"),
    path("<uuid:lead_id>/history/", history.lead_history, name="history"),
    path("<uuid:lead_id>/conversations/", history.lead_conversations, name="conversations"),
    path("<uuid:lead_id>/merge/", merging.merge_leads, name="merge"),
    path("<uuid:lead_id>/unmerge/", merging.unmerge_leads, name="unmerge"),
    path("<uuid:lead_id>/keep/", keeping.keep_lead, name="keep"),
    path("<uuid:lead_id>/erase/", erasure.erase_lead, name="erase"),
    path("<uuid:lead_id>/export.json", erasure.export_lead, name="export_person"),
]
