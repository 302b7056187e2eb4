"""What must hold after a fault, asked of the database itself."""

import subprocess
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, LiteralString

import psycopg

from bench.database import manage
from tests.faults.installation import Installation
from tests.faults.load import Moved, Notes

LONGEST_TELLING = 60.0  # seconds
_MESSAGES = 2  # of each capture
_BATCH = 1_000  # leads that one transaction moves (leads/bulk.py)

_CAPTURED: LiteralString = """
    SELECT conversation.external_id, count(DISTINCT conversation.id), count(DISTINCT lead.id),
           count(message.id)
      FROM conversations_conversation AS conversation
      LEFT JOIN leads_lead AS lead ON lead.email = conversation.external_id || '@example.com'
      LEFT JOIN conversations_message AS message ON message.conversation_id = conversation.id
     WHERE conversation.external_id = ANY(%s)
     GROUP BY conversation.external_id
"""
_POSITIONS: LiteralString = """
    SELECT (SELECT coalesce(max(position), 0) FROM organisations_feed),
           (SELECT count(*) FROM organisations_change), (SELECT max(position) FROM
           organisations_change)
"""
_MOVES: LiteralString = """
    WITH moves AS (
        SELECT (payload ->> 'bulk')::uuid AS id, count(*) AS events,
               count(DISTINCT lead_id) AS leads
          FROM leads_leadevent WHERE payload ? 'bulk' GROUP BY 1
    )
    SELECT moves.id::text, moves.events, moves.leads, (entry.details ->> 'leads')::int
      FROM moves LEFT JOIN organisations_auditentry AS entry ON entry.target_id = moves.id
"""
_MISLED: LiteralString = """
    SELECT count(*)
      FROM leads_lead AS lead
      JOIN LATERAL (SELECT "to" FROM leads_leadevent AS event
                     WHERE event.lead_id = lead.id AND event.kind = 'status'
                     ORDER BY event.id DESC LIMIT 1) AS last ON true
     WHERE last."to" <> lead.status
"""


class Found:
    """What stands after a fault: `lost` and `twice` of the captures, and `wrong` in words."""

    def __init__(self, there: Installation, notes: Notes) -> None:
        self._there, self._notes = there, notes
        self.lost = self.twice = 0
        with psycopg.connect(there.url) as self._connection:
            self.wrong = [
                *self._wrong_captures(),
                *self._wrong_positions(),
                *self._wrong_moves(),
                *self._wrong_telling(),
                *self._wrong_trail(),
            ]

    def _wrong_captures(self) -> Iterator[str]:
        names = self._notes.acknowledged
        there = {name: counts for name, *counts in self._asked(_CAPTURED, [names])}
        lost = set(names) - set(there)
        twice = [name for name, (talks, leads, _) in there.items() if max(talks, leads) > 1]
        halves = [
            name for name, (talks, leads, messages) in there.items()
            if talks == leads == 1 and messages != _MESSAGES
        ]  # fmt: skip
        self.lost, self.twice = len(lost), len(twice)
        yield from (f"acknowledged and not there: {name}" for name in sorted(lost)[:5])
        yield from (f"there more than once: {name}" for name in twice[:5])
        yield from (f"not there as it was sent: {name}" for name in halves[:5])
        yield from (
            f"acknowledged {number} times: {name}"
            for name, number in Counter(names).items() if number > 1
        )  # fmt: skip

    def _wrong_positions(self) -> Iterator[str]:
        ((latest, number, last),) = self._asked(_POSITIONS)
        if not latest == number == (last or 0):
            yield f"positions: {number} changes up to {last}, and the feed is at {latest}"

    def _wrong_moves(self) -> Iterator[str]:
        """A change of many leads is whole, or whole batches of it, and its page says how many."""
        numbers: dict[str, int] = {}
        for bulk_id, number, leads, in_trail in self._asked(_MOVES):
            numbers[bulk_id] = number
            if number != leads:
                yield f"change {bulk_id} moved a lead twice"
            if in_trail is None and number % _BATCH:
                yield f"change {bulk_id} moved {number} leads: no whole batches"
            if in_trail not in (None, number):
                yield f"change {bulk_id} moved {number} leads, its entry says {in_trail}"
        yield from _untrue(self._notes.moved, numbers)
        ((misled,),) = self._asked(_MISLED)
        if misled:
            yield f"{misled} leads stand otherwise than their last event says"

    def _wrong_telling(self) -> Iterator[str]:
        """The receiver is told each position, if that takes a while."""
        ends = time.monotonic() + LONGEST_TELLING
        while (missed := self._missed()) and time.monotonic() < ends:
            time.sleep(0.2)
        if missed:
            yield f"{len(missed)} positions never told, the first {min(missed)}"

    def _missed(self) -> set[int]:
        ((latest, *_),) = self._asked(_POSITIONS)
        with self._there.receiver.lock:
            return set(range(1, latest + 1)) - set(self._there.receiver.positions)

    def _wrong_trail(self) -> Iterator[str]:
        try:
            manage(self._there.url, "verify_audit")
        except subprocess.CalledProcessError:
            yield "verify_audit finds the trail broken"

    def _asked(self, sql: LiteralString, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        with self._connection.transaction():
            return self._connection.execute(sql, values).fetchall()


def _untrue(said: list[Moved], numbers: dict[str, int]) -> Iterator[str]:
    """What pages said of changes that is not what was done."""
    for bulk_id, number in said:
        if numbers.get(bulk_id, 0) != number:
            yield f"change {bulk_id}: its page said {number}, {numbers.get(bulk_id, 0)} were moved"
