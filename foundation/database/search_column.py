"""Writing what rows are found by, of many rows at once and only where it is another."""

from collections.abc import Sequence
from uuid import UUID

from django.db import connection, models

Document = tuple[UUID, str]  # a row's id, and the text of its tsvector


def write_documents(model: type[models.Model], documents: Sequence[Document]) -> int:
    """How many rows had another `search`, and have this one now. The rows must be locked.

    What stands already is not written: a new version of a row goes into each of its indexes.
    """
    table = connection.ops.quote_name(model._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            UPDATE {table} AS row SET search = made.search::tsvector
              FROM unnest(%s::uuid[], %s::text[]) AS made (id, search)
             WHERE row.id = made.id AND row.search <> made.search::tsvector
            """,  # noqa: S608 - the name of a table of ours, quoted
            [[id_ for id_, _ in documents], [document for _, document in documents]],
        )
        return int(cursor.rowcount)
