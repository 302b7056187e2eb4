"""Waiting for what another thread or process does."""

import time
from collections.abc import Callable

_LONGEST = 60  # seconds


def wait_for(condition: Callable[[], object]) -> None:
    """Return once it holds; fail where it does not within a minute."""
    deadline = time.monotonic() + _LONGEST
    while not condition():
        assert time.monotonic() < deadline, "it took longer than a minute"
        time.sleep(0.02)
