"""Finding words within one conversation: which messages have them, counted and stepped through."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from conversations.models import MessageQuerySet
from foundation.lists.filters import MOST_WORDS
from foundation.plurals import so_many
from foundation.words import asked, may_have, places

LONGEST = 200  # characters of what is looked for
_AT_ONCE = 2_000  # messages in memory


@dataclass(frozen=True, slots=True)
class Found:
    """What was looked for, the messages that have it in the order of time, and the one in turn."""

    text: str  # as it was typed
    words: Sequence[str] = ()  # folded
    messages: Sequence[UUID] = ()
    turn: int = 0  # of the message that is shown, from 1; 0 where there is none
    has_all: bool = True  # else no message has all the words, and these have one of them
    fault: str | None = None

    @property
    def message(self) -> UUID | None:
        return self.messages[self.turn - 1] if self.turn else None

    @property
    def previous(self) -> int | None:
        return self.turn - 1 if self.turn > 1 else None

    @property
    def previous_message(self) -> UUID | None:
        return self.messages[self.turn - 2] if self.previous else None

    @property
    def next(self) -> int | None:
        return self.turn + 1 if 0 < self.turn < len(self.messages) else None

    @property
    def next_message(self) -> UUID | None:
        return self.messages[self.turn] if self.next else None

    @property
    def in_words(self) -> str:
        """`3 of 12 messages`, or that there is none."""
        if not self.messages:
            return f"No message has “{self.text}”."
        line = f"{self.turn:,} of {so_many(len(self.messages), 'message')}"
        return line if self.has_all else f"{line} with one of the words; none has them all"


def find(messages: MessageQuerySet, text: str, turn: str) -> Found:
    """The messages in which all the words begin a word; where none has them all, any of them.

    `turn` is which of them to show, from 1; what cannot be read is the first.
    """
    words = asked(text)
    if not words:
        fault = "Look for letters or digits." if text.strip() else None
        return Found(text, fault=fault)
    if len(words) > MOST_WORDS or len(text) > LONGEST:
        return Found(text[:LONGEST], fault="Look for at most eight words.")
    all_of, any_of = [], []
    in_order = messages.in_order_of_time().values_list("id", "content")
    with transaction.atomic():  # outside one a cursor's rows may come over another connection
        for id_, content in in_order.iterator(chunk_size=_AT_ONCE):
            had = _had(content, words)
            if had:
                any_of.append(id_)
            if had == len(words):
                all_of.append(id_)
    found = all_of or any_of
    wanted = int(turn) if turn.isdecimal() and len(turn) < 9 else 1
    return Found(
        text,
        words,
        found,
        turn=min(max(wanted, 1), len(found)),
        has_all=bool(all_of),
    )


def _had(content: str, words: Sequence[str]) -> int:
    """How many of the words begin a word of the message."""
    if not may_have(content, words):
        return 0
    return sum(next(places(content, [word]), None) is not None for word in words)
