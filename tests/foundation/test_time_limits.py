"""The server's connections begin with limits; those of commands have none."""

import pytest
from django.conf import settings
from django.db import connection, connections

from foundation.database import time_limits


@pytest.fixture
def served(monkeypatch):
    """What gunicorn's processes do, for this test alone."""
    options = dict(connections.settings["default"]["OPTIONS"])
    monkeypatch.setitem(connections.settings["default"], "OPTIONS", options)
    time_limits.hold_server_to_them()


def limits() -> list[str]:
    with connection.cursor() as cursor:
        names = ("plan_cache_mode", *time_limits.SERVER)
        return [cursor.execute(f"SHOW {name}").fetchone()[0] for name in names]


@pytest.mark.django_db(transaction=True)
def test_a_connection_of_the_server_has_them_beside_what_it_had(served, meanwhile):
    assert meanwhile(limits)() == ["force_generic_plan", "30s", "10s", "30s"]


@pytest.mark.django_db(transaction=True)
def test_a_command_takes_the_time_it_needs(meanwhile):
    assert meanwhile(limits)() == ["force_generic_plan", "0", "0", "0"]


# --- A host that vanished without a word ---------------------------------------------------------
def until_gone() -> dict[str, int]:
    """What PostgreSQL was asked for; by a socket of one machine it has no use for it."""
    with connection.cursor() as cursor:
        asked = "SELECT name, reset_val::int FROM pg_settings WHERE name = ANY(%s)"
        cursor.execute(asked, [list(time_limits.UNTIL_GONE)])
        return dict(cursor.fetchall())


@pytest.mark.django_db(transaction=True)
def test_postgresql_lets_go_of_a_server_that_vanished(served, meanwhile):
    assert meanwhile(until_gone)() == time_limits.UNTIL_GONE


@pytest.mark.django_db
def test_a_postgresql_that_vanished_is_waited_for_by_nobody():
    asked = connection.connection.info.get_parameters()

    assert {name: int(asked[name]) for name in settings.NOTICED} == settings.NOTICED
    assert 0 < settings.NOTICED["tcp_user_timeout"] <= 10_000  # milliseconds
