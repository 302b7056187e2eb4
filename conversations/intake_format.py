"""The import format, one conversation with its lead as JSON (CONTRACT.md, section 6).

`ReceivedConversation` is a conversation of another time, `ImportedConversation` a line of a file,
which names itself and whose times are believable. Of one that goes on: posted_format.py.
"""

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, ClassVar

import msgspec
from django.utils import timezone
from msgspec import Meta

from conversations.choices import ConversationStatus, MessageRole
from conversations.models import LONGEST_CONTENT
from foundation.validation import Fault, Faulty, Forgiving
from leads.facts import LeadFacts
from leads.models.choices import Channel

EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
FURTHEST_AHEAD = timedelta(days=1)  # clocks differ, and so do ideas of a zone

ExternalId = Annotated[str, Meta(min_length=1, max_length=200)]
Language = Annotated[
    str,
    Meta(
        pattern=r"^[A-Za-z]{2,8}([-_][A-Za-z0-9]{1,8})*$(?!\n)",  # $ alone lets a newline follow
        max_length=35,
        description="a BCP 47 language code such as en or pt-BR",
    ),
]


class ReceivedMessage(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """One turn, told with its time."""

    external_id: ClassVar[None] = None

    role: MessageRole
    content: Annotated[str, Meta(min_length=1, max_length=LONGEST_CONTENT)]
    created_at: datetime


class ReceivedConversation(Forgiving, kw_only=True, forbid_unknown_fields=True):
    """One conversation with what is known of its lead, told when it was over."""

    is_live: ClassVar[bool] = False

    external_id: ExternalId | None = None
    channel: Channel
    language: Language = "en"
    status: ConversationStatus = ConversationStatus.OPEN
    started_at: datetime
    lead: LeadFacts | None = None
    messages: Annotated[list[ReceivedMessage], Meta(min_length=1)]

    def __post_init__(self) -> None:
        if self.lead is None:  # no lead, and a lead of whom nothing is said, are the same
            self.lead = LeadFacts()
        self.language = spelled(self.language)
        self._write_times_in_utc()

    @property
    def facts(self) -> LeadFacts:
        """What is known of the lead; nothing, where no lead was sent."""
        return self.lead or LeadFacts()

    @property
    def besides(self) -> dict[str, Any]:
        """What is told besides facts: nothing."""
        return {}

    @property
    def visitor_messages(self) -> int:
        """How many messages are the lead's own."""
        return sum(message.role == MessageRole.USER for message in self.messages)

    def _write_times_in_utc(self) -> None:
        """One spelling for one moment, so that the digest does not tell zones apart."""
        self.started_at = _in_utc(self.started_at)
        for message in self.messages:
            message.created_at = _in_utc(message.created_at)

    def digest(self) -> bytes:
        """SHA-256 of what was received, whatever its spelling as JSON, null or left out alike."""
        return hashlib.sha256(_ENCODER.encode(self)).digest()


class ImportedConversation(ReceivedConversation, kw_only=True):
    """A line of an import: it names itself, and its times are believable."""

    external_id: ExternalId

    def __post_init__(self) -> None:
        super().__post_init__()
        latest = timezone.now() + FURTHEST_AHEAD
        times = [self.started_at, *(message.created_at for message in self.messages)]
        if min(times) < EARLIEST or max(times) > latest:
            raise Faulty(list(_unbelievable_times(self, latest)))


def spelled(language: str) -> str:
    """`en_GB`, as programs call their locales, is `en-GB`."""
    return language.replace("_", "-")


def _in_utc(time: datetime) -> datetime:
    """The same moment in UTC; a time without a zone is in UTC.

    A moment that UTC has no year for stays in its zone, where it is refused like all that far away.
    """
    if time.tzinfo is UTC:
        return time
    if time.tzinfo is None:
        return time.replace(tzinfo=UTC)
    try:
        return time.astimezone(UTC)
    except OverflowError:
        return time


_ENCODER = msgspec.json.Encoder()


def _unbelievable_times(conversation: ReceivedConversation, latest: datetime) -> Iterator[Fault]:
    message = "must not be before 2000, nor more than a day ahead"
    if not EARLIEST <= conversation.started_at <= latest:
        yield Fault("started_at", message)
    for position, told in enumerate(conversation.messages):
        if not EARLIEST <= told.created_at <= latest:
            yield Fault(f"messages[{position}].created_at", message)
