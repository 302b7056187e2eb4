"""The demo, loaded as its command does it."""

import io
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import call_command

from organisations.models import Organisation
from tests.factories import at
from tests.shared_rows import shared_rows

UNTIL = at("2026-06-01 15:00")


def load(**options: Any) -> str:
    """What `load_demo` says."""
    out = io.StringIO()
    defaults = {"organisations": 2, "leads": 120, "until": "2026-06-01T15:00:00Z"}
    call_command("load_demo", stdout=out, **defaults | options)
    return out.getvalue()


@pytest.fixture(scope="module")
def first(django_db_setup: None, django_db_blocker: Any) -> Iterator[Organisation]:
    """The first of two agencies, of a demo that all tests of a module read."""
    with shared_rows(django_db_blocker):
        load(leads=700)
        yield Organisation.objects.get(slug="harbour-and-vale")
