"""Migrations run once a day, or as one of them changes; each test process copies what they made.

Running them takes seconds of a processor, copying the tables they made a moment.
"""

import fcntl
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.db import connection

from sift_site.development.var_folder import VAR, open_in_var

TEMPLATE = "test_sift_migrated"
ROOT = Path(__file__).parents[1]
# All that the template follows from, but for the day: a migration imports nothing else of ours.
MADE_OF = (
    *("*/migrations/*.py", "*/frozen.py", "requirements/*"),
    *("sift_site/settings.py", "tests/settings.py", "tests/migrated_once.py"),
)


def copy_what_is_migrated(unblocked: Any) -> None:
    """Have this process's test database copied.

    The first to ask makes the template, unless it is there; the others wait for it. It stays for
    later runs, and says of what it was made.
    """
    test, made_of = connection.settings_dict["TEST"], _digest()
    with open_in_var(VAR / "test-template.lock") as making, unblocked:
        fcntl.flock(making, fcntl.LOCK_EX)
        if _made_of() != made_of:
            _make(test)
            with connection._nodb_cursor() as cursor:  # only now: one half made says nothing
                cursor.execute(f"COMMENT ON DATABASE {TEMPLATE} IS '{made_of}'")
    test["TEMPLATE"] = TEMPLATE


def _digest() -> str:
    """What the template would be made of now; a migration may look at the clock."""
    digest = sha256()
    for file in sorted(file for pattern in MADE_OF for file in ROOT.glob(pattern)):
        content = file.read_bytes()
        digest.update(f"{file.relative_to(ROOT)} {len(content)}\n".encode() + content)
    return f"{datetime.now(UTC).date()} {digest.hexdigest()}"


def _made_of() -> str | None:
    """What the template says of itself; None where there is none."""
    with connection._nodb_cursor() as cursor:
        cursor.execute(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s",
            [TEMPLATE],
        )
        found = cursor.fetchone()
    return found and found[0]


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
