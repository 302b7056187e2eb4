"""The trail as whoever owns its table can have it: without the triggers that guard it."""

import contextlib
from collections.abc import Iterator

from django.db import connection

TABLE = "organisations_auditentry"


@contextlib.contextmanager
def unguarded() -> Iterator[None]:
    """Within, any statement may do anything to the trail."""
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {TABLE} DISABLE TRIGGER USER")
        yield
        cursor.execute(f"ALTER TABLE {TABLE} ENABLE TRIGGER USER")
