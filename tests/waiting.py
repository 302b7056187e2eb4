"""Waiting for what another thread, process or connection does."""

import time
from collections.abc import Callable

from django.db import connection

_LONGEST = 60  # seconds


def wait_for(condition: Callable[[], object]) -> None:
    """Return once it holds; fail where it does not within a minute."""
    deadline = time.monotonic() + _LONGEST
    while not condition():
        assert time.monotonic() < deadline, "it took longer than a minute"
        time.sleep(0.02)


def wait_until_somebody_waits_for(kind: str) -> None:
    """Return once another connection to this database waits for a lock of that kind."""

    def somebody_waits() -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                " AND wait_event_type = 'Lock' AND wait_event = %s",
                [kind],
            )
            return cursor.fetchone()[0]

    wait_for(somebody_waits)
