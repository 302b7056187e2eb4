"""Ending what takes too long, by one thread for the whole process.

A threading.Timer for each body that is read is a thread for each body: more work than the change
that the body asks for.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Deadlines:
    """Calls back where a block of code has not ended in time."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._pending: dict[object, tuple[float, Callable[[], object]]] = {}
        self._wakes_at = 0.0
        self._thread: threading.Thread | None = None

    @contextmanager
    def within(self, seconds: float, overdue: Callable[[], object]) -> Iterator[None]:
        """Have `overdue` called, by another thread, if the block is not left in time."""
        mark, deadline = object(), time.monotonic() + seconds
        with self._changed:
            self._pending[mark] = (deadline, overdue)
            # It sleeps on past deadlines that were met, so that most blocks need not wake it.
            if self._thread is None or not self._thread.is_alive():
                self._wakes_at = deadline
                self._thread = threading.Thread(target=self._watch, name="deadlines", daemon=True)
                self._thread.start()
            elif deadline < self._wakes_at:
                self._wakes_at = deadline
                self._changed.notify()
        try:
            yield
        finally:
            with self._changed:
                self._pending.pop(mark, None)

    def _watch(self) -> None:
        with self._changed:
            while True:
                self._changed.wait(max(0.0, self._wakes_at - time.monotonic()))
                now = time.monotonic()
                for mark, (deadline, overdue) in list(self._pending.items()):
                    if deadline <= now:
                        del self._pending[mark]
                        overdue()
                deadlines = [deadline for deadline, _ in self._pending.values()]
                self._wakes_at = min(deadlines, default=now + 3600)
