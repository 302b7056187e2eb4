"""What grows with its text and no faster, whoever wrote it."""

import time
from collections.abc import Callable


def assert_linear(act: Callable[[int], object]) -> None:
    """Sixteen times the text takes some sixteen times as long: squared it would be 256 times."""
    act(1)
    small, large = quickest(lambda: act(4)), quickest(lambda: act(64))
    assert large < 80 * small + 0.002


def quickest(act: Callable[[], object]) -> float:
    """In seconds of this thread's own: others share the machine."""
    tries = []
    for _ in range(3):
        began = time.thread_time()
        act()
        tries.append(time.thread_time() - began)
    return min(tries)
