"""Two leads become one with nothing lost, and come apart again."""

import threading

import pytest
from django.db import connection

from conversations.capture import capture
from leads.assignment import assign
from leads.corrections import correct
from leads.merging import CannotMerge, became, last_merge, merge, merged_leads, unmerge
from leads.models import FACT_FIELDS, Lead, LeadEvent
from leads.models.choices import LeadStatus
from leads.models.tally import LeadTally
from organisations.actors import Actor
from tests.conversations.test_capture import received
from tests.factories import make_conversation, make_lead, make_organisation, make_user, move_lead

pytestmark = pytest.mark.django_db


@pytest.fixture
def by(agent) -> Actor:
    return Actor.for_person(agent)


def fresh(lead: Lead) -> Lead:
    return Lead.objects.get(pk=lead.pk)


def join(survivor, other, by):
    merge(survivor.organisation, survivor_id=survivor.id, other_id=other.id, by=by)
    return last_merge(survivor)


def part(survivor, event, by):
    return unmerge(survivor.organisation, survivor_id=survivor.id, event_id=event.id, by=by)


def facts(lead) -> dict:
    return {field: getattr(fresh(lead), field) for field in FACT_FIELDS}


def test_unknown_facts_are_filled_and_differing_ones_kept_and_recorded(agency, by):
    survivor = make_lead(agency, name="Siân", area="Leith", budget_max=200_000)
    other = make_lead(
        agency, name="Sian H", email="sian@example.com", budget_min=250_000, timeline="asap",
        viewing_requested=True,
    )  # fmt: skip

    event = join(survivor, other, by)

    after = fresh(survivor)
    assert (after.name, after.email, after.timeline) == ("Siân", "sian@example.com", "asap")
    assert after.viewing_requested
    assert after.budget_min is None  # it would stand above the survivor's most
    assert event.payload["filled"] == {
        "email": "sian@example.com", "timeline": "asap", "viewing_requested": "yes",
    }  # fmt: skip
    assert event.payload["kept"] == {"name": "Sian H", "budget_min": "250000"}
    assert after.score > (survivor.score or 0)
    assert "sian@example.com" in after.search
    assert facts(other) == {field: getattr(other, field) for field in FACT_FIELDS}


def test_conversations_move_events_stay_and_the_tally_counts_one_lead(agency, by):
    survivor, other = make_lead(agency, status="hot"), make_lead(agency, status="hot")
    move_lead(other, LeadStatus.CONTACTED, by=by)
    conversation = make_conversation(agency, other, messages=2)

    join(survivor, other, by)

    conversation.refresh_from_db()
    assert conversation.lead_id == survivor.id
    assert fresh(other).merged_into_id == survivor.id
    assert LeadEvent.objects.filter(lead=other, kind="status").exists()
    assert {e.lead_id for e in LeadEvent.objects.filter(kind="merge")} == {survivor.id, other.id}
    assert sum(LeadTally.objects.for_organisation(agency).by_status().values()) == 1


def test_a_fact_that_a_person_cleared_stays_cleared_and_marks_come_along(agency, by):
    survivor = make_lead(agency, area="Leith")
    correct(survivor, {"area": None}, by=by)
    other = make_lead(agency, area="Ayr")
    correct(other, {"name": "Ada"}, by=by)

    event = join(survivor, other, by)

    assert fresh(survivor).area is None
    assert event.payload["kept"]["area"] == "Ayr"
    assert set(fresh(survivor).hand_set) == {"area", "name"}

    part(survivor, event, by)

    assert fresh(survivor).hand_set == ["area"]


def test_undoing_restores_both(agency, by, agent):
    survivor = make_lead(agency, name="Siân")
    other = make_lead(agency, phone="+447700900123", area="Leith")
    assign(other, agent, by=by)
    correct(survivor, {"timeline": "asap"}, by=by)
    own, theirs = make_conversation(agency, survivor), make_conversation(agency, other, messages=9)
    before = facts(survivor), facts(other), fresh(survivor).score, fresh(survivor).hand_set

    event = join(survivor, other, by)
    assert fresh(survivor).assignee_id == agent.id
    part(survivor, event, by)

    assert (facts(survivor), facts(other), fresh(survivor).score, fresh(survivor).hand_set) == (
        before
    )
    assert fresh(survivor).assignee_id is None
    assert fresh(other).merged_into_id is None
    own.refresh_from_db(), theirs.refresh_from_db()
    assert (own.lead_id, theirs.lead_id) == (survivor.id, other.id)
    assert last_merge(survivor) is None


