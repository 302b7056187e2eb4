"""What tests of pages share."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext


@pytest.fixture
def statements_of() -> Callable[[Callable[[], Any]], int]:
    """How many SQL statements an act takes."""

    def count(act: Callable[[], Any]) -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            act()
        return len(captured)

    return count
