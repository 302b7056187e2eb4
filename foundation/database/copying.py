"""Rows into a table with COPY: many times quicker than INSERT, under the same constraints."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection, models

# What PostgreSQL and psycopg write to each other without text in between, at a fifth of the cost,
# by Django's name of the type and psycopg's. A table with a column of another type takes text.
_BINARY = {
    "uuid": "uuid",
    "varchar": "varchar",
    "text": "text",
    "smallint": "int2",
    "integer": "int4",
    "bigint": "int8",
    "boolean": "bool",
    "date": "date",
    "timestamp with time zone": "timestamptz",
    "jsonb": "jsonb",
}


def copy_rows(
    model: type[models.Model], fields: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    """Write the rows, whose values are in the order of `fields` (`lead_id`, not `lead`).

    A column takes the database's default when it is left out, never Python's, so every field whose
    default is only Python's must be named. A value has its column's own type in Python, an id is a
    UUID and no text; JSON goes in as a `Jsonb` of psycopg's. Raises django.db.IntegrityError and
    DataError as an INSERT does.
    """
    quote = connection.ops.quote_name
    by_name = {field.attname: field for field in model._meta.concrete_fields}
    columns = ", ".join(quote(str(by_name[field].column)) for field in fields)
    types = [_BINARY.get(_type_of(by_name[field])) for field in fields]
    statement = f"COPY {quote(model._meta.db_table)} ({columns}) FROM STDIN"
    if None not in types:
        statement += " (FORMAT binary)"
    with (
        connection.cursor() as cursor,
        connection.wrap_database_errors,
        cursor.copy(statement) as copy,
    ):
        if None not in types:
            copy.set_types(types)
        for row in rows:
            copy.write_row(row)


def _type_of(field: "models.Field[Any, Any]") -> str:
    """`varchar(20)` as `varchar`, `varchar(20)[]` as `varchar[]`."""
    return re.sub(r"\(\d+\)", "", field.db_type(connection) or "")
