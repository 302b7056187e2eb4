"""What grows with its text and no faster, whoever wrote it."""

import gc
import sys
import time
from collections.abc import Callable
from types import FrameType
from typing import Any


def assert_linear(act: Callable[[int], object]) -> None:
    """Sixteen times the text takes some sixteen times as long: squared it would be 256 times."""
    assert time_is_linear(act, small=4)


def time_is_linear(act: Callable[[int], object], *, small: int) -> bool:
    """Whether that holds from `small` times the text on: for what C does in one step of Python's.

    The sizes lie so far apart that no noise hides a square; what noise makes of a line is measured
    again.
    """
    act(1)
    return any(_grows_as_a_line(act, small) for _ in range(3))


def _grows_as_a_line(act: Callable[[int], object], small: int) -> bool:
    """The long text is read once: noise only ever makes it look slower, and then it comes again."""
    short, long = quickest(lambda: act(small)), quickest(lambda: act(16 * small), tries=1)
    return long < 80 * short + 0.002


def steps_are_linear(act: Callable[[int], object]) -> bool:
    """Whether twice the text takes at most 2.5 times the steps that Python itself counts."""
    act(3)  # what is remembered of characters and patterns is not counted, of the whole text it is
    once, twice = steps(lambda: act(1)), steps(lambda: act(2))
    return twice <= 2.5 * once


def quickest(act: Callable[[], object], *, tries: int = 3) -> float:
    """In seconds of this thread's own: others share the machine."""
    taken = []
    for _ in range(tries):
        began = time.thread_time()
        act()
        taken.append(time.thread_time() - began)
    return min(taken)


def steps(act: Callable[[], object]) -> int:
    """How many lines of Python are done, calls and returns: a loop on one line is one each time.

    Those of whatever it calls are counted too.
    """
    count = 0

    def trace(_frame: FrameType, _event: str, _arg: Any) -> Any:
        nonlocal count
        count += 1
        return trace

    before, collects = sys.gettrace(), gc.isenabled()
    gc.disable()  # what others left behind would be tidied up in between, and counted
    sys.settrace(trace)
    try:
        act()
    finally:
        sys.settrace(before)
        if collects:
            gc.enable()
    return count
