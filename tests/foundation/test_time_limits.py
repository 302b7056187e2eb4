"""The server's connections begin with limits; those of commands have none."""

import pytest
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
