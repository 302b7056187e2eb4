"""Changing many leads at once, and taking it back: the rules, below the pages."""

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction

from foundation.ids import uuid7
from leads import bulk
from leads.as_shown import Shown
from leads.bulk import Assign, Chosen, Move, change_chosen, change_matching
from leads.models import EventKind, Lead, LeadEvent, actor_columns
from leads.models.choices import LeadStatus
from leads.models.tally import LeadTally
from leads.search import query
from leads.undoing import find_run, undo
from organisations.actors import SYSTEM, Actor
from organisations.models import AuditEntry
from tests.factories import make_lead, make_user, move_lead
from tests.statements import statements_sent
from tests.waiting import wait_until_somebody_waits_for


def leads_of(agency):
    return Lead.objects.for_organisation(agency).unmerged()


def chosen(*leads) -> list[Chosen]:
    return [Chosen(lead.id, lead.status, lead.assignee_id) for lead in leads]


def events_of(lead) -> list[tuple]:
    events = LeadEvent.objects.filter(lead=lead).order_by("id")
    return [(e.kind, e.from_value, e.to_value, e.actor_kind, e.actor_name) for e in events]


@pytest.fixture
def by(agent) -> Actor:
    return Actor.for_person(agent)


def test_each_change_is_recorded_as_a_single_one_would_be(agency, by):
    one, other = make_lead(agency, status="hot"), make_lead(agency, status="hot")

    move_lead(one, LeadStatus.LOST, by=by)
    change_chosen(agency, chosen(other), Move(LeadStatus.LOST), by=by)
    one.refresh_from_db()
    before = other.updated_at
    other.refresh_from_db()

    assert events_of(one) == events_of(other) == [("status", "hot", "lost", "person", by.name)]
    assert (one.status, one.moved_on) == (other.status, other.moved_on) == ("lost", True)
    assert other.updated_at > before


def test_a_lead_that_stands_so_already_is_not_touched_and_records_nothing(agency, by):
    lead = make_lead(agency, status="new")

    outcome = change_chosen(agency, chosen(lead), Move(LeadStatus.NEW), by=by)
    lead.refresh_from_db()

    assert (outcome.changed, outcome.unchanged) == (0, 1)
    assert not lead.moved_on
    assert events_of(lead) == []


def test_a_lead_moved_since_it_was_seen_is_left_alone(agency, by):
    lead, other = make_lead(agency, status="hot"), make_lead(agency, status="hot")
    seen = chosen(lead, other)
    move_lead(lead, LeadStatus.CONVERTED, by=SYSTEM)

    outcome = change_chosen(agency, seen, Move(LeadStatus.LOST), by=by)

    assert (outcome.changed, outcome.overtaken) == (1, 1)
    assert Lead.objects.get(pk=lead.pk).status == "converted"


def test_an_assignment_is_recorded_by_name_and_found_by_the_filter(agency, agent, by):
    lead, other = make_lead(agency), make_lead(agency)

    outcome = change_chosen(agency, chosen(lead), Assign(agent), by=by)

    assert outcome.changed == 1
    assert events_of(lead) == [("assignment", None, agent.name, "person", by.name)]
    asked = query(agency.id, "", {"assignee": [str(agent.id)]})
    assert list(leads_of(agency).found_by(asked)) == [lead]
    assert Lead.objects.get(pk=other.pk).assignee is None


def test_a_lead_assigned_since_it_was_seen_is_left_alone(agency, agent, admin, by):
    lead = make_lead(agency)
    seen = chosen(lead)
    change_chosen(agency, seen, Assign(admin), by=by)

    outcome = change_chosen(agency, seen, Assign(agent), by=by)

    assert (outcome.changed, outcome.overtaken) == (0, 1)
    assert Lead.objects.get(pk=lead.pk).assignee == admin


def test_another_agencys_lead_a_merged_one_and_none_at_all_are_missing(agency, other_agency, by):
    kept = make_lead(agency, status="hot")
    theirs = make_lead(other_agency, status="hot")
    merged = make_lead(agency, status="hot", merged_into=kept)
    none = Chosen(uuid7(), "hot", None)

    outcome = change_chosen(agency, [*chosen(theirs, merged), none], Move(LeadStatus.LOST), by=by)

    assert (outcome.changed, outcome.missing) == (0, 3)
    assert set(Lead.objects.values_list("status", flat=True)) == {"hot"}
    assert not LeadEvent.objects.exists()


def test_all_that_match_are_changed_and_no_others(agency, other_agency, by):
    for status in ("hot", "hot", "lost", "cold"):
        make_lead(agency, status=status)
    theirs = make_lead(other_agency, status="hot")

    outcome = change_matching(
        leads_of(agency).filter(status__in=["hot", "lost"]), Move(LeadStatus.LOST), by=by
    )

    assert outcome.changed == 2
    assert sorted(leads_of(agency).values_list("status", flat=True)) == ["cold", *["lost"] * 3]
    assert Lead.objects.get(pk=theirs.pk).status == "hot"
    tally = LeadTally.objects.for_organisation(agency).by_status()
    assert tally == {"cold": 1, "lost": 3}


