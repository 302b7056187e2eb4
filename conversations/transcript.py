"""A transcript in pieces: from its end, from a place on in either direction, or about a message."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import QueryDict

from conversations.models import TRANSCRIPT_MESSAGES, Message, MessageQuerySet, with_receipts
from foundation.lists.paging import Column, Order, Page, Stretch, page_of, position, read_place

# As `latest_first()` has it.
LATEST_FIRST: Order = (Column("created_at"), Column("position"))
AROUND = TRANSCRIPT_MESSAGES // 2  # messages on either side of the one that was asked for


@dataclass(frozen=True, slots=True)
class Piece:
    """So many messages in the order of time, and the positions where the others go on."""

    messages: Sequence[Message]
    earlier: str | None  # for `after=`; None at the beginning of the conversation
    later: str | None  # for `before=`; None at its end
    fault: str | None = None  # what was wrong with the address
    # Where it is put beside what is there already: below or above it, at which position, and when
    # the message there was sent.
    is_below: bool = False
    place: str | None = None
    beside: datetime | None = None

    @property
    def newest(self) -> str | None:
        """The last message's position, after which new ones come; None if there is none yet."""
        return place_of(self.messages[-1]) if self.messages else self.place


def piece_of(messages: MessageQuerySet, query: QueryDict) -> Piece:
    """The piece that the address asks for by `after` (then earlier ones) or `before` (later)."""
    page: Page[Message] = page_of(messages.latest_first(), query, size=TRANSCRIPT_MESSAGES)
    return Piece(with_receipts(page.rows[::-1]), page.older, page.newer, page.fault)


def piece_beyond(messages: MessageQuerySet, query: QueryDict) -> Piece | None:
    """Only what lies beyond the place in the address, to be put beside what is there already.

    None where the address names no place that can be read.
    """
    backwards = "before" in query
    said = str(query.get("before" if backwards else "after", ""))
    try:
        place = read_place(Message, LATEST_FIRST, said)
    except ValueError:
        return None
    if place is None:
        return None
    stretch = Stretch(LATEST_FIRST, place, backwards=backwards)
    found = list(stretch.of(messages)[: TRANSCRIPT_MESSAGES + 1])
    shown = found[:TRANSCRIPT_MESSAGES] if backwards else found[:TRANSCRIPT_MESSAGES][::-1]
    more = len(found) > TRANSCRIPT_MESSAGES
    return Piece(
        with_receipts(shown),
        earlier=place_of(shown[0]) if more and not backwards else None,
        later=place_of(shown[-1]) if more and backwards else None,
        is_below=backwards,
        place=said if backwards else None,
        beside=place[0],
    )


def piece_about(messages: MessageQuerySet, message: Message) -> Piece:
    """The message with those just before and just after it."""
    place: Any = (message.created_at, message.position)
    earlier = list(Stretch(LATEST_FIRST, place).of(messages)[: AROUND + 1])
    later = list(Stretch(LATEST_FIRST, place, backwards=True).of(messages)[: AROUND + 1])
    shown = [*earlier[:AROUND][::-1], message, *later[:AROUND]]
    return Piece(
        with_receipts(shown),
        earlier=place_of(shown[0]) if len(earlier) > AROUND else None,
        later=place_of(shown[-1]) if len(later) > AROUND else None,
    )


def place_of(message: Message) -> str:
    """The message's position, as `after` and `before` have it."""
    return position(LATEST_FIRST, message)
