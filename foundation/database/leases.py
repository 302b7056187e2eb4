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
    """What this process holds of one table; `extend` moves the leases of these keys on."""

    def __init__(self, extend: Callable[[Set[Key]], object]) -> None:
        self._extend = extend
        self._held: set[Key] = set()
        self._lock = threading.Lock()

    @contextmanager
    def holding(self, key: Key) -> Iterator[None]:
        """Within, the lease that was taken on this row is renewed."""
        with self._lock:
            self._held.add(key)
        try:
            yield
        finally:
            with self._lock:
                self._held.discard(key)

    def renew(self) -> None:
        """Move every lease that is held on; no statement where none is."""
        with self._lock:
            held = frozenset(self._held)
        if held:
            self._extend(held)