def test_one_request_changes_the_newest_so_many_and_the_next_the_rest(agency, by, monkeypatch):
    monkeypatch.setattr(bulk, "MOST_AT_ONCE", 3)
    monkeypatch.setattr(bulk, "BATCH", 2)
    leads = [make_lead(agency, status="hot") for _ in range(5)]

    first = change_matching(leads_of(agency), Move(LeadStatus.LOST), by=by)
    now_lost = set(leads_of(agency).filter(status="lost"))
    second = change_matching(leads_of(agency), Move(LeadStatus.LOST), by=by)

    assert (first.changed, second.changed) == (3, 2)
    assert now_lost == set(leads[2:])


def test_a_batch_takes_as_many_statements_for_two_leads_as_for_fifty(agency, agent, by):
    counts = {}
    for number in (2, 50):
        leads = [make_lead(agency, status="hot") for _ in range(number)]
        for change in (Move(LeadStatus.LOST), Assign(agent)):
            leads = list(leads_of(agency).filter(id__in=[lead.id for lead in leads]))
            with statements_sent() as sent:
                outcome = change_chosen(agency, chosen(*leads), change, by=by)
            assert outcome.changed == number
            run = find_run(agency, outcome.bulk_id)
            with statements_sent() as sent_to_undo:
                undo(agency, run, by=by)
            counts.setdefault(type(change), set()).add((len(sent), len(sent_to_undo)))

    assert {change: len(each) for change, each in counts.items()} == {Move: 1, Assign: 1}
    # In savepoints here: begin, lock, assignees, events, leads, audit entry, positions, end.
    assert max(max(pair) for each in counts.values() for pair in each) <= 12


def test_undo_gives_back_status_and_whether_the_system_may_set_it(agency, by):
    fresh = make_lead(agency, status="warm", score=50)
    worked = make_lead(agency, status="contacted", moved_on=True)
    outcome = change_matching(leads_of(agency), Move(LeadStatus.LOST), by=by)

    undone = undo(agency, find_run(agency, outcome.bulk_id), by=by)
    fresh.refresh_from_db()
    worked.refresh_from_db()

    assert undone.changed == 2
    assert (fresh.status, fresh.moved_on) == ("warm", False)
    assert (worked.status, worked.moved_on) == ("contacted", True)
    assert events_of(fresh)[-1] == ("status", "lost", "warm", "person", by.name)


def test_undo_gives_back_whoever_had_the_lead(agency, agent, admin, by):
    theirs, nobodys = make_lead(agency, assignee=admin), make_lead(agency)
    outcome = change_matching(leads_of(agency), Assign(agent), by=by)

    undone = undo(agency, find_run(agency, outcome.bulk_id), by=by)

    assert undone.changed == 2
    assert Lead.objects.get(pk=theirs.pk).assignee == admin
    assert Lead.objects.get(pk=nobodys.pk).assignee is None
    asked = query(agency.id, "", {"assignee": ["none"]})
    assert list(leads_of(agency).found_by(asked)) == [nobodys]


def test_undo_leaves_alone_what_was_changed_since_even_where_it_looks_the_same(agency, by):
    away, there_and_back, untouched = [make_lead(agency, status="hot") for _ in range(3)]
    outcome = change_matching(leads_of(agency), Move(LeadStatus.LOST), by=by)
    for lead in (away, there_and_back):
        lead.refresh_from_db()
        move_lead(lead, LeadStatus.CONTACTED, by=by)
    move_lead(there_and_back, LeadStatus.LOST, by=by)

    undone = undo(agency, find_run(agency, outcome.bulk_id), by=by)

    assert (undone.changed, undone.overtaken) == (1, 2)
    now = [Lead.objects.get(pk=lead.pk).status for lead in (away, there_and_back, untouched)]
    assert now == ["contacted", "lost", "hot"]


def test_a_change_of_something_else_does_not_stand_in_the_way_of_undo(agency, agent, by):
    lead = make_lead(agency, status="hot")
    moved = change_matching(leads_of(agency), Move(LeadStatus.LOST), by=by)
    change_matching(leads_of(agency), Assign(agent), by=by)

    undo(agency, find_run(agency, moved.bulk_id), by=by)
    lead.refresh_from_db()

    assert (lead.status, lead.assignee) == ("hot", agent)


def test_undone_twice_changes_nothing_the_second_time(agency, by):
    make_lead(agency, status="hot")
    run = find_run(agency, change_matching(leads_of(agency), Move(LeadStatus.LOST), by=by).bulk_id)
    undo(agency, run, by=by)

    again = undo(agency, run, by=by)

    assert (again.changed, again.overtaken) == (0, 1)
    assert leads_of(agency).get().status == "hot"


def test_what_was_said_meanwhile_decides_the_status_that_the_system_would_have_set(agency, by):
    lead = make_lead(agency, status="warm", score=50)
    outcome = change_matching(leads_of(agency), Move(LeadStatus.LOST), by=by)
    Lead.objects.filter(pk=lead.pk).update(score=80)
    LeadEvent.objects.create(
        organisation=agency, lead=lead, kind=EventKind.CAPTURE, actor_kind="system",
        actor_name="System",
    )  # fmt: skip

    undo(agency, find_run(agency, outcome.bulk_id), by=by)
    lead.refresh_from_db()

    assert (lead.status, lead.moved_on) == ("hot", False)


