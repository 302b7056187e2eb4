"""What really goes to PostgreSQL: libpq's own trace of the connection.

Django's recorder sees only its own cursors. The trace sees every statement, whoever sent it: raw
cursors, prepared statements, BEGIN, SET and pings.
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from psycopg.pq import Trace


@contextmanager
def statements_sent() -> Iterator[list[str]]:
    """The statements that this thread's connection sends within the block, known when it ends."""
    connection.ensure_connection()
    libpq = connection.connection.pgconn
    sent: list[str] = []
    with tempfile.TemporaryFile() as log:
        libpq.trace(log.fileno())
        libpq.set_trace_flags(Trace.SUPPRESS_TIMESTAMPS)
        try:
            yield sent
        finally:
            libpq.untrace()
        log.seek(0)
        messages = log.read().decode("utf-8", errors="replace").splitlines()
    assert connection.connection.pgconn is libpq, "the connection was replaced meanwhile"
    # From the frontend: a simple query carries its text; an extended one is one Execute, be it
    # prepared before or not.
    sent += [m for m in messages if m.split("\t")[::2][:2] in (["F", "Query"], ["F", "Execute"])]
