"""Whether an index can give a statement's rows in their order, whatever PostgreSQL would prefer."""

from django.db import connection

# A few rows are quickest read whole and sorted.
OTHER_WAYS = ("seqscan", "bitmapscan", "sort")


def plan_by_an_index(statement: str, *, without: tuple[str, ...] = ()) -> str:
    """PostgreSQL's plan of a statement, every other way barred for the rest of the transaction.

    The indexes `without` which it is planned are those that could serve as well, with a filter.
    Between two that serve, a planner chooses by what it last counted in the table, and in a test's
    database that is whatever other tests had left there.
    """
    with connection.cursor() as cursor:
        for way in OTHER_WAYS:
            cursor.execute(f"SET LOCAL enable_{way} = off")
        for index in without:
            cursor.execute(f"DROP INDEX {index}")
        cursor.execute(f"EXPLAIN {statement}")
        return "\n".join(line for (line,) in cursor.fetchall())
