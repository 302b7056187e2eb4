"""A few rows of several tables, written in one prepared statement.

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
    """Rows of a table, their values in the order of `fields` (`lead_id`, not `lead`).

    Rows that stand already are found by their `id`, and the other fields changed.
    """

    model: type[models.Model]
    fields: tuple[str, ...]
    values: Sequence[Sequence[Any]]
    stand: bool = False
    dated: tuple[str, ...] = ()  # see `parts_of`


def write_together(*tables: Rows) -> None:
    """Write the rows of all tables, which may point at each other.

    A column takes the database's default when it is left out, never Python's, as in `copy_rows`.
    Raises django.db.IntegrityError and DataError as an INSERT does.
    """
    parts, values = parts_of(tables)
    if parts:
        change(f"WITH {parts} SELECT 1", values)  # names of ours: of tables, columns and types


def parts_of(tables: Sequence[Rows], *, dated_by: str | None = None) -> tuple[str, dict[str, str]]:
    """The parts of a WITH that write the rows, and the values that they ask for; "" for no rows.

    `dated_by` names a part before them that has one row: its `moment` is what the times in `dated`
    become where they are NULL. Foreign keys are looked at when the statement is done: the order of
    the tables is of no matter.
    """
    some = [rows for rows in tables if rows.values]
    forms = tuple((rows.model, rows.fields, rows.stand, rows.dated) for rows in some)
    return _parts(forms, dated_by), {f"rows_{n}": _as_json(rows) for n, rows in enumerate(some)}


def _as_json(rows: Rows) -> str:
    names = [column for column, _ in _columns(rows.model, rows.fields)]
    said = [dict(zip(names, map(_plain, row), strict=True)) for row in rows.values]
    return _json(said).decode()


_Form = tuple[type[models.Model], tuple[str, ...], bool, tuple[str, ...]]


@lru_cache(maxsize=64)
def _parts(forms: tuple[_Form, ...], dated_by: str | None) -> str:
    return ", ".join(_part(n, *form, dated_by) for n, form in enumerate(forms))


def _part(
    n: int,
    model: type[models.Model],
    fields: tuple[str, ...],
    stand: bool,
    dated: tuple[str, ...],
    dated_by: str | None,
) -> str:
    quote = connection.ops.quote_name
    columns = [(quote(column), type_) for column, type_ in _columns(model, fields)]
    typed = ", ".join(f"{column} {type_}" for column, type_ in columns)
    given = f"jsonb_to_recordset(%(rows_{n})s::jsonb) AS given ({typed})"
    said = {column: f"given.{column}" for column, _ in columns}
    if dated_by is not None and dated:
        given += f" CROSS JOIN {dated_by}"
        for column, _ in _columns(model, dated):
            said[quote(column)] = f"COALESCE(given.{quote(column)}, {dated_by}.moment)"
    table = quote(model._meta.db_table)
    if stand:
        key = said.pop(quote("id"))
        changes = ", ".join(f"{column} = {value}" for column, value in said.items())
        sql = f"UPDATE {table} AS stood SET {changes} FROM {given} WHERE stood.id = {key}"  # noqa: S608
    else:
        names, values = ", ".join(said), ", ".join(said.values())
        sql = f"INSERT INTO {table} ({names}) SELECT {values} FROM {given}"  # noqa: S608
    return f"written_{n} AS ({sql})"


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
