"""Positions: no holes, in the order of the commits, and nobody else's wait (CONTRACT.md, 1)."""

import pytest
from django.db import connection, transaction

from foundation.database.rows import Rows
from foundation.ids import uuid7
from leads.models import Lead
from organisations.actors import SYSTEM
from organisations.changes.numbering import NewChange, next_moment, note, numbered_last, put_last
from organisations.models import Change, ChangeType, Feed
from tests.factories import at, make_organisation
from tests.waiting import wait_until_somebody_waits_for


def change() -> NewChange:
    return NewChange(type=ChangeType.LEAD_UPDATED, by=SYSTEM, lead_id=uuid7())


LEAD = (
    "id", "organisation_id", "source", "status", "moved_on", "hand_set", "viewing_requested",
    "created_at",
)  # fmt: skip


def lead(organisation, created_at=None) -> Rows:
    row = (uuid7(), organisation.id, "sms", "new", False, [], False, created_at)
    return Rows(Lead, LEAD, [row], dated=("created_at",))


@numbered_last()
def fail_after(organisation, one) -> None:
    note(organisation.id, one)
    raise ZeroDivisionError


@numbered_last()
def put_and_fail(organisation) -> None:
    put_last(organisation.id, lead(organisation))
    raise ZeroDivisionError


def told(organisation) -> list[tuple[int, object]]:
    rows = Change.objects.for_organisation(organisation).order_by("position")
    return list(rows.values_list("position", "lead_id"))


@pytest.mark.django_db
def test_changes_are_numbered_in_the_order_in_which_they_were_noted(agency, other_agency):
    changes = [change() for _ in range(4)]

    with numbered_last():
        note(agency.id, changes[0], changes[1])
        note(other_agency.id, changes[3])
        note(agency.id, changes[2])
    with numbered_last():
        note(other_agency.id, changes[3])

    assert told(agency) == [(n, one.lead_id) for n, one in enumerate(changes[:3], 1)]
    assert [position for position, _ in told(other_agency)] == [1, 2]


@pytest.mark.django_db
def test_what_is_undone_leaves_no_hole(agency):
    first, undone, second = change(), change(), change()

    with numbered_last():
        note(agency.id, first)
        with pytest.raises(ZeroDivisionError):
            fail_after(agency, undone)
        note(agency.id, second)
    with pytest.raises(ZeroDivisionError):
        fail_after(agency, undone)

    assert told(agency) == [(1, first.lead_id), (2, second.lead_id)]


@pytest.mark.django_db
def test_nothing_is_noted_where_nobody_would_number_it(agency):
    with pytest.raises(RuntimeError, match="numbered_last"):
        note(agency.id, change())
    with numbered_last():
        note(agency.id, change())
    with pytest.raises(RuntimeError, match="numbered_last"), transaction.atomic():
        note(agency.id, change())

    assert len(told(agency)) == 1


@pytest.mark.django_db(transaction=True)
def test_a_transaction_around_it_is_refused_since_its_commit_would_come_later():
    agency = make_organisation()

    with pytest.raises(RuntimeError, match="durable"), transaction.atomic(), numbered_last():
        note(agency.id, change())

    assert told(agency) == []


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_the_later_waits_for_the_earlier_and_another_agency_for_nobody(meanwhile):
    agency, other_agency = make_organisation(), make_organisation()
    first, second, theirs = change(), change(), change()

    def number(organisation, one):
        with numbered_last():
            note(organisation.id, one)

    with numbered_last():
        next_moment(agency.id)
        later = meanwhile(lambda: number(agency, second))
        wait_until_somebody_waits_for("transactionid")
        meanwhile(lambda: number(other_agency, theirs))()
        assert told(other_agency) == [(1, theirs.lead_id)]
        note(agency.id, first)
    later()

    assert told(agency) == [(1, first.lead_id), (2, second.lead_id)]


@pytest.mark.django_db
def test_a_moment_is_later_than_the_one_before_whatever_the_clock_does(agency):
    first = next_moment(agency.id)
    Feed.objects.filter(organisation=agency).update(moment="2100-01-01T00:00:00Z")

    later = next_moment(agency.id)
    with numbered_last():
        note(agency.id, change())

    assert first < later
    assert later.isoformat() == "2100-01-01T00:00:00.000001+00:00"
    assert Change.objects.get().created_at > later


@pytest.mark.django_db(transaction=True)
def test_rows_that_are_put_last_are_dated_as_their_changes_are():
    agency, june = make_organisation(), at("2026-06-01")

    with numbered_last() as last:
        put_last(agency.id, lead(agency), lead(agency, june))
        note(agency.id, change())
        assert not Lead.objects.exists()

    dated = set(Lead.objects.values_list("created_at", flat=True))
    assert dated == {june, last.moment}
    assert Change.objects.get().created_at == last.moment
    assert not connection.in_atomic_block


@pytest.mark.django_db
def test_rows_are_written_and_dated_though_nothing_is_told(agency):
    with numbered_last() as last:
        put_last(agency.id, lead(agency))

    assert Lead.objects.get().created_at == last.moment
    assert Feed.objects.get().position == 0


@pytest.mark.django_db
def test_rows_of_a_block_within_are_there_when_it_ends_and_gone_if_it_fails(agency):
    with numbered_last():
        with numbered_last() as inner:
            put_last(agency.id, lead(agency))
            note(agency.id, change())
        assert Lead.objects.get().created_at == inner.moment
        with pytest.raises(ZeroDivisionError):
            put_and_fail(agency)

    assert Lead.objects.count() == Change.objects.count() == 1


@pytest.mark.django_db
def test_no_rows_are_put_where_nobody_would_write_them(agency):
    with pytest.raises(RuntimeError, match="numbered_last"):
        put_last(agency.id, lead(agency))


@pytest.mark.django_db
def test_ten_thousand_are_numbered_by_one_statement(agency, django_assert_max_num_queries):
    with connection.cursor() as cursor, numbered_last():
        note(agency.id, *[change() for _ in range(10_000)])
        cursor.execute("SELECT count(*) FROM organisations_change")
        assert cursor.fetchone() == (0,)

    assert Feed.objects.get(organisation=agency).position == 10_000
    assert Change.objects.for_organisation(agency).count() == 10_000