def test_undoing_leaves_what_somebody_changed_since_and_what_arrived_since(agency, by):
    survivor = make_lead(agency, name="Siân")
    other = make_lead(agency, email="sian@example.com", area="Leith", timeline="asap")
    event = join(survivor, other, by)
    correct(fresh(survivor), {"area": "Ayr"}, by=by)
    correct(fresh(survivor), {"timeline": None}, by=by)
    correct(fresh(survivor), {"timeline": "asap"}, by=by)  # as it was, and yet by hand
    capture(agency, [received("1", email="sian@example.com")])

    part(survivor, event, by)

    after = fresh(survivor)
    assert (after.area, after.timeline, after.email) == ("Ayr", "asap", None)
    assert after.conversations.count() == 1


def test_a_capture_that_matches_a_merged_lead_goes_to_the_one_it_became(agency, by):
    first, second, third = [make_lead(agency) for _ in range(3)]
    correct(first, {"email": "ada@example.com"}, by=by)
    join(second, first, by)
    join(third, second, by)

    capture(agency, [received("1", email="ada@example.com")])

    assert third.conversations.count() == 1
    assert Lead.objects.count() == 3


def test_chains_merge_and_come_apart_in_the_right_order(agency, by):
    a, b, c = (make_lead(agency, area=area) for area in ("A", None, None))
    of_a = make_conversation(agency, a)
    into_b = join(b, a, by)
    into_c = join(c, fresh(b), by)

    assert became(fresh(a)) == c.id
    assert {lead.id for lead in merged_leads(c)} == {a.id, b.id}
    assert fresh(c).area == "A"
    with pytest.raises(CannotMerge, match="Undo that merge first"):
        part(b, into_b, by)

    part(c, into_c, by)
    of_a.refresh_from_db()
    assert of_a.lead_id == b.id
    assert (fresh(b).area, fresh(c).area) == ("A", None)

    part(b, into_b, by)
    of_a.refresh_from_db()
    assert of_a.lead_id == a.id
    assert fresh(b).area is None


def test_of_two_merges_into_one_lead_the_later_is_undone_first(agency, by):
    survivor, first, second = [make_lead(agency) for _ in range(3)]
    earlier = join(survivor, first, by)
    later = join(survivor, second, by)

    with pytest.raises(CannotMerge, match="later one has to be undone first"):
        part(survivor, earlier, by)
    part(survivor, later, by)
    with pytest.raises(CannotMerge, match="undone already"):
        part(survivor, later, by)
    part(survivor, earlier, by)

    assert {fresh(lead).merged_into_id for lead in (first, second)} == {None}


def test_a_lead_can_be_merged_again_after_an_undoing(agency, by):
    survivor, other = make_lead(agency), make_lead(agency, area="Leith")
    part(survivor, join(survivor, other, by), by)

    again = join(survivor, other, by)
    part(survivor, again, by)

    assert fresh(survivor).area is None


def test_merges_that_make_no_sense_are_refused(agency, other_agency, by):
    lead, merged = make_lead(agency), make_lead(agency)
    join(lead, merged, by)
    theirs = make_lead(other_agency)

    for survivor, other in ((lead, lead), (lead, merged), (merged, lead), (lead, theirs)):
        with pytest.raises(CannotMerge):
            merge(agency, survivor_id=survivor.id, other_id=other.id, by=by)


@pytest.mark.django_db(transaction=True)
def test_merges_at_once_never_make_a_ring():
    agency = make_organisation()
    by = Actor.for_person(make_user(agency))
    leads = [make_lead(agency) for _ in range(6)]
    start = threading.Barrier(6)
    refused = []

    def run(n):
        survivor, other = leads[n], leads[(n + 1) % 6]
        try:
            start.wait(10)
            merge(agency, survivor_id=survivor.id, other_id=other.id, by=by)
        except CannotMerge as reason:
            refused.append(reason)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[n]) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    stand = [lead for lead in leads if fresh(lead).merged_into_id is None]
    merges = LeadEvent.objects.filter(kind="merge", payload__has_key="conversations").count()
    assert stand
    assert len(stand) == 6 - merges == len(refused)
    assert {became(fresh(lead)) for lead in leads} == {lead.id for lead in stand}
