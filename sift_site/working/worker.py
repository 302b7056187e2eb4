"""The worker: what pages and captures leave to be done after them (docs/worker.md).

One thread, the main one, looks once a second whether anything is due, in one statement for all
kinds of work, and leaves signs of life. The others do it, piece by piece, until none finds any.
Nothing here outlives a transaction in the database but rows: no session's lock, no LISTEN; so it
works through PgBouncer in transaction mode.

What is due, and until when something is claimed, are times of the database's clock. Where that is
set back they lie too far ahead; a worker notices by its own last sign of life, and draws them in.
"""

import logging
import queue
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from django.db import Error, connection, connections
from django.db.models import Value

from foundation import log_context
from foundation.database.leases import RENEWED_EVERY
from foundation.database.lost_database import drop_dead_connection, has_no_room, is_unreachable
from foundation.ids import uuid7
from foundation.outages import Outage
from foundation.plurals import so_many
from sift_site.working.beats import Beat
from sift_site.working.kinds import Kind
from sift_site.working.turns import Turns

LOOKS_EVERY = 1.0  # seconds
BEATS_EVERY = 5.0
RESTS_AFTER_A_FAULT = 10.0
RESTS_WITHOUT_ROOM = 3.0  # for a disk that somebody is clearing
LONGEST_FAREWELL = 8.0  # for what is under way when it is told to stop; Python takes a while too
_LOOKING = "looking"

logger = logging.getLogger("sift.work")


class Worker:
    """One process's, with so many threads. `is_wanted` is asked each second."""

    def __init__(
        self, kinds: Sequence[Kind], threads: int, *, is_wanted: Callable[[], bool] = lambda: True
    ) -> None:
        self._id = uuid7()
        self._kinds = kinds
        self._turns = Turns(kinds, threads)
        self._threads = [
            threading.Thread(target=self._work, name=f"work-{number}", daemon=True)
            for number in range(1, threads + 1)
        ]
        self._is_wanted = is_wanted
        self._told_to_stop: queue.SimpleQueue[float] = queue.SimpleQueue()
        self._ends_at = 0.0  # by time.monotonic(), as are all moments here
        self._has_begun = False
        self._draws_in = True  # at the next sign of life
        self._next_beat = self._next_renewal = 0.0
        self._rests_until: dict[str, float] = {}  # what has failed: a kind, or the look
        self._database = Outage(
            logger,
            gone="The database cannot be asked (%s). The worker waits for it.",
            back="The database answers again.",
        )
        self._room = Outage(
            logger,
            gone="The database has no room (%s). What cannot be written is tried again.",
            back="The database has room again.",
        )

    def run(self) -> None:
        """Work until told to stop; what is under way then is finished, if that is soon.

        If not, another worker claims it, once its lease ends.
        """
        logger.info("The worker begins, with %s.", so_many(len(self._threads), "thread"))
        for thread in self._threads:
            thread.start()
        while self._is_wanted() and not self._is_told_to_stop(within=LOOKS_EVERY):
            self._look()
        self._turns.close()
        self._ends_at = self._ends_at or time.monotonic() + LONGEST_FAREWELL
        self._wait_for_threads()
        self._say_farewell()

    def stop(self) -> None:
        """Have `run` end. A signal's handler may call it: an Event's lock could be held by then."""
        self._told_to_stop.put(time.monotonic() + LONGEST_FAREWELL)

    def _is_told_to_stop(self, *, within: float) -> bool:
        try:
            self._ends_at = self._told_to_stop.get(timeout=within)
        except queue.Empty:
            return False
        return True

    # --- The main thread ------------------------------------------------------------------------

    def _look(self) -> None:
        if not self._is_rested(_LOOKING):
            return
        with self._minding_the_database("The worker's look at what is due failed."):
            if not self._has_begun:
                for kind in self._kinds:
                    kind.begin()
                self._has_begun = True
            self._beat()
            self._renew_leases()
            self._turns.offer(filter(self._is_rested, _due(self._kinds)))
            self._database.over()
            return
        if not self._database.lasts:  # a fault of ours, or a migration that has not run yet
            self._rest(_LOOKING)

    def _rest(self, name: str) -> None:
        rest = RESTS_WITHOUT_ROOM if self._room.lasts else RESTS_AFTER_A_FAULT
        self._rests_until[name] = time.monotonic() + rest

    def _is_rested(self, name: str) -> bool:
        return time.monotonic() >= self._rests_until.get(name, 0.0)

    def _beat(self) -> None:
        if time.monotonic() < self._next_beat:
            return
        self._draws_in |= not Beat.objects.leave(self._id)
        if self._draws_in:
            Beat.objects.draw_in()
            for kind in self._kinds:
                kind.draw_in()
            self._draws_in = False
        self._next_beat = time.monotonic() + BEATS_EVERY

    def _renew_leases(self) -> None:
        if time.monotonic() < self._next_renewal:
            return
        for kind in self._kinds:
            kind.renew()
        self._next_renewal = time.monotonic() + RENEWED_EVERY.total_seconds()

    def _wait_for_threads(self) -> None:
        for thread in self._threads:
            thread.join(max(0.0, self._ends_at - time.monotonic()))
        left = sum(thread.is_alive() for thread in self._threads)
        if left:
            logger.warning("The worker ends, and leaves %s undone.", so_many(left, "piece"))

    def _say_farewell(self) -> None:
        if not self._database.lasts:
            with self._minding_the_database("The worker's farewell failed."):
                Beat.objects.filter(pk=self._id).delete()
        logger.info("The worker has ended.")

    # --- The others -----------------------------------------------------------------------------

    def _work(self) -> None:
        try:
            while kind := self._turns.take():
                self._do_one(kind)
        finally:
            connections.close_all()

    def _do_one(self, kind: Kind) -> None:
        found: bool | None = None
        try:
            with (
                log_context.job(f"{kind.name}-{uuid7()}"),
                self._minding_the_database(f"A piece of work failed ({kind.name})."),
            ):
                found = kind.do_one()
        finally:
            if found is None and not self._database.lasts:  # nothing is begun till it answers
                self._rest(kind.name)
            elif found:
                self._room.over()  # something was written
            self._turns.give_back(kind, found=bool(found))

    @contextmanager
    def _minding_the_database(self, failure: str) -> Iterator[None]:
        """Within, the database may go and come back, or be without room for a while: that is one
        line of the log. Any other fault is logged whole, and nothing but this piece fails by it."""
        drop_dead_connection()
        try:
            yield
        except Exception as error:
            if isinstance(error, Error):
                connection.close()
            if is_unreachable(error):
                self._database.noticed(error)
            elif has_no_room(error):
                self._room.noticed(error.__cause__ or error)
            else:
                logger.exception(failure)


def _due(kinds: Sequence[Kind]) -> set[str]:
    """The names of the kinds that have work, or may have, in one statement."""
    named = {kind.name for kind in kinds if kind.due is None}
    asked = [kind.due().order_by().values_list(Value(kind.name))[:1] for kind in kinds if kind.due]
    if not asked:
        return named
    first, *others = asked
    return named | {name for (name,) in first.union(*others, all=True)}
