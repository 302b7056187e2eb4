"""Lines of a log that are written some times a second at most, those that came meanwhile together.

Each write has a thread let go of Python's lock and wait for its turn again, among threads that do
the same: on small answers that was one twentieth of the work. A line after a pause is written at
once. What is gathered is written when the process ends; one that is killed loses what came in the
last fifth of a second.
"""

import atexit
import threading
import time
from collections import deque
from collections.abc import Callable

SECONDS_BETWEEN_WRITES = 0.2
MOST_GATHERED = 5_000  # lines; whoever brings more waits until they are written


class GatheredLines:
    """Hands lines on to `write`, in their order, several in one text where they came together.

    `write` raises nothing, as handlers of logging do not. A thread begins with the first line that
    has to wait, so in the process that was forked to serve.
    """

    def __init__(self, write: Callable[[str], None]) -> None:
        self._write = write
        self._lines: deque[str] = deque()
        self._next_write = 0.0  # by the monotonic clock
        self._some = threading.Event()
        self._writing = threading.Lock()
        self._writer: threading.Thread | None = None

    def add(self, line: str) -> None:
        """Have a line written, now or soon."""
        self._lines.append(line)
        if time.monotonic() >= self._next_write or len(self._lines) >= MOST_GATHERED:
            self.write()
        elif not self._some.is_set():
            if self._writer is None:
                self._start_writer()
            self._some.set()

    def write(self) -> None:
        """Write what there is; return when it is written."""
        with self._writing:
            self._next_write = time.monotonic() + SECONDS_BETWEEN_WRITES
            lines = [self._lines.popleft() for _ in range(len(self._lines))]
            if lines:
                self._write("\n".join(lines))

    def _start_writer(self) -> None:
        with self._writing:
            if self._writer is None:
                self._writer = threading.Thread(
                    target=self._write_for_ever, name="access-log", daemon=True
                )
                self._writer.start()
                atexit.register(self.write)

    def _write_for_ever(self) -> None:
        while True:
            self._some.wait()
            time.sleep(SECONDS_BETWEEN_WRITES)
            self._some.clear()  # before: a line that comes now sets it again
            self.write()
