"""What the first agency's people did: it is there once, dated, and true to the product's rules."""

from datetime import timedelta

import pytest
from django.db.models import Sum
from django.http import QueryDict

from apikeys.models import ApiKey, DailyCalls
from leads.merging import last_merge
from leads.models import EventKind, Lead, LeadEvent
from leads.models.choices import LeadStatus
from leads.models.saved_view import SavedView
from leads.pages.filters import LeadFilterForm
from organisations.audit_chain import links_of, verify
from organisations.models import AuditAction, AuditEntry, Change, Feed, Invitation, Organisation
from tests.demo.conftest import UNTIL, load

pytestmark = pytest.mark.django_db


def actions(organisation: Organisation) -> list[str]:
    entries = AuditEntry.objects.for_organisation(organisation).order_by("position")
    return list(entries.values_list("action", flat=True))


def test_the_trail_tells_a_story_of_five_people_and_its_chain_holds(first):
    entries = AuditEntry.objects.for_organisation(first)

    told = actions(first)
    assert {
        *("sign_in", "sign_in_failed", "key_created", "key_rolled", "key_deleted"),
        *("person_invited", "invitation_accepted", "status_changed", "leads_merged"),
        *("leads_changed", "leads_exported", "transcript_downloaded", "sign_out"),
    } <= set(told)
    assert told.count("status_changed") == 6
    people = set(first.people.values_list("id", flat=True))
    doers = set(entries.exclude(actor_id=None).values_list("actor_id", flat=True))
    assert doers == people
    assert len(people) == 5
    assert verify(links_of(first.id)).fault is None


def test_the_story_is_told_once_whatever_is_loaded_again(first):
    before = actions(first)

    load(leads=700)
    load(leads=700, seed=2)

    assert actions(first) == before


def test_only_the_first_agency_has_a_story(first):
    other = Organisation.objects.exclude(pk=first.pk).get()

    assert not AuditEntry.objects.for_organisation(other).exists()
    assert not ApiKey.objects.for_organisation(other).exists()


def test_what_the_trail_says_of_leads_stands_in_their_histories(first):
    moved = AuditEntry.objects.for_organisation(first).filter(action=AuditAction.STATUS_CHANGED)

    for entry in moved:
        events = LeadEvent.objects.filter(lead=entry.target_id, actor_id=entry.actor_id)
        event = events.get(kind="status", to_value=entry.details["to"])
        assert event.from_value == entry.details["from"]
        assert UNTIL - timedelta(hours=6) < event.created_at <= UNTIL
        assert events.filter(kind="note", created_at=event.created_at).exists()


def test_somebody_who_came_twice_is_one_lead_and_somebody_else_still_two(first):
    chidi = Lead.objects.unmerged().get(email="chidi.okafor@example.com")
    assert chidi.phone == "+447700900175"
    assert chidi.conversations.count() >= 2
    assert last_merge(chidi).actor_name == "Grace Adeyemi"

    lucia = Lead.objects.unmerged().filter(name="Lucía Romero", area="Widcombe, Bath")
    assert lucia.filter(phone="+447700900182").exists()
    assert lucia.filter(email="lucia.romero@example.com").exists()


def test_many_were_moved_by_mistake_and_taken_back(first):
    runs = AuditEntry.objects.for_organisation(first).filter(action=AuditAction.LEADS_CHANGED)
    undone = runs.get(details__has_key="undoes")
    mistaken = runs.get(target_id=undone.target_id, details__to="rejected")

    assert undone.details["leads"] == mistaken.details["leads"] == 12
    events = LeadEvent.objects.for_organisation(first).of_bulk(mistaken.target_id)
    leads = Lead.objects.filter(id__in=events.values("lead"))
    assert set(leads.values_list("status", flat=True)) == {LeadStatus.CONTACTED}


def test_what_happened_to_leads_is_in_the_change_feed(first):
    changes = Change.objects.for_organisation(first)

    assert Feed.objects.get(organisation=first).position == changes.count()
    assert {"lead.merged", "lead.assigned", "lead.status_changed"} <= set(
        changes.values_list("type", flat=True)
    )


def test_saved_views_ask_what_the_list_understands(first):
    views = SavedView.objects.filter(organisation=first)

    assert views.count() >= 6
    for view in views.select_related("person"):
        form = LeadFilterForm(QueryDict(view.query), view.person)
        assert not form.faults
        assert form.in_force


def test_keys_have_been_used_for_thirty_days(first):
    keys = {key.name: key for key in ApiKey.objects.for_organisation(first).unrevoked()}
    assert {"Website chat", "Back office", "Monday report"} < set(keys)

    counts = DailyCalls.objects.for_organisation(first).filter(day__lte=UNTIL.date())
    assert counts.values("day").distinct().count() == 30
    sums = counts.aggregate(calls=Sum("calls"), refused=Sum("refused"), over=Sum("over_limit"))
    assert sums["calls"] > 3_000
    assert 0 < sums["over"] < sums["refused"] < 0.1 * sums["calls"]
    assert all(key.created_at < UNTIL for key in keys.values())


def test_somebody_joined_and_somebody_is_awaited(first):
    invitations = Invitation.objects.for_organisation(first)

    assert invitations.open().get().name == "Owen Hughes"
    assert invitations.exclude(accepted_at=None).get().name == "Megan Pritchard"


def test_an_unmerged_lead_moved_by_the_story_has_a_whole_chain_of_steps(first):
    for lead in Lead.objects.for_organisation(first).unmerged().filter(merged=None):
        status = "new"
        steps = lead.events.filter(kind=EventKind.STATUS).order_by("created_at", "id")
        for step in steps:
            assert step.from_value == status
            status = step.to_value
        assert lead.status == status
