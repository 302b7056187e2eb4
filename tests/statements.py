"""Statements as psycopg sends them: Django's own recorder sees no COPY and no raw cursor."""

from collections.abc import Iterator
from contextlib import contextmanager
from unittest import mock

import psycopg


@contextmanager
def statements_sent() -> Iterator[list[str]]:
    """The statements that are sent meanwhile, COPY among them."""
    sent: list[str] = []
    execute, copy = psycopg.Cursor.execute, psycopg.Cursor.copy

    def recording_execute(self, query, *args, **options):
        sent.append(str(query))
        return execute(self, query, *args, **options)

    def recording_copy(self, statement, *args, **options):
        sent.append(str(statement))
        return copy(self, statement, *args, **options)

    with (
        mock.patch.object(psycopg.Cursor, "execute", recording_execute),
        mock.patch.object(psycopg.Cursor, "copy", recording_copy),
    ):
        yield sent
