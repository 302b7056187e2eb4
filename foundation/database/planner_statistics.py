"""The planner's statistics while a table fills up.

PostgreSQL gathers them in the background about once a minute. A table that was empty when it last
looked, and takes in tens of thousands of rows meanwhile, is planned for as if it were empty: a
look-up by an index's second column then reads every row of the organisation, each time.
"""

from django.db import connection, models


def analyse_if_outgrown(*tables: type[models.Model]) -> None:
    """Gather statistics anew for tables that have more than doubled since they were gathered.

    Compares the table's size on disk with what it was then: no row is counted. Outside a
    transaction, so that other sessions plan with it at once.
    """
    for table in tables:
        name = table._meta.db_table
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_relation_size(oid) / current_setting('block_size')::int > 2 * relpages"
                " FROM pg_class WHERE oid = to_regclass(%s)",
                [name],
            )
            if cursor.fetchone() == (True,):
                cursor.execute(f"ANALYZE {connection.ops.quote_name(name)}")
