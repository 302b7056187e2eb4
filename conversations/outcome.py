"""What became of conversations and messages that arrived, as whoever sent them is told."""

from dataclasses import dataclass
from enum import Enum
from uuid import UUID

from conversations.talks import Turn


class Outcome(Enum):
    CREATED = "created"
    ADDED = "added"  # its name was known, and it went on
    UNCHANGED = "unchanged"  # its name was known, and nothing is new
    DIFFERS = "differs"  # its name was known with other content, which stands


@dataclass(frozen=True, slots=True)
class Captured:
    """What became of one conversation: where it stands, and what was done.

    A repeat of what was last received says the same of `messages_added` as that did.
    """

    outcome: Outcome
    conversation_id: UUID
    messages_added: int = 0
    differs_at: int | None = None  # the place of the first message that contradicts, if live


@dataclass(frozen=True, slots=True)
class Added:
    """What became of messages that were sent to a conversation: each as it stands."""

    turns: list[Turn]
    messages_added: int
