"""What keys are used for is kept without a write in any request, whole, and within bounds."""

import sys
import threading
from datetime import timedelta
from typing import NoReturn

import pytest
from django.db import DatabaseError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apikeys import call_log, call_writing
from apikeys.call_writing import NotedCall
from apikeys.calls import DAYS_CALLS_ARE_KEPT, DAYS_COUNTS_ARE_KEPT, drop_outlived
from apikeys.models import ApiKey, Call, DailyCalls
from apikeys.revoking import revoke
from foundation.ids import uuid7
from tests.api.conftest import client_with
from tests.factories import at, make_key, make_lead

pytestmark = pytest.mark.django_db

NOON = timezone.now().replace(hour=12, minute=0, second=0, microsecond=0)


@pytest.fixture
def key(agency) -> ApiKey:
    return make_key(agency)[0]


def called(key: ApiKey, when=NOON, **more) -> NotedCall:
    """A call of the key's, as a request notes it."""
    call = NotedCall(
        key.organisation_id, key.id, when, "GET", "/api/v1/leads", 200, 2_345, "203.0.113.7", "r-1"
    )
    return call._replace(**more)


def write(*calls: NotedCall) -> None:
    for call in calls:
        call_log.note(call)
    assert call_log.flush()


def counts_of(key: ApiKey) -> list[tuple]:
    days = DailyCalls.objects.filter(api_key=key).order_by("day")
    return list(days.values_list("day", "calls", "refused", "over_limit"))


def used(key: ApiKey):
    key.refresh_from_db()
    return key.last_used_at


# --- What a request leaves ------------------------------------------------------------------------
def test_a_request_is_kept_with_its_route_answer_duration_address_and_id(agency):
    key, text = make_key(agency)
    lead = make_lead(agency)
    api = client_with(text)

    api.get(
        f"/api/v1/leads/{lead.id}?limit=secret",
        headers={"X-Request-Id": "crm-7"},
        REMOTE_ADDR="::ffff:203.0.113.7",
    )
    unwritten = Call.objects.count()
    call_log.flush()

    assert unwritten == 0
    call = Call.objects.get()
    assert (call.organisation_id, call.api_key_id) == (agency.id, key.id)
    assert (call.method, call.route) == ("GET", "/api/v1/leads/{lead_id}")
    assert (call.status, call.address, call.request_id) == (422, "203.0.113.7", "crm-7")
    assert abs(call.created_at - timezone.now()) < timedelta(minutes=1)
    assert 0 < call.microseconds < 60_000_000


def test_every_answer_to_a_good_key_is_kept_and_no_other(agency, settings):
    settings.SIFT_RATE_GROWTH = "5/d"
    key, text = make_key(agency, scope="read")
    revoked, revoked_text = make_key(agency)
    revoke(revoked)
    api = client_with(text)

    asked = [
        api.get("/api/v1/leads"),
        api.get("/api/v1/leads?limit=0"),
        api.get("/api/v1/leads/nonsense"),
        api.patch(f"/api/v1/leads/{uuid7()}/status", {}, content_type="application/json"),
        api.head("/api/v1/conversations"),
        api.get("/api/v1/leads"),
        api.get("/api/v1/nothing"),  # no key is asked for there
        api.delete("/api/v1/leads"),
        client_with(revoked_text).get("/api/v1/leads"),
    ]
    call_log.flush()

    statuses = [answer.status_code for answer in asked]
    assert statuses == [200, 422, 404, 403, 200, 429, 404, 405, 401]
    kept = Call.objects.order_by("created_at", "id").values_list("status", flat=True)
    assert sorted(kept) == sorted(statuses[:6])
    [(_, calls, refused, over_limit)] = counts_of(key)
    assert (calls, refused, over_limit) == (6, 4, 1)
    assert counts_of(revoked) == []


def test_a_failure_of_ours_is_in_the_log_too(agency, monkeypatch):
    _, text = make_key(agency)

    def fails(*_, **__):
        raise ZeroDivisionError

    monkeypatch.setattr("sift_site.api.reads.lead_page", fails)
    client_with(text).get("/api/v1/leads")
    call_log.flush()

    assert Call.objects.get().status == 500


