"""Rows that the tests of a module read: written once, for a module's fixture.

    @pytest.fixture(scope="module")
    def leads(django_db_setup, django_db_blocker):
        with shared_rows(django_db_blocker):
            yield make_many()

Every test of the module that runs from then on sees them, so all of them should be about these
rows. What a test itself changes is taken back as ever.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import transaction


@contextmanager
def shared_rows(blocker: Any) -> Iterator[None]:
    """Within, rows may be written; they go at its end. Tests' own transactions lie within it."""
    around = transaction.atomic()
    around._from_testcase = True  # as a test's own: what must be outermost may be within it
    with blocker.unblock(), around:
        try:
            yield
        finally:
            transaction.set_rollback(True)
