"""After a test that commits, its rows go: Django's own way, but a fraction of the wait.

Django truncates, which makes a new file for each table and each of its many indexes. Nearly all are
empty or hold a few rows, and those are quicker deleted.
"""

import time

from django.db import OperationalError, connection, transaction
from django.test import TransactionTestCase
from psycopg.errors import LockNotAvailable

KEPT = ("organisations_bankholiday",)  # a migration fills it, and no test belongs to it

LONGEST_WAIT = 30.0  # seconds

_truncate = TransactionTestCase._fixture_teardown


def install() -> None:
    """From now on rows are deleted, where the server lets us do it without their triggers."""
    TransactionTestCase._fixture_teardown = _forget_all_rows


def may_do_anything() -> bool:
    """Whether the server takes us for its owner."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        return bool(cursor.fetchone()[0])


def names_of_tables() -> list[str]:
    """Of the tables that hold tests' rows, quoted."""
    names = connection.introspection.django_table_names(only_existing=True, include_views=False)
    return [connection.ops.quote_name(name) for name in names if name not in KEPT]


def _forget_all_rows(case: TransactionTestCase) -> None:
    if may_do_anything():
        _delete_all_rows()
    else:
        with connection.cursor() as cursor:  # the audit trail is never emptied, but for this
            cursor.execute("ALTER TABLE organisations_auditentry DISABLE TRIGGER USER")
            _truncate(case)
            cursor.execute("ALTER TABLE organisations_auditentry ENABLE TRIGGER USER")


def _delete_all_rows() -> None:
    """Once nobody is writing: a server of the test's may still be at a request that it was sent."""
    deadline = time.monotonic() + LONGEST_WAIT
    while True:
        try:
            return _delete_now()
        except OperationalError as error:
            if not isinstance(error.__cause__, LockNotAvailable) or time.monotonic() > deadline:
                raise
        time.sleep(0.02)


def _delete_now() -> None:
    tables = names_of_tables()
    with transaction.atomic(), connection.cursor() as cursor:
        # No foreign keys and no rules: all goes.
        cursor.execute("SET LOCAL session_replication_role = replica")
        # Waiting for one table while holding others would be a deadlock with whoever needs those.
        cursor.execute(f"LOCK TABLE {', '.join(tables)} IN EXCLUSIVE MODE NOWAIT")
        cursor.execute(";".join(f"DELETE FROM {table}" for table in tables))
