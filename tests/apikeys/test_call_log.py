"""When a key was last used is kept, to the minute, without a write in any request."""

import threading
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection

from apikeys import last_use
from apikeys.models import ApiKey
from tests.api.conftest import client_with
from tests.factories import at, make_key

pytestmark = pytest.mark.django_db

MINUTE = at("2026-06-01 09:30")


def used(key: ApiKey):
    key.refresh_from_db()
    return key.last_used_at


def test_a_call_is_kept_to_the_minute_of_the_databases_clock(agency):
    key, text = make_key(agency)
    with connection.cursor() as cursor:
        cursor.execute("SELECT date_trunc('minute', now())")
        [now] = cursor.fetchone()

    client_with(text).get("/api/v1/leads")
    unwritten = used(key)
    last_use.flush()

    assert unwritten is None
    assert used(key) == now


def test_a_refused_key_was_not_used(agency):
    key, text = make_key(agency)
    key.revoke()

    client_with(text).get("/api/v1/leads")
    last_use.flush()

    assert used(key) is None


def test_it_never_goes_backwards(agency):
    key, _ = make_key(agency)

    for minute in (MINUTE, MINUTE - timedelta(minutes=5)):
        last_use.note(key.id, minute)
        last_use.flush()

    assert used(key) == MINUTE


def test_the_latest_of_several_is_kept_and_other_keys_are_left_alone(agency):
    key, other = make_key(agency)[0], make_key(agency)[0]

    for minutes in (0, 2, 1):
        last_use.note(key.id, MINUTE + timedelta(minutes=minutes))
    last_use.flush()

    assert used(key) == MINUTE + timedelta(minutes=2)
    assert used(other) is None


def test_a_database_that_fails_loses_nothing(agency, monkeypatch, caplog):
    key, _ = make_key(agency)
    last_use.note(key.id, MINUTE)

    def fails(*_, **__):
        raise DatabaseError("away")

    with monkeypatch.context() as patch:
        patch.setattr(ApiKey.objects, "filter", fails)
        last_use.flush()
    assert "was not written" in caplog.text
    last_use.flush()

    assert used(key) == MINUTE


@pytest.mark.django_db(transaction=True)
def test_a_thread_of_the_process_writes_by_itself_and_lets_its_connection_go(agency, monkeypatch):
    key, _ = make_key(agency)
    monkeypatch.setattr(last_use, "SECONDS_BETWEEN_WRITES", 0.05)
    monkeypatch.setattr(last_use, "_writer", None)
    written = threading.Event()
    flush = last_use.flush
    monkeypatch.setattr(last_use, "flush", lambda: (flush(), written.set()))

    last_use.note(key.id, MINUTE)

    assert written.wait(timeout=10)
    assert used(key) == MINUTE
    monkeypatch.setattr(last_use, "SECONDS_BETWEEN_WRITES", 3600)
