"""A turn: one endpoint is told what it has not been told, by one thread that has claimed it.

Several events are under way at once, each of another lead, and what hangs keeps no other waiting:
as long as one does, the turn goes on with the rest. What came of them is written down several times
a second; so a worker that is killed repeats what was under way, and what came back just then.
"""

import logging
import time
from uuid import UUID

from foundation.encryption import Unreadable
from webhooks import source
from webhooks.lines import Item, Lines, new_item
from webhooks.messages import keys_of, message_of
from webhooks.models import Endpoint, Waiting
from webhooks.results import Results, TurnIsOver
from webhooks.senders import Senders

AT_ONCE = 16  # events under way; of an endpoint that is down: one
BATCH = 100  # events read at a time
WRITTEN_EVERY = 0.1  # seconds
READ_EVERY = 0.1
LONG = 2.0  # seconds: then a turn reads no more, to make room for other endpoints'
HANGS_AFTER = 3.0  # seconds: what takes longer is not waited for by the rest
LONGEST = 20.0  # seconds: then it reads no more, whatever hangs

logger = logging.getLogger("sift.webhooks")


class Turn:
    """Of the thread that claimed the endpoint; `run` tells it what there is."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._keys: list[bytes] = []
        self._lines = Lines()
        self._results = Results(endpoint)
        self._senders = Senders(1 if endpoint.is_down else AT_ONCE)
        self._read_to = endpoint.position
        self._began = self._written = time.monotonic()
        self._begun: dict[Item, float] = {}  # what is under way, since when
        self._loaded: set[UUID] = set()  # of what waited, the rows that this turn has at hand
        self._read_last = float("-inf")
        self._there_is_more = True  # in the feed, for all that is known
        self._is_over = False

    def run(self) -> None:
        """Tell the endpoint, until there is nothing to tell or others wait for their turn."""
        try:
            self._keys = keys_of(self._endpoint)
        except Unreadable:
            logger.error("The secret of a webhook is read by no SECRET_KEY: %s", self._endpoint.pk)
            self._results.put_off()
            return
        try:
            while self._begin_some() or self._senders.busy:
                self._note_what_came_back()
                if time.monotonic() - self._written >= WRITTEN_EVERY:
                    self._write()
            self._write(and_end=True)
        finally:
            self._senders.end()

    # --- What is told ---------------------------------------------------------------------------
    def _begin_some(self) -> bool:
        """Begin what there is room for; whether anything was begun."""
        begun = 0
        while self._senders.has_room and not self._is_over and (item := self._next()):
            self._begun[item] = time.monotonic()
            self._senders.send(item, self._endpoint.url, message_of(item.told, self._keys))
            begun += 1
        return begun > 0

    def _may_read(self) -> bool:
        """Not once others should have their turn, but for as long as something hangs.

        What was read is told in any case: else the next turn would tell some of it again.
        """
        now = time.monotonic()
        hangs = any(now - begun > HANGS_AFTER for begun in self._begun.values())
        return now - self._began < (LONGEST if hangs else LONG)

    def _next(self) -> Item | None:
        item = self._lines.begin()
        if item is None and self._is_time_to_read():
            self._read_more()
            item = self._lines.begin()
        return item

    def _is_time_to_read(self) -> bool:
        """Not after each answer, while others are under way and the feed had no more."""
        if len(self._lines) >= BATCH or not self._may_read():
            return False
        is_late = time.monotonic() - self._read_last >= READ_EVERY
        return is_late or self._there_is_more or not self._senders.busy

    def _read_more(self) -> None:
        """What came back is written before: the tables then say what waits."""
        if not self._results.is_empty:
            self._write()
        if not self._is_over:
            self._read_last = time.monotonic()
            self._read_waiting()
            self._read_new()

    def _read_waiting(self) -> None:
        """What is due among those that failed; what of it is no longer kept is let go."""
        due = Waiting.objects.of(self._endpoint).due().exclude(pk__in=self._loaded)
        rows = list(due[:BATCH])
        tests = [source.events().test(row.event_id, row.created_at) for row in rows if row.is_test]
        positions = [row.position for row in rows if row.position is not None]
        found = {told.id: told for told in [*tests, *self._events_at(positions)]}
        for row in rows:
            if (told := found.get(str(row.event_id))) is None:
                self._results.let_go(row)
            else:
                self._loaded.add(row.pk)
                self._lines.add(Item(told, row.line, row))

    def _events_at(self, positions: list[int]) -> list[source.Told]:
        if not positions:
            return []
        return source.events().at(
            self._endpoint.organisation_id, positions, with_leads=self._with_leads
        )

    def _read_new(self) -> None:
        """What comes next in the feed; what is behind an event that waits, waits with it."""
        types = [] if self._endpoint.is_told_everything else self._endpoint.types
        stretch = source.events().after(
            self._endpoint.organisation_id,
            self._read_to,
            limit=BATCH,
            types=types,
            with_leads=self._with_leads,
        )
        self._read_to = stretch.reached
        self._there_is_more = len(stretch.events) == BATCH
        items = [new_item(told) for told in stretch.events]
        behind, there = self._waiting_among(items)
        for item in items:
            if item.line not in behind:
                self._lines.add(item)
            elif item.told.position not in there:  # a replay comes by what waits already
                self._results.waits_behind(item)

    def _waiting_among(self, items: list[Item]) -> tuple[set[UUID], set[int | None]]:
        """Of these events' lines those in which something waits, and the positions of that."""
        if not items:
            return set(), set()
        waiting = Waiting.objects.of(self._endpoint).open()
        rows = list(
            waiting.filter(line__in={item.line for item in items}).values_list("line", "position")
        )
        return {line for line, _ in rows}, {position for _, position in rows}

    @property
    def _with_leads(self) -> bool:
        return bool(self._endpoint.include == "lead")

    # --- What came of it ------------------------------------------------------------------------
    def _note_what_came_back(self) -> None:
        for tried in self._senders.tried(within=WRITTEN_EVERY):
            item, behind = tried.item, []
            self._begun.pop(item)
            if tried.outcome.succeeded:
                self._lines.succeeded(item)
            else:
                behind = self._lines.failed(item)
            for each in (item, *behind):
                if each.waiting is not None:
                    self._loaded.discard(each.waiting.pk)
            self._results.came(item, tried.outcome, behind)

    def _write(self, *, and_end: bool = False) -> None:
        self._results.reached(self._safe_position())
        try:
            self._results.write(and_end=and_end)
        except TurnIsOver:
            self._is_over = True
        self._written = time.monotonic()
        self._senders.most = 1 if self._endpoint.is_down else AT_ONCE

    def _safe_position(self) -> int:
        """Up to here everything was told or stands among what waits."""
        untold = self._lines.first_untold()
        return self._read_to if untold is None else untold - 1