def test_a_run_is_undone_by_who_made_it_or_an_admin_within_the_hour(
    agency, other_agency, agent, admin, by
):
    make_lead(agency, status="hot")
    outcome = change_matching(leads_of(agency), Move(LeadStatus.LOST), by=by)

    run = find_run(agency, outcome.bulk_id)

    assert run.may_be_undone_by(agent)
    assert run.may_be_undone_by(admin)
    assert not run.may_be_undone_by(make_user(agency))
    assert not run.lapsed
    assert find_run(other_agency, outcome.bulk_id) is None
    for event in LeadEvent.objects.all():
        LeadEvent.objects.filter(pk=event.pk).update(
            created_at=event.created_at - timedelta(minutes=61)
        )
    assert find_run(agency, outcome.bulk_id).lapsed


def test_a_run_is_found_by_its_index(agency, by):
    lead = make_lead(agency, status="hot")
    outcome = change_matching(leads_of(agency), Move(LeadStatus.LOST), by=by)
    events = LeadEvent.objects.for_organisation(agency).of_bulk(outcome.bulk_id).order_by("id")
    others = [
        LeadEvent(
            organisation=agency,
            lead=lead,
            kind="note",
            payload={"bulk": str(uuid7())},
            **actor_columns(by),
        )
        for _ in range(3000)
    ]

    LeadEvent.objects.bulk_create(others)
    with connection.cursor() as cursor:  # so that it is planned for what it holds
        cursor.execute("ANALYZE leads_leadevent")

    assert "leads_leadevent_bulk" in events.explain()


@pytest.mark.django_db(transaction=True)
def test_a_lead_that_a_colleague_takes_out_of_the_filter_meanwhile_is_left_alone(agency, by):
    lead, other = make_lead(agency, status="hot"), make_lead(agency, status="hot")
    outcomes = []

    def change_all_hot():
        hot = leads_of(agency).filter(status="hot")
        outcomes.append(change_matching(hot, Move(LeadStatus.LOST), by=by))
        connection.close()

    with transaction.atomic():
        held = Lead.objects.select_for_update().get(pk=lead.pk)
        meanwhile = threading.Thread(target=change_all_hot)
        meanwhile.start()
        wait_until_somebody_waits_for("transactionid")
        move_lead(held, LeadStatus.CONVERTED, by=SYSTEM)
    meanwhile.join(timeout=10)

    assert (outcomes[0].changed, outcomes[0].overtaken) == (1, 1)
    assert Lead.objects.get(pk=lead.pk).status == "converted"
    assert Lead.objects.get(pk=other.pk).status == "lost"


@pytest.mark.django_db(transaction=True)
def test_what_was_done_before_the_database_failed_is_told_and_can_be_undone(
    agency, by, monkeypatch
):
    monkeypatch.setattr(bulk, "BATCH", 2)
    leads = [make_lead(agency, status="hot") for _ in range(4)]
    outcomes = []

    def change_all():
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '100ms'")
        outcomes.append(change_matching(leads_of(agency), Move(LeadStatus.LOST), by=by))
        connection.close()

    with transaction.atomic():
        Lead.objects.select_for_update().get(pk=leads[3].pk)  # the second batch waits in vain
        meanwhile = threading.Thread(target=change_all)
        meanwhile.start()
        meanwhile.join(timeout=10)

    outcome = outcomes[0]
    assert (outcome.changed, outcome.unreached, outcome.overtaken) == (2, 2, 0)
    assert AuditEntry.objects.get(target_id=outcome.bulk_id).details["leads"] == 2
    assert undo(agency, find_run(agency, outcome.bulk_id), by=by).changed == 2
    assert set(leads_of(agency).values_list("status", flat=True)) == {"hot"}


@pytest.mark.django_db(transaction=True)
def test_what_a_colleague_moves_while_the_change_waits_for_them_is_left_alone(agency, by, admin):
    """Though the filter would still let it through: its event is not seen by who waits."""
    lead, other = make_lead(agency, status="hot"), make_lead(agency, status="hot")
    shown, outcomes = Shown(uuid7(), by), []

    def change_all():
        outcomes.append(
            change_matching(leads_of(agency), Move(LeadStatus.LOST), by=by, shown=shown)
        )
        connection.close()

    with transaction.atomic():
        held = Lead.objects.select_for_update().get(pk=lead.pk)
        meanwhile = threading.Thread(target=change_all)
        meanwhile.start()
        wait_until_somebody_waits_for("transactionid")
        move_lead(held, LeadStatus.CONVERTED, by=Actor.for_person(admin))
    meanwhile.join(timeout=10)

    assert (outcomes[0].changed, outcomes[0].overtaken) == (1, 1)
    assert Lead.objects.get(pk=lead.pk).status == "converted"
    assert Lead.objects.get(pk=other.pk).status == "lost"