def test_what_a_caller_said_is_kept_without_the_keys_in_it(agency):
    _, text = make_key(agency)

    client_with(text).get(
        f"/api/v1/leads/{text}?key={text}", headers={"X-Request-Id": f"try:{text}"}
    )
    call_log.flush()

    call = Call.objects.get()
    assert (call.route, call.request_id) == ("/api/v1/leads/{lead_id}", "try:sk_live_…")


# --- When and from where a key was last used ------------------------------------------------------
def test_a_call_is_kept_to_the_minute_of_the_databases_clock(agency):
    key, text = make_key(agency)
    with connection.cursor() as cursor:
        cursor.execute("SELECT date_trunc('minute', now())")
        [now] = cursor.fetchone()

    client_with(text).get("/api/v1/leads", REMOTE_ADDR="2001:db8::7")
    unwritten = used(key)
    call_log.flush()

    assert unwritten is None
    assert used(key) == now
    assert key.last_used_from == "2001:db8::7"


def test_a_refused_key_was_not_used(agency):
    key, text = make_key(agency)
    revoke(key)

    client_with(text).get("/api/v1/leads")
    call_log.flush()

    assert used(key) is None


def test_the_last_use_never_goes_backwards(key):
    write(called(key))
    write(called(key, NOON - timedelta(minutes=5), address="203.0.113.8"))

    assert used(key) == NOON
    assert key.last_used_from == "203.0.113.7"


def test_the_latest_of_several_is_kept_and_other_keys_are_left_alone(agency, key):
    other = make_key(agency)[0]

    write(
        *(
            called(key, NOON + timedelta(minutes=minutes), address=f"203.0.113.{minutes}")
            for minutes in (0, 2, 1)
        )
    )

    assert used(key) == NOON + timedelta(minutes=2)
    assert key.last_used_from == "203.0.113.2"
    assert used(other) is None


# --- Counts a day ---------------------------------------------------------------------------------
def test_counts_add_up_over_many_writes_by_the_agencys_day(key):
    before_midnight = at("2026-06-01 22:59")  # 23:59 in London
    write(called(key, before_midnight), called(key, before_midnight, status=404))
    write(called(key, before_midnight, status=429))
    write(called(key, before_midnight + timedelta(minutes=1)))

    first, second = before_midnight.date(), before_midnight.date() + timedelta(days=1)
    assert counts_of(key) == [(first, 3, 2, 1), (second, 1, 0, 0)]


def test_a_batch_of_many_keys_takes_no_more_statements_than_one(agency):
    keys = [make_key(agency)[0] for _ in range(20)]
    write(called(keys[0]))

    def statements(some: list[ApiKey]) -> int:
        later = NOON + timedelta(minutes=len(some))
        with CaptureQueriesContext(connection) as captured:
            write(*(called(key, later) for key in some for _ in range(3)))
        return len(captured)

    assert statements(keys[:1]) == statements(keys) <= 8


# --- Nothing is lost, nothing doubled, nothing without bounds -------------------------------------
def test_a_database_that_fails_loses_nothing_and_doubles_nothing(key, monkeypatch, caplog):
    call_log.note(called(key))

    def fails(*_, **__):
        raise DatabaseError("away: sk_live_secret")

    with monkeypatch.context() as patch:
        patch.setattr(call_writing, "copy_rows", fails)  # the last that is written
        assert not call_log.flush()
    assert "Calls of keys wait, 1 of them: DatabaseError" in caplog.text
    assert "secret" not in caplog.text
    assert (used(key), counts_of(key)) == (None, [])
    call_log.note(called(key))
    assert call_log.flush()

    assert used(key) == NOON
    assert [count[1] for count in counts_of(key)] == [2]
    assert Call.objects.count() == 2


def test_memory_is_bounded_and_what_was_dropped_is_said(key, monkeypatch, caplog):
    monkeypatch.setattr(call_log, "MOST_GATHERED", 3)

    write(*(called(key, request_id=f"r-{number}") for number in range(5)))

    assert "dropped unwritten, 2 of them" in caplog.text
    assert sorted(Call.objects.values_list("request_id", flat=True)) == ["r-2", "r-3", "r-4"]
    assert [count[1] for count in counts_of(key)] == [5]  # they are counted all the same
    caplog.clear()
    write(called(key))
    assert "dropped" not in caplog.text


