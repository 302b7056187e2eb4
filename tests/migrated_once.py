"""Migrations run once for all test processes; each copies the database that they made.

Running them takes seconds of a processor, copying the tables they made a moment.
"""

import fcntl
from typing import Any

from django.db import connection

from sift_site.development.var_folder import VAR, open_in_var

TEMPLATE = "test_sift_migrated"


def copy_what_is_migrated(run: str, unblocked: Any) -> None:
    """Have this process's test database copied; `run` names the run that all processes are of.

    The first to ask makes the template anew, the others wait for it. It stays afterwards, until
    the next run.
    """
    test = connection.settings_dict["TEST"]
    with open_in_var(VAR / "test-template.lock") as made_by:
        fcntl.flock(made_by, fcntl.LOCK_EX)
        made_by.seek(0)
        if made_by.read() != run.encode():
            with unblocked:
                _make(test)
            made_by.truncate(0)
            made_by.write(run.encode())
    test["TEMPLATE"] = TEMPLATE


def _make(test: dict[str, Any]) -> None:
    """As Django makes a test database, but under the template's name, and nobody stays in it."""
    with connection._nodb_cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {TEMPLATE}")
    before, own = connection.settings_dict["NAME"], test["NAME"]
    test["NAME"] = TEMPLATE
    try:
        connection.creation.create_test_db(verbosity=0, serialize=False)
        connection.creation.destroy_test_db(before, verbosity=0, keepdb=True)
    finally:
        test["NAME"] = own
