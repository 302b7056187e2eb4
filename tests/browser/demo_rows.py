"""The demo, told once in a process: later tests get the same rows, copied back in a tenth of the
time that telling the story of its agency takes."""

from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone

from tests.clean_slate import may_do_anything, names_of_tables

_told: dict[tuple[object, ...], dict[str, bytes]] = {}


def load_demo(leads: int) -> None:
    """One agency of the demo, as it stood a few minutes ago at most and not yesterday."""
    told = (leads, timezone.localdate())
    if told in _told:
        _write(_told[told])
    else:
        call_command("load_demo", organisations=1, leads=leads, verbosity=0)
        if may_do_anything():
            _told[told] = _read()


def _read() -> dict[str, bytes]:
    """The rows of each table that has some, as COPY writes them."""
    rows = {}
    with connection.cursor() as cursor:
        for table in names_of_tables():
            with cursor.copy(f"COPY {table} TO STDOUT") as copied:
                rows[table] = b"".join(copied)
    return {table: copied for table, copied in rows.items() if copied}


def _write(rows: dict[str, bytes]) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        # What triggers make of these rows is among them.
        cursor.execute("SET LOCAL session_replication_role = replica")
        for table, copied in rows.items():
            with cursor.copy(f"COPY {table} FROM STDIN") as copy:
                copy.write(copied)
