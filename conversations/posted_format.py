"""What a capture takes: the import format, told while the conversation goes on (CONTRACT.md, 2).

Times are the server's own, so those that are told are not used, nor is the status.
"""

import hashlib
from datetime import datetime
from typing import Annotated, Any, ClassVar

import msgspec
from msgspec import Meta

from conversations.choices import ConversationStatus, MessageRole
from conversations.intake_format import ExternalId, Language, spelled
from conversations.models import LONGEST_CONTENT
from foundation.validation import Forgiving
from leads.facts import LeadFacts
from leads.models.choices import Channel, Consent

MOST_MESSAGES = 500
MOST_IN_A_BATCH = 100

_NOT_USED = "Accepted, as a line of an import has it, and not used: "
TimeNotUsed = Annotated[datetime, Meta(extra_json_schema={"format": "date-time"})]
OriginText = Annotated[str, Meta(max_length=500)]


class Origin(Forgiving, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Where the person came from; of each, the first conversation that says so counts."""

    url: Annotated[
        OriginText | None,
        Meta(description="The page.", examples=["https://harbour-vale.example/homes/elm-grove-12"]),
    ] = None
    campaign: Annotated[
        OriginText | None, Meta(description="The campaign.", examples=["spring-sellers"])
    ] = None
    property_ref: Annotated[
        OriginText | None,
        Meta(description="The home that they ask about.", examples=["HV-2041"]),
    ] = None

    def as_kept(self) -> dict[str, str]:
        """By the lead's columns, as an event keeps it; what was not said is left out."""
        said = {
            "property_ref": self.property_ref,
            "origin_url": self.url,
            "campaign": self.campaign,
        }
        return {name: text.strip() for name, text in said.items() if text and text.strip()}


class ConsentGiven(Forgiving, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Whether the person lets the agency write to them of other things, and to which words."""

    marketing: Annotated[Consent, Meta(description="Their answer.", examples=["granted"])]
    wording: Annotated[
        Annotated[str, Meta(max_length=1000)] | None,
        Meta(
            description="What they were asked, word for word.",
            examples=["Yes, send me homes like this one by e-mail"],
        ),
    ] = None

    def as_kept(self) -> dict[str, str]:
        wording = (self.wording or "").strip()
        return {"marketing": str(self.marketing), **({"wording": wording} if wording else {})}


class PostedMessage(Forgiving, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One turn."""

    role: Annotated[
        MessageRole,
        Meta(description="`user` is the visitor, `assistant` the chat agent.", examples=["user"]),
    ]
    content: Annotated[
        Annotated[str, Meta(min_length=1, max_length=LONGEST_CONTENT)],
        Meta(
            description="What was said, as plain text.",
            examples=["Hi, is the house on Elm Grove still available?"],
        ),
    ]
    external_id: Annotated[
        ExternalId | None,
        Meta(
            description="Your own name of the message. One that the conversation has is left as "
            "it stands.",
            examples=["m-1"],
        ),
    ] = None
    created_at: Annotated[
        TimeNotUsed | None, Meta(description=f"{_NOT_USED}the time is when it arrives.")
    ] = None

    def __post_init__(self) -> None:
        self.created_at = None


class PostedConversation(Forgiving, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A conversation with what is known of its lead."""

    is_live: ClassVar[bool] = True

    channel: Annotated[Channel, Meta(description="Where it is held.", examples=["website"])]
    messages: Annotated[
        Annotated[list[PostedMessage], Meta(min_length=1, max_length=MOST_MESSAGES)],
        Meta(description=f"All that was said so far, in order: 1 to {MOST_MESSAGES}."),
    ]
    external_id: Annotated[
        ExternalId | None,
        Meta(
            description="Your own name of the conversation: the same one again is the same "
            "conversation, for ever. Without it, send an `Idempotency-Key`.",
            examples=["chat-4711"],
        ),
    ] = None
    language: Annotated[
        Language | None,
        Meta(description="A BCP 47 code; `en` if left out.", examples=["en"]),
    ] = None
    lead: Annotated[
        LeadFacts | None,
        Meta(description="What is known of the person. It fills in what Sift does not know."),
    ] = None
    origin: Annotated[Origin | None, Meta(description="Where the person came from.")] = None
    consent: Annotated[
        ConsentGiven | None,
        Meta(description="Whether they may be written to: the latest that they said counts."),
    ] = None
    told_start: Annotated[
        TimeNotUsed | None,
        Meta(description=f"{_NOT_USED}it begins when its first message arrives."),
    ] = msgspec.field(default=None, name="started_at")
    told_status: Annotated[
        ConversationStatus | None,
        Meta(description=f"{_NOT_USED}PATCH closes a conversation."),
    ] = msgspec.field(default=None, name="status")

    def __post_init__(self) -> None:
        self.told_start = self.told_status = None
        if self.language is not None:
            self.language = spelled(self.language)

    @property
    def status(self) -> ConversationStatus:
        return ConversationStatus.OPEN

    @property
    def started_at(self) -> None:
        """It begins when it is written."""
        return None

    @property
    def facts(self) -> LeadFacts:
        """What is known of the lead; nothing, where no lead was sent."""
        return self.lead or LeadFacts()

    @property
    def besides(self) -> dict[str, Any]:
        """`origin` and `consent`, as an event keeps them; what was not said is left out."""
        origin = self.origin.as_kept() if self.origin is not None else {}
        return {
            **({"origin": origin} if origin else {}),
            **({"consent": self.consent.as_kept()} if self.consent is not None else {}),
        }

    def digest(self) -> bytes:
        """SHA-256 of what was received, whatever its spelling as JSON, null or left out alike."""
        return hashlib.sha256(_ENCODER.encode(self)).digest()


class PostedMessages(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What was said since, in order."""

    messages: Annotated[
        Annotated[list[PostedMessage], Meta(min_length=1, max_length=MOST_MESSAGES)],
        Meta(description=f"The new messages, in order: 1 to {MOST_MESSAGES}."),
    ]


_ENCODER = msgspec.json.Encoder()
