"""A few rows into several tables, in one prepared statement.

COPY is quickest for many rows; for a few, each of its statements costs more than their rows do:
PostgreSQL reads it anew, and psycopg goes there three times. Here the rows go as JSON, so that one
text serves any number of them and is prepared once for each connection.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import msgspec
from django.db import connection, models
from psycopg.types.json import Jsonb

from foundation.database.statements import change


class Rows(NamedTuple):
    """Rows of a table, their values in the order of `fields` (`lead_id`, not `lead`)."""

    model: type[models.Model]
    fields: tuple[str, ...]
    values: Sequence[Sequence[Any]]


def insert_together(*tables: Rows) -> None:
    """Write the rows of all tables, which may point at each other.

    A column takes the database's default when it is left out, never Python's, as in `copy_rows`.
    Raises django.db.IntegrityError and DataError as an INSERT does.
    """
    some = [rows for rows in tables if rows.values]
    if not some:
        return
    sql = _statement(tuple((rows.model, rows.fields) for rows in some))
    change(sql, {f"rows_{n}": _as_json(rows) for n, rows in enumerate(some)})


def _as_json(rows: Rows) -> str:
    names = [column for column, _ in _columns(rows.model, rows.fields)]
    said = [dict(zip(names, map(_plain, row), strict=True)) for row in rows.values]
    return _json(said).decode()


@lru_cache(maxsize=64)
def _statement(tables: tuple[tuple[type[models.Model], tuple[str, ...]], ...]) -> str:
    """Foreign keys are looked at when all of it is done: the order of tables is of no matter."""
    parts = [_insert(n, model, fields) for n, (model, fields) in enumerate(tables)]
    return f"WITH {', '.join(parts)} SELECT 1"  # names of ours: of tables, columns and types


def _insert(n: int, model: type[models.Model], fields: tuple[str, ...]) -> str:
    quote = connection.ops.quote_name
    columns = [(quote(column), type_) for column, type_ in _columns(model, fields)]
    names = ", ".join(column for column, _ in columns)
    typed = ", ".join(f"{column} {type_}" for column, type_ in columns)
    return (
        f"inserted_{n} AS (INSERT INTO {quote(model._meta.db_table)} ({names}) "  # noqa: S608
        f"SELECT {names} FROM jsonb_to_recordset(%(rows_{n})s::jsonb) AS given ({typed}))"
    )


@lru_cache(maxsize=64)
def _columns(model: type[models.Model], fields: tuple[str, ...]) -> list[tuple[str, str]]:
    """The names of the columns, and the types as which their values are read."""
    by_name = {field.attname: field for field in model._meta.concrete_fields}
    types = [by_name[field].db_type(connection) or "" for field in fields]
    # A text that is too long is to be refused by its column.
    as_read = [re.sub(r"varchar(\(\d+\))?", "text", type_) for type_ in types]
    return list(zip([str(by_name[field].column) for field in fields], as_read, strict=True))


def _plain(value: Any) -> Any:
    """What JSON has no word for, as PostgreSQL reads it."""
    if isinstance(value, bytes):
        return f"\\x{value.hex()}"
    return value.obj if isinstance(value, Jsonb) else value


_json = msgspec.json.Encoder().encode
