"""Which thread of a worker does what next: each kind of work in its turn, and none is kept out.

Every kind has one thread that no other may hold, as far as there are enough; the rest are
anybody's. So a mail server that says nothing holds up no webhook, and the other way round.
"""

import threading
from collections.abc import Iterable, Sequence

from sift_site.working.kinds import Kind


class Turns:
    """Shared by the threads of a worker."""

    def __init__(self, kinds: Sequence[Kind], threads: int) -> None:
        self._kinds = kinds
        self._shared = max(0, threads - len(kinds))  # threads beyond one for each kind
        self._running = {kind.name: 0 for kind in kinds}
        self._has_work: set[str] = set()
        self._next = 0
        self._is_closed = False
        self._changed = threading.Condition()

    def offer(self, names: Iterable[str]) -> None:
        """These kinds have work: whoever waits looks for it."""
        with self._changed:
            self._has_work.update(names)
            if self._has_work:
                self._changed.notify_all()

    def take(self) -> Kind | None:
        """The kind to do a piece of now, as soon as there is one; None once it is closed."""
        with self._changed:
            while not self._is_closed:
                if kind := self._chosen():
                    self._running[kind.name] += 1
                    return kind
                self._changed.wait()
            return None

    def give_back(self, kind: Kind, *, found: bool) -> None:
        """The piece is done, or none was found: then nobody looks again before the next offer.

        Nobody is woken: this thread itself takes what it has made room for.
        """
        with self._changed:
            self._running[kind.name] -= 1
            if not found:
                self._has_work.discard(kind.name)

    def close(self) -> None:
        """No piece is begun any more."""
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()

    def _chosen(self) -> Kind | None:
        for step in range(len(self._kinds)):
            at = (self._next + step) % len(self._kinds)
            if self._may_take(kind := self._kinds[at]):
                self._next = at + 1
                return kind
        return None

    def _may_take(self, kind: Kind) -> bool:
        running = self._running[kind.name]
        if kind.name not in self._has_work or running == kind.most:
            return False
        shared = sum(max(0, number - 1) for number in self._running.values())
        return running == 0 or shared < self._shared
