"""A conversation on its way into the database: what stood of it, and what comes to it."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

from conversations.choices import ConversationStatus, MessageRole
from conversations.summing_up import Summary, sum_up
from foundation.ids import uuid7
from leads.models import Lead
from leads.reading.heard import Reading

# What a live message is dated until it is written: later than all that stands.
NOT_YET = datetime.max.replace(tzinfo=UTC)


@dataclass(slots=True)
class Turn:
    """A message at its place."""

    position: int
    role: str
    content: str
    external_id: str | None = None
    created_at: datetime = NOT_YET
    id: UUID = field(default_factory=uuid7)


@dataclass(slots=True)
class Talk:
    """A conversation, with all of its messages in their order."""

    lead: Lead
    channel: str
    external_id: str | None = None
    idempotency_key: str | None = None
    status: str = ConversationStatus.OPEN.value
    languages: list[str] = field(default_factory=list)
    created_at: datetime = NOT_YET
    digest: bytes | None = None  # of what was last received
    brought: int = 0  # how many messages that brought
    turns: list[Turn] = field(default_factory=list)
    stood: int = 0  # how many of them stood before
    heard: int = 0  # how many of them were read for facts since
    receipts: list[tuple[Turn, Reading]] = field(default_factory=list)  # of what was read, to write
    is_new: bool = True
    id: UUID = field(default_factory=uuid7)

    @property
    def new_turns(self) -> list[Turn]:
        return self.turns[self.stood :]

    def add(self, *, role: str, content: str, external_id: str | None, at: datetime | None) -> Turn:
        position = self.turns[-1].position + 1 if self.turns else 0
        turn = Turn(position, role, content, external_id, at or NOT_YET)
        self.turns.append(turn)
        return turn

    def add_language(self, code: str) -> None:
        if code not in self.languages:
            self.languages = [*self.languages, code]

    def summary(self) -> Summary:
        return sum_up(self.lead.organisation_id, self.turns, self.languages)


def own_words(turns: list[Turn]) -> int:
    """How many of the messages are the visitor's."""
    return sum(turn.role == MessageRole.USER for turn in turns)
