"""Claims on rows that end by themselves: who is killed keeps nothing, and who lives keeps what it
works on for as long as that takes.

A row is claimed by setting its lease's end a little ahead. Whoever claimed it holds it here, and
has what it holds renewed every few seconds; so nothing that is under way is claimed again, however
slow, and after a kill it is free within LEASE, or within a shorter one that its table has.
"""

import threading
from collections.abc import Callable, Iterator, Set
from contextlib import contextmanager
from datetime import timedelta
from typing import Generic, TypeVar

LEASE = timedelta(seconds=20)
RENEWED_EVERY = timedelta(seconds=2)

Key = TypeVar("Key")


class Leases(Generic[Key]):
    """What this process holds of one table; `extend` moves the leases of these keys on.

    `end`, where there is one, ends the leases of what failed: nobody need wait for those.
    """

    def __init__(
        self, extend: Callable[[Set[Key]], object], end: Callable[[Set[Key]], object] | None = None
    ) -> None:
        self._extend, self._end = extend, end
        self._held: set[Key] = set()
        self._failed: set[Key] = set()
        self._lock = threading.Lock()

    @contextmanager
    def holding(self, key: Key) -> Iterator[None]:
        """Within, the lease that was taken on this row is renewed.

        Where it fails, the database may be away: its lease is ended with the next renewal.
        """
        with self._lock:
            self._held.add(key)
        try:
            yield
        except BaseException:
            with self._lock:
                self._failed.add(key)
            raise
        finally:
            with self._lock:
                self._held.discard(key)

    def renew(self) -> None:
        """Move every lease that is held on, and end those of what failed; no statement where there
        is none."""
        with self._lock:
            held, failed = frozenset(self._held), frozenset(self._failed)
        if held:
            self._extend(held)
        if failed and self._end is not None:
            self._end(failed)
        with self._lock:
            self._failed -= failed
