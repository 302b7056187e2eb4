"""What a conversation's row keeps of its messages, so that a list need not read them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from conversations.search import document

LONGEST_LAST_WORDS = 200  # characters


class Told(Protocol):
    """A message, as it arrives or as it stands."""

    @property
    def content(self) -> str: ...
    @property
    def created_at(self) -> datetime: ...


@dataclass(frozen=True, slots=True)
class Summary:
    message_count: int
    last_message_at: datetime
    last_words: str  # how the last message begins
    search: str  # see conversations/search.py


def sum_up(organisation_id: UUID, messages: Sequence[Told], languages: Iterable[str]) -> Summary:
    """The summary of messages in the order of their positions, of which there is at least one."""
    last_at, last = max((message.created_at, position) for position, message in enumerate(messages))
    return Summary(
        message_count=len(messages),
        last_message_at=last_at,
        last_words=messages[last].content[:LONGEST_LAST_WORDS],
        search=document(organisation_id, [message.content for message in messages], languages),
    )
