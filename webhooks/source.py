"""Where events come from: the feed, as whoever knows leads shows it.

What an event says of its lead is said by the JSON API, and webhooks say the very same. They know no
leads; who does hands itself in (`use`) as Sift starts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Told:
    """An event as the feed has it. `json` is all of it, with its lead as that is now."""

    position: int | None  # None: a test
    id: str
    type: str
    created_at: datetime
    lead_id: str | None
    json: bytes


@dataclass(frozen=True, slots=True)
class Stretch:
    """Events after a position, and up to where nothing is left out of them but other types."""

    events: list[Told]
    reached: int


class Events(Protocol):
    """Reads an organisation's events."""

    def after(
        self,
        organisation_id: UUID,
        position: int,
        *,
        limit: int,
        types: Sequence[str],
        with_leads: bool,
    ) -> Stretch:
        """The first so many after the position, of these types alone if any are named."""

    def at(
        self, organisation_id: UUID, positions: Sequence[int], *, with_leads: bool
    ) -> list[Told]:
        """Those at these positions, as far as they are kept."""

    def test(self, event_id: UUID, at: datetime) -> Told:
        """An event of nothing, by which somebody tries whether they are told."""


_used: list[Events] = []


def use(events: Events) -> None:
    """Have events read by it from now on."""
    _used[:] = [events]


def events() -> Events:
    return _used[0]
