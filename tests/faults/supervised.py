"""A program with somebody who begins it anew when it dies, as systemd does (deploy/*.service)."""

import contextlib
import os
import signal
import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from tests.servers import PROJECT, stop

BEGUN_AFTER = 2.0  # seconds; RestartSec of the units


class Supervised:
    """Within `running()` it runs, however often it is killed; `begun` counts its beginnings."""

    def __init__(
        self,
        words: Sequence[str],
        env: Mapping[str, str],
        log: Path,
        *,
        begun_after: float = BEGUN_AFTER,
    ) -> None:
        self._words, self._env, self._log = words, env, log
        self._begun_after = begun_after
        self._is_over = threading.Event()
        self._lock = threading.Lock()
        self.begun = 0

    @contextlib.contextmanager
    def running(self) -> Iterator["Supervised"]:
        self._begin()
        watcher = threading.Thread(target=self._watch)
        watcher.start()
        try:
            yield self
        finally:
            with self._lock:
                self._is_over.set()
            stop(self.process)
            watcher.join()

    def kill(self) -> None:
        """kill -9 of its first process; what it leaves behind is ended as systemd ends it."""
        self.process.kill()

    def kill_children(self) -> None:
        """kill -9 of the processes that it has begun itself: gunicorn's, which answer."""
        for child in children_of(self.process.pid):
            os.kill(child, signal.SIGKILL)

    def restart(self) -> None:
        """Have it end as it likes to end; it is then begun anew."""
        self.process.terminate()

    def _begin(self) -> None:
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(
                self._words,
                cwd=PROJECT,
                env=self._env,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.begun += 1

    def _watch(self) -> None:
        while True:
            self.process.wait()
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            if self._is_over.wait(self._begun_after):
                return
            with self._lock:
                if self._is_over.is_set():
                    return
                self._begin()


def children_of(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