def test_memory_is_bounded_while_writes_fail_one_after_the_other(agency, key, monkeypatch):
    monkeypatch.setattr(call_log, "MOST_GATHERED", 3)
    other = make_key(agency)[0]

    def fails_while_more_come(*_, **__):
        for _ in range(3):
            call_log.note(called(other))
        raise DatabaseError

    call_log.note(called(key))
    with monkeypatch.context() as patch:
        patch.setattr(call_writing, "copy_rows", fails_while_more_come)
        assert not call_log.flush()
        assert not call_log.flush()
    assert call_log.flush()

    assert Call.objects.count() == 3
    assert [count[1] for count in counts_of(key) + counts_of(other)] == [1, 6]


def test_a_key_that_is_gone_does_not_hold_up_the_others(agency, other_agency, key):
    gone = make_key(other_agency)[0]
    noted = called(gone)
    other_agency.delete()

    write(noted, called(key))

    assert [call.api_key_id for call in Call.objects.all()] == [key.id]


def test_only_a_keys_newest_calls_are_kept(agency, key, monkeypatch):
    monkeypatch.setattr(call_writing, "MOST_CALLS_KEPT", 5)
    monkeypatch.setattr(call_writing, "CALLS_BETWEEN_TRIMS", 4)
    other = make_key(agency)[0]
    write(called(other))

    for first in (0, 4, 8):
        write(
            *(
                called(key, NOON + timedelta(seconds=n), request_id=f"r-{n}")
                for n in range(first, first + 4)
            )
        )

    kept = Call.objects.filter(api_key=key).newest_first().values_list("request_id", flat=True)
    assert list(kept) == ["r-11", "r-10", "r-9", "r-8", "r-7"]
    assert Call.objects.filter(api_key=other).count() == 1


def test_of_many_calls_at_once_all_are_counted_and_only_those_that_are_kept_are_written(
    agency, key, monkeypatch
):
    monkeypatch.setattr(call_writing, "MOST_CALLS_KEPT", 2)
    other = make_key(agency)[0]

    write(
        called(other),
        *(called(key, NOON, status=status, request_id=f"r-{status}") for status in (200, 404, 429)),
        called(key, NOON, request_id="r-last"),
    )

    kept = Call.objects.filter(api_key=key).newest_first().values_list("request_id", flat=True)
    assert list(kept) == ["r-last", "r-429"]
    assert counts_of(key) == [(NOON.date(), 4, 2, 1)]
    assert Call.objects.filter(api_key=other).count() == 1


def test_what_has_outlived_its_time_is_removed(key):
    now = timezone.now()
    write(
        called(key, now - timedelta(days=DAYS_COUNTS_ARE_KEPT + 2)),
        called(key, now - timedelta(days=DAYS_CALLS_ARE_KEPT, minutes=1)),
        called(key, now - timedelta(days=DAYS_CALLS_ARE_KEPT - 1)),
    )
    write(called(key, now))

    drop_outlived()

    assert Call.objects.count() == 2
    assert DailyCalls.objects.count() == 3


# Its thread ends by an exit of its own, which pytest takes for a fault.
ends_the_writer = pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")


def starts_a_writer(monkeypatch) -> threading.Event:
    """The next call starts the thread, which ends after its first write: then the event is set."""
    monkeypatch.setattr(call_log, "_writer", None)
    written = threading.Event()
    write_and_let_go = call_log._written

    def once() -> NoReturn:
        write_and_let_go()
        written.set()
        sys.exit()  # of the thread alone

    monkeypatch.setattr(call_log, "_written", once)
    return written


@ends_the_writer
@pytest.mark.django_db(transaction=True)
def test_a_thread_of_the_process_writes_by_itself_and_lets_its_connection_go(key, monkeypatch):
    monkeypatch.setattr(call_log, "SECONDS_BETWEEN_WRITES", 0.05)
    written = starts_a_writer(monkeypatch)

    call_log.note(called(key))

    assert written.wait(timeout=10)
    assert used(key) == NOON


@ends_the_writer
@pytest.mark.django_db(transaction=True)
def test_many_calls_at_once_are_not_waited_for(key, monkeypatch):
    monkeypatch.setattr(call_log, "ENOUGH_TO_WRITE", 10)
    written = starts_a_writer(monkeypatch)

    for _ in range(10):  # well before the next write is due
        call_log.note(called(key))

    assert written.wait(timeout=5)
    assert Call.objects.count() == 10
