"""What a database holds, in figures: taken with a backup, and again from what was restored."""

from collections.abc import Iterator
from typing import Any

import msgspec
from django.db import connection
from psycopg import sql

_TABLES = """
    SELECT relname FROM pg_class
     WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r' ORDER BY relname
"""
_MIGRATIONS = "SELECT app, name FROM django_migrations ORDER BY app, name"
_FEEDS = "SELECT organisation_id::text, position FROM organisations_feed ORDER BY 1"
_HEADS = """
    SELECT organisation_id::text, position || ' ' || encode(hash, 'hex')
      FROM organisations_audithead ORDER BY 1
"""


class Standing(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Of one moment. A table that the database is too old to have counts for nothing."""

    migrations: dict[str, list[str]]  # names, by app
    counts: dict[str, int]  # rows, by table
    feeds: dict[str, int]  # the position of the latest change, by organisation
    audit_heads: dict[str, str]  # the last entry's position and hash, by organisation


def taken() -> Standing:
    """What the database holds now; within a transaction, what that sees."""
    tables = [name for (name,) in _asked(_TABLES)]
    migrations: dict[str, list[str]] = {}
    for app, name in _asked(_MIGRATIONS) if "django_migrations" in tables else ():
        migrations.setdefault(app, []).append(name)
    return Standing(
        migrations=migrations,
        counts={table: _count(table) for table in tables},
        feeds=dict(_asked(_FEEDS)) if "organisations_feed" in tables else {},
        audit_heads=dict(_asked(_HEADS)) if "organisations_audithead" in tables else {},
    )


def differences(told: Standing, found: Standing) -> Iterator[str]:
    """What was told otherwise than it was found, a line each."""
    for name, what in (
        ("migrations", "migrations of"),
        ("counts", "rows of"),
        ("feeds", "position of the feed of"),
        ("audit_heads", "last entry in the audit trail of"),
    ):
        before, after = getattr(told, name), getattr(found, name)
        for key in sorted(before.keys() | after.keys()):
            if before.get(key) != after.get(key):
                was, now = _short(before.get(key)), _short(after.get(key))
                yield f"{what} {key}: {was} in the manifest, {now} in the database"


def _short(value: Any) -> str:
    if isinstance(value, list):
        return f"{len(value)}, the last {value[-1]}" if value else "none"
    return "none" if value is None else f"{value:,}" if isinstance(value, int) else str(value)


def _count(table: str) -> int:
    ((count,),) = _asked(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table)))
    return int(count)


def _asked(question: str | sql.Composed) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(question)
        return list(cursor)
