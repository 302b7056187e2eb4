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


class Form(NamedTuple):
    """A table, and which of its columns rows say (`lead_id`, not `lead`)."""

    model: type[models.Model]
    fields: tuple[str, ...]
    stand: bool  # the rows are there already, found by their `id`; the other fields change
    dated: tuple[str, ...]  # see `parts_of`


class Rows(NamedTuple):
    """Rows of a table, their values in the order of `fields`; `stand` and `dated` as in Form."""

    model: type[models.Model]
    fields: tuple[str, ...]
    values: Sequence[Sequence[Any]]
    stand: bool = False
    dated: tuple[str, ...] = ()

    @property
    def form(self) -> Form:
        return Form(self.model, self.fields, self.stand, self.dated)


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
    become where they are NULL, or where rows do not say them. Foreign keys are looked at when the
    statement is done: the order of the tables is of no matter.
    """
    some = [rows for rows in tables if rows.values]
    parts = _parts(tuple(rows.form for rows in some), dated_by)
    return parts, {f"rows_{n}": _as_json(rows) for n, rows in enumerate(some)}


def _as_json(rows: Rows) -> str:
    names = [column for column, _ in _columns(rows.model, rows.fields)]
    said = [dict(zip(names, map(_plain, row), strict=True)) for row in rows.values]
    return _json(said).decode()


@lru_cache(maxsize=64)
def _parts(forms: tuple[Form, ...], dated_by: str | None) -> str:
    parts = (_part(n, form, dated_by) for n, form in enumerate(forms))
    return ", ".join(f"written_{n} AS ({part})" for n, part in enumerate(parts))


def _part(n: int, form: Form, dated_by: str | None) -> str:
    quote = connection.ops.quote_name
    columns = [(quote(column), type_) for column, type_ in _columns(form.model, form.fields)]
    typed = ", ".join(f"{column} {type_}" for column, type_ in columns)
    given = f"jsonb_to_recordset(%(rows_{n})s::jsonb) AS given ({typed})"
    said = {column: f"given.{column}" for column, _ in columns}
    if dated_by is not None and form.dated:
        given += f" CROSS JOIN {dated_by}"
        for column in (quote(column) for column, _ in _columns(form.model, form.dated)):
            moment = f"{dated_by}.moment"
            said[column] = f"COALESCE({said[column]}, {moment})" if column in said else moment
    table = quote(form.model._meta.db_table)
    return _update(table, said, given) if form.stand else _insert(table, said, given)


def _insert(table: str, said: dict[str, str], given: str) -> str:
    columns, values = ", ".join(said), ", ".join(said.values())
    return f"INSERT INTO {table} ({columns}) SELECT {values} FROM {given}"  # noqa: S608


def _update(table: str, said: dict[str, str], given: str) -> str:
    others = {column: value for column, value in said.items() if column != '"id"'}
    changes = ", ".join(f"{column} = {value}" for column, value in others.items())
    return f"UPDATE {table} AS stood SET {changes} FROM {given} WHERE stood.id = given.id"  # noqa: S608


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
