"""Rows into a table with COPY: many times quicker than INSERT, under the same constraints."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection, models


def copy_rows(
    model: type[models.Model], fields: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    """Write the rows, whose values are in the order of `fields` (`lead_id`, not `lead`).

    A column takes the database's default when it is left out, never Python's, so every field whose
    default is only Python's must be named. JSON goes in as a `Jsonb` of psycopg's. Raises
    django.db.IntegrityError and DataError as an INSERT does.
    """
    quote = connection.ops.quote_name
    columns_of = {field.attname: str(field.column) for field in model._meta.concrete_fields}
    columns = ", ".join(quote(columns_of[field]) for field in fields)
    statement = f"COPY {quote(model._meta.db_table)} ({columns}) FROM STDIN"
    with (
        connection.cursor() as cursor,
        connection.wrap_database_errors,
        cursor.copy(statement) as copy,
    ):
        for row in rows:
            copy.write_row(row)
