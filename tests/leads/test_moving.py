"""Moving a lead: what is written, what is left alone, and what is told of it."""

import re

import pytest
from django.db import DatabaseError, connection, transaction

from foundation.ids import uuid7
from leads.models import Lead, LeadEvent
from leads.models.choices import LeadStatus
from leads.models.shown import SHOWN_FIELDS
from leads.moving import Step, move, move_each
from organisations.actors import SYSTEM, Actor
from organisations.changes.numbering import numbered_last
from organisations.models import AuditEntry
from tests.factories import make_lead, make_organisation, make_user
from tests.statements import statements_sent
from tests.waiting import wait_until_somebody_waits_for


@pytest.fixture
def by(agent) -> Actor:
    return Actor.for_person(agent, "203.0.113.9")


def events() -> list[tuple]:
    rows = LeadEvent.objects.order_by("id")
    return list(rows.values_list("lead_id", "from_value", "to_value", "actor_id", "payload"))


def entries() -> list[tuple]:
    rows = AuditEntry.objects.filter(action="status_changed").order_by("id")
    return list(rows.values_list("target_id", "details", "actor_id", "address"))


def test_a_move_writes_lead_event_and_entry_in_one_statement_and_tells_how_it_stood(agency, by):
    lead = make_lead(agency, status="hot", name="Zoë")

    with statements_sent() as sent:
        moved = move(lead.id, LeadStatus.CONTACTED, organisation_id=agency.id, by=by)

    lead.refresh_from_db()
    assert len(sent) == 1
    assert (lead.status, lead.moved_on) == ("contacted", True)
    assert events() == [(lead.id, "hot", "contacted", by.id, {})]
    assert entries() == [(lead.id, {"from": "hot", "to": "contacted"}, by.id, by.address)]
    assert moved.was == "hot"
    assert moved.shown == (str(lead.id), *(getattr(lead, field) for field in SHOWN_FIELDS[1:]))


def test_the_system_moves_a_lead_without_an_entry_and_may_move_it_again(agency):
    lead = make_lead(agency, status="new")

    move(lead.id, LeadStatus.WARM, organisation_id=agency.id, by=SYSTEM)

    lead.refresh_from_db()
    assert (lead.status, lead.moved_on) == ("warm", False)
    assert events() == [(lead.id, "new", "warm", None, {})]
    assert entries() == []


@pytest.mark.parametrize("seen", [None, LeadStatus.HOT])
def test_where_it_stands_so_already_nothing_is_written(agency, by, seen):
    lead = make_lead(agency, status="hot")

    moved = move(lead.id, LeadStatus.HOT, organisation_id=agency.id, by=by, seen=seen)

    assert moved.was == "hot"
    assert moved.shown[SHOWN_FIELDS.index("updated_at")] == lead.updated_at
    assert not Lead.objects.get(pk=lead.pk).moved_on
    assert events() == entries() == []


def test_it_is_moved_only_where_what_the_page_showed_still_stands(agency, by):
    lead = make_lead(agency, status="lost")
    ask = {"organisation_id": agency.id, "by": by}

    overtaken = move(lead.id, LeadStatus.CONTACTED, seen=LeadStatus.HOT, **ask)

    assert (overtaken.was, Lead.objects.get(pk=lead.pk).status) == ("lost", "lost")
    assert events() == entries() == []

    moved = move(lead.id, LeadStatus.CONTACTED, seen=LeadStatus.LOST, **ask)

    assert (moved.was, Lead.objects.get(pk=lead.pk).status) == ("lost", "contacted")


def test_another_agencys_lead_a_merged_one_and_none_at_all_are_no_lead(agency, other_agency, by):
    kept = make_lead(agency)
    theirs, merged = make_lead(other_agency), make_lead(agency, merged_into=kept)

    for lead_id in (theirs.id, merged.id, uuid7()):
        assert move(lead_id, LeadStatus.LOST, organisation_id=agency.id, by=by) is None

    steps = [Step(lead.id, "lost", {}) for lead in (theirs, merged, kept)]
    with numbered_last():
        assert move_each(steps, organisation_id=agency.id, by=by) == 1
    assert list(Lead.objects.filter(status="lost")) == [kept]


def test_many_are_moved_each_its_own_way_in_one_statement_and_without_entries(agency, by):
    one, other, there = [make_lead(agency, status=status) for status in ("hot", "new", "lost")]
    steps = [
        Step(one.id, "lost", {"bulk": "b"}),
        Step(other.id, "cold", {}, moved_on=False),
        Step(there.id, "lost", {}),
    ]

    with numbered_last(), statements_sent() as sent:
        moved = move_each(steps, organisation_id=agency.id, by=by)

    assert (len(sent), moved) == (1, 2)
    stands = Lead.objects.order_by("id").values_list("status", "moved_on")
    assert list(stands) == [("lost", True), ("cold", False), ("lost", False)]
    assert events() == [
        (one.id, "hot", "lost", by.id, {"bulk": "b"}),
        (other.id, "new", "cold", by.id, {}),
    ]
    assert entries() == []


def test_a_lead_whose_entry_cannot_be_written_is_not_moved(agency, agent):
    lead = make_lead(agency, status="hot")
    nowhere = Actor.for_person(agent, "no address")

    with pytest.raises(DatabaseError), transaction.atomic():
        move(lead.id, LeadStatus.LOST, organisation_id=agency.id, by=nowhere)

    assert Lead.objects.get(pk=lead.pk).status == "hot"
    assert events() == []


@pytest.mark.django_db(transaction=True)
def test_of_two_moves_at_once_the_later_finds_what_the_earlier_left(meanwhile):
    agency = make_organisation()
    by = Actor.for_person(make_user(agency))
    lead, seen_so = make_lead(agency, status="hot"), make_lead(agency, status="hot")
    ask = {"organisation_id": agency.id, "by": by}

    with numbered_last():
        move(lead.id, LeadStatus.CONTACTED, **ask)
        later = meanwhile(lambda: move(lead.id, LeadStatus.LOST, **ask))
        wait_until_somebody_waits_for("transactionid")
    with numbered_last():
        move(seen_so.id, LeadStatus.CONTACTED, **ask)
        told = meanwhile(lambda: move(seen_so.id, LeadStatus.LOST, seen=LeadStatus.HOT, **ask))
        wait_until_somebody_waits_for("transactionid")

    assert (later().was, told().was) == ("contacted", "contacted")
    assert [Lead.objects.get(pk=each.pk).status for each in (lead, seen_so)] == [
        "lost",
        "contacted",
    ]


def test_the_trigger_of_updated_at_compares_all_that_the_json_shows(db):
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_functiondef('leads_lead_stamp'::regproc)")
        (written,) = cursor.fetchone()

    compared = re.search(r"ROW\((.*?)\) IS DISTINCT", written, re.DOTALL)[1]
    assert set(re.findall(r"NEW\.(\w+)", compared)) == set(SHOWN_FIELDS) - {"id", "updated_at"}
