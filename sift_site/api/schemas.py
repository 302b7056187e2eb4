"""What the JSON API says and takes (CONTRACT.md, sections 1 and 2): each shape once.

The same Structs are filled from the database, written as JSON, check what comes in, and tell the
reference what each member means; the first examples of a Struct's members are one whole example.
"""

from datetime import datetime
from typing import Annotated, Any, Generic, TypeVar, get_type_hints

import msgspec
from django.db.models import TextChoices
from msgspec import NODEFAULT, UNSET, Meta, UnsetType

from conversations.choices import ConversationStatus, MessageRole
from leads.models.choices import (
    BuyerScheme,
    ChainStatus,
    Channel,
    Consent,
    FinancingStatus,
    Intent,
    LeadStatus,
    PropertyType,
    StampDutyPosition,
    StatusByKey,
    Timeline,
)
from organisations.actors import ActorKind
from organisations.models import ChangeType

T = TypeVar("T")

MOST_MESSAGES = 200  # that a conversation in a list brings along

Id = Annotated[
    str,
    Meta(
        extra_json_schema={"format": "uuid"},
        examples=["01977a3e-9f52-7c60-b1d4-3f0a8e26c791"],
    ),
]
Timestamp = Annotated[datetime, Meta(tz=True, examples=["2026-06-01T09:30:00.123456Z"])]
# Signed by nobody: it shows the shape alone.
CURSOR_EXAMPLE = (
    "MTc4MDMwNjIwMDEyMzQ1NiAwMTk3N2EzZS05ZjUyLTdjNjAtYjFkNC0zZjBhOGUyNmM3OTE"
    ".mJq0w3Vn8sX1kTtY5dZc7LhGf2bRpE9uAoWiQxKvN4M"
)
WholePounds = Annotated[int, Meta(ge=0)]
Bedrooms = Annotated[int, Meta(ge=0, le=50)]


def _one_of(choices: type[TextChoices]) -> Meta:
    """A closed set of values, for the reference: msgspec reads TextChoices but describes none.

    What is read from the database stands in a Struct as it came, as plain text.
    """
    return Meta(extra_json_schema={"type": "string", "enum": choices.values})


class Lead(msgspec.Struct, frozen=True, gc=False):
    """A buyer or renter that the agency's chat agent has talked to."""

    id: Annotated[Id, Meta(description="A UUID version 7. It never changes.")]
    name: Annotated[
        str | None, Meta(description="As they gave it; null if not known.", examples=["Amara Osei"])
    ]
    email: Annotated[
        str | None, Meta(description="As they gave it.", examples=["amara.osei@example.com"])
    ]
    phone: Annotated[
        str | None,
        Meta(
            description="In E.164 where it is a full possible number, with an extension as"
            " `;ext=12`; else as they gave it.",
            examples=["+447700900123"],
        ),
    ]
    status: Annotated[
        str,
        _one_of(LeadStatus),
        Meta(
            description="Where the lead stands. `hot`, `warm` and `cold` follow the score until a "
            "person or a key moves the lead on.",
            examples=["hot"],
        ),
    ]
    score: Annotated[
        Annotated[int, Meta(ge=0, le=100)] | None,
        Meta(
            description="How promising it is: hot from 70, warm from 40, cold below; null while "
            "nothing is known.",
            examples=[81],
        ),
    ]
    source: Annotated[
        str,
        _one_of(Channel),
        Meta(description="Channel of the first conversation.", examples=["website"]),
    ]
    summary: Annotated[
        str | None,
        Meta(
            description="What they are looking for.",
            examples=["Three-bed house with a garden, near a good primary school"],
        ),
    ]
    intent: Annotated[
        Annotated[str, _one_of(Intent)] | None, Meta(description="Buy or rent.", examples=["buy"])
    ]
    budget_min: Annotated[WholePounds | None, Meta(description="Whole pounds.", examples=[350_000])]
    budget_max: Annotated[
        WholePounds | None,
        Meta(description="Whole pounds, not below `budget_min`.", examples=[425_000]),
    ]
    bedrooms_min: Annotated[Bedrooms | None, Meta(description="Fewest bedrooms.", examples=[3])]
    bedrooms_max: Annotated[
        Bedrooms | None,
        Meta(description="Most bedrooms, not below `bedrooms_min`.", examples=[4]),
    ]
    area: Annotated[str | None, Meta(description="Where they want to live.", examples=["Didsbury"])]
    property_type: Annotated[
        Annotated[str, _one_of(PropertyType)] | None,
        Meta(description="Kind of home.", examples=["house"]),
    ]
    timeline: Annotated[
        Annotated[str, _one_of(Timeline)] | None,
        Meta(description="When they want to move.", examples=["within_3_months"]),
    ]
    chain_status: Annotated[
        Annotated[str, _one_of(ChainStatus)] | None,
        Meta(description="Whether a sale of theirs must come first.", examples=["chain_free"]),
    ]
    financing_status: Annotated[
        Annotated[str, _one_of(FinancingStatus)] | None,
        Meta(
            description="How the purchase is paid for; `dip_held` is a decision in principle.",
            examples=["dip_held"],
        ),
    ]
    buyer_scheme: Annotated[
        Annotated[str, _one_of(BuyerScheme)] | None,
        Meta(description="A scheme they buy with.", examples=[None]),
    ]
    stamp_duty_position: Annotated[
        Annotated[str, _one_of(StampDutyPosition)] | None,
        Meta(description="What stamp duty depends on.", examples=["first_time_buyer"]),
    ]
    viewing_requested: Annotated[
        bool, Meta(description="Whether they asked for a viewing.", examples=[True])
    ]
    property_ref: Annotated[
        str | None,
        Meta(
            description="The home that was asked about, of the first conversation that said so.",
            examples=["HV-2041"],
        ),
    ]
    origin_url: Annotated[
        str | None,
        Meta(
            description="The page that they came from, likewise.",
            examples=["https://harbour-vale.example/homes/elm-grove-12"],
        ),
    ]
    campaign: Annotated[
        str | None, Meta(description="The campaign, likewise.", examples=["spring-sellers"])
    ]
    marketing_consent: Annotated[
        Annotated[str, _one_of(Consent)] | None,
        Meta(
            description="Whether they let the agency write to them: the latest that they said.",
            examples=["granted"],
        ),
    ]
    created_at: Annotated[
        Timestamp,
        Meta(description="When the conversation that brought the lead began. It never moves."),
    ]
    updated_at: Annotated[
        Timestamp,
        Meta(
            description="When a field shown here changed, or a conversation was given away, or a "
            "merge undone.",
            examples=["2026-06-01T09:34:12.482910Z"],
        ),
    ]


class Message(msgspec.Struct, frozen=True, gc=False):
    """One turn of a conversation."""

    id: Annotated[
        Id,
        Meta(
            description="A UUID version 7. It never changes.",
            examples=["01977a3e-a2c4-7af1-9b60-c4d7e8f01a23"],
        ),
    ]
    role: Annotated[
        str,
        _one_of(MessageRole),
        Meta(description="`user` is the visitor, `assistant` the chat agent.", examples=["user"]),
    ]
    content: Annotated[
        str,
        Meta(
            description="What was said, as plain text.",
            examples=["Hi, is the house on Elm Grove still available?"],
        ),
    ]
    created_at: Annotated[Timestamp, Meta(description="When it was said.")]


class Conversation(msgspec.Struct, frozen=True):
    """One chat over one channel."""

    id: Annotated[
        Id,
        Meta(
            description="A UUID version 7. It never changes.",
            examples=["01977a3e-a0b8-7d15-8c3e-5b9f1d2a7e40"],
        ),
    ]
    lead_id: Annotated[
        Id, Meta(description="The lead it belongs to; another one after leads were merged.")
    ]
    channel: Annotated[
        str,
        _one_of(Channel),
        Meta(description="Where it is held.", examples=["website"]),
    ]
    status: Annotated[
        str,
        _one_of(ConversationStatus),
        Meta(description="Whether it goes on.", examples=["open"]),
    ]
    languages_used: Annotated[
        list[str], Meta(description="BCP 47 codes, the first one first.", examples=[["en", "pl"]])
    ]
    created_at: Annotated[Timestamp, Meta(description="When it began. It never moves.")]
    updated_at: Annotated[
        Timestamp,
        Meta(
            description="When a field shown here changed, or a message was added.",
            examples=["2026-06-01T09:34:12.482910Z"],
        ),
    ]
    messages: Annotated[
        list[Message] | UnsetType,
        Meta(
            description=f"The first {MOST_MESSAGES} in the order of time; there with "
            "`include=messages` alone."
        ),
    ] = UNSET
    more_messages: Annotated[
        bool | UnsetType,
        Meta(
            description="Whether there are more than these; there with `include=messages` alone.",
            examples=[False],
        ),
    ] = UNSET


class ListOf(msgspec.Struct, Generic[T], frozen=True):
    """One page of a list."""

    data: Annotated[list[T], Meta(description="The rows of this page, in the list's order.")]
    limit: Annotated[int, Meta(description="The most rows that this page may have.", examples=[50])]
    offset: Annotated[int, Meta(description="How many rows were skipped by number.", examples=[0])]
    has_more: Annotated[
        bool, Meta(description="Whether there are rows after this page.", examples=[True])
    ]
    next_cursor: Annotated[
        str | None,
        Meta(
            description="Goes on exactly after this page, as `cursor`; null on the last one.",
            examples=[CURSOR_EXAMPLE],
        ),
    ]
    total: Annotated[
        int | UnsetType,
        Meta(description="All rows that match; there with `count=exact` alone.", examples=[1204]),
    ] = UNSET


class EventActor(msgspec.Struct, frozen=True, gc=False):
    """Who made a change."""

    kind: Annotated[
        str,
        _one_of(ActorKind),
        Meta(description="A person, an API key, or Sift itself.", examples=["person"]),
    ]
    name: Annotated[
        str,
        Meta(description="What they were called at that time.", examples=["Priya Shah"]),
    ]


class Event(msgspec.Struct, frozen=True):
    """One change, as the feed tells it."""

    position: Annotated[
        int,
        Meta(
            ge=1,
            description="Its place among the agency's changes: 1, 2, 3 … without holes, in the "
            "order of their commits.",
            examples=[48212],
        ),
    ]
    id: Annotated[
        Id,
        Meta(
            description="A UUID version 7. It never changes.",
            examples=["01977a3f-04d2-7b16-9a77-2f60c1e85b09"],
        ),
    ]
    type: Annotated[
        str,
        Meta(
            description="What happened: "
            + ", ".join(f"`{one}`" for one in ChangeType.values)
            + ". More may come: ignore those that you do not know.",
            examples=["lead.status_changed"],
        ),
    ]
    created_at: Annotated[Timestamp, Meta(description="When. It grows with the position.")]
    lead_id: Annotated[
        Id | None,
        Meta(description="The lead that it is of; null in what was told of a lead since erased."),
    ]
    conversation_id: Annotated[
        Id | None,
        Meta(description="The conversation, where it is of one.", examples=[None]),
    ]
    changed: Annotated[
        list[str],
        Meta(description="The fields that became different.", examples=[["status"]]),
    ]
    from_: Annotated[
        str | None,
        Meta(
            description="What stood before: a status, the name of who had the lead, or the id of "
            "the lead that it was merged into or that the conversation was of.",
            examples=["hot"],
        ),
    ] = msgspec.field(name="from")
    to: Annotated[
        str | None,
        Meta(
            description="What stands since: likewise; after `lead.merged` the id of the lead that "
            "it became.",
            examples=["contacted"],
        ),
    ]
    actor: Annotated[
        EventActor | None, Meta(description="Who did it; null once the lead was erased.")
    ]
    count: Annotated[
        Annotated[int, Meta(ge=1)] | UnsetType,
        Meta(description="How many messages were added; there with `message.added` alone."),
    ] = UNSET
    lead: Annotated[
        Lead | UnsetType | None,
        Meta(
            description="The lead as it is now, which may be later than this event; null if it was "
            "erased or merged away. Left out with `include=none`."
        ),
    ] = UNSET


class EventPage(msgspec.Struct, frozen=True):
    """Changes after a position, in the order in which they were committed."""

    data: Annotated[list[Event], Meta(description="The events, the earliest first.")]
    position: Annotated[
        int,
        Meta(
            description="The next request's `after`, also where `types` let nothing through.",
            examples=[48212],
        ),
    ]
    latest: Annotated[
        int, Meta(description="The position of the agency's latest change.", examples=[48290])
    ]
    has_more: Annotated[bool, Meta(description="Whether to ask again at once.", examples=[True])]


class StatusChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What PATCH of a lead's status takes: the statuses that a key may set."""

    status: Annotated[
        StatusByKey,
        _one_of(StatusByKey),
        Meta(
            description="Where the lead stands from now on. `new` puts it back until its next "
            "message, which scores it again.",
            examples=["contacted"],
        ),
    ]


class Evidence(msgspec.Struct, frozen=True):
    """The words of a message out of which a fact was read."""

    conversation_id: Annotated[
        Id,
        Meta(description="Where it was said.", examples=["01977a3e-a1b0-7d2e-8c55-90ab1c2d3e4f"]),
    ]
    message_id: Annotated[
        Id, Meta(description="The message.", examples=["01977a3e-a2c4-7af1-9b60-c4d7e8f01a23"])
    ]
    quote: Annotated[str, Meta(description="The words themselves.", examples=["up to £350k"])]
    start: Annotated[
        int,
        Meta(
            ge=0,
            description="Where in the message's `content` they begin, in Unicode code points.",
            examples=[32],
        ),
    ]
    end: Annotated[int, Meta(description="Where they end, likewise.", examples=[43])]


class PointsOfFact(msgspec.Struct, frozen=True):
    """One line of a score."""

    fact: Annotated[
        str,
        Meta(
            description="A fact of the lead, `budget` and `bedrooms` for both of their sides, or "
            "`conversation` for its length.",
            examples=["budget"],
        ),
    ]
    said: Annotated[str, Meta(description="What is known.", examples=["Up to £350,000"])]
    points: Annotated[int, Meta(description="What it brings.", examples=[14])]
    evidence: Annotated[
        Evidence | None,
        Meta(description="Where it was read; null where the sender or a person stated it."),
    ]


class MorePointsOfFact(msgspec.Struct, frozen=True):
    """An unknown fact."""

    fact: Annotated[str, Meta(description="As in `points`.", examples=["timeline"])]
    points: Annotated[int, Meta(description="What it would bring at most.", examples=[18])]


class ContradictoryValue(msgspec.Struct, frozen=True):
    """One of the things that were said of a fact."""

    said: Annotated[str, Meta(description="The value, in words.", examples=["Up to £300,000"])]
    evidence: Annotated[
        Evidence | None, Meta(description="Where it was read; null where it was stated.")
    ]


class ContradictoryFact(msgspec.Struct, frozen=True):
    """A fact of which different things were said."""

    fact: Annotated[str, Meta(description="As in `points`.", examples=["budget"])]
    values: Annotated[
        list[ContradictoryValue], Meta(description="In their order; the last one stands.")
    ]


class LeadScore(msgspec.Struct, frozen=True):
    """A lead's score with its reasons."""

    value: Annotated[
        Annotated[int, Meta(ge=0, le=100)] | None,
        Meta(description="Null while nothing is known of the lead.", examples=[81]),
    ]
    temperature: Annotated[
        Annotated[str, Meta(extra_json_schema={"type": "string", "enum": ["hot", "warm", "cold"]})]
        | None,
        Meta(description="The score's band.", examples=["hot"]),
    ]
    points: Annotated[
        list[PointsOfFact],
        Meta(description="What the score is the sum of, though it is 100 at most."),
    ]
    would_add: Annotated[
        list[MorePointsOfFact], Meta(description="What is not known yet: what to ask next.")
    ]
    contradictions: Annotated[
        list[ContradictoryFact],
        Meta(description="Facts of which different things were said, the one that stands last."),
    ]


class ConversationStatusChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What PATCH of a conversation takes."""

    status: Annotated[
        ConversationStatus,
        _one_of(ConversationStatus),
        Meta(
            description="Whether it goes on. Its next message opens a closed one by itself.",
            examples=["closed"],
        ),
    ]


# --- What a capture answers ----------------------------------------------------------------------
def _perhaps(struct: type[msgspec.Struct]) -> list[tuple[str, Any, Any]]:
    """The members of a Struct, of which each but the id may be missing."""
    members: list[tuple[str, Any, Any]] = []
    for name, annotation in get_type_hints(struct, include_extras=True).items():
        if name == "id":
            members.append((name, annotation, NODEFAULT))
            continue
        marked: Any = Annotated
        *of_the_type, of_the_member = annotation.__metadata__
        type_ = annotation.__origin__
        if of_the_type:
            type_ = marked[type_, *of_the_type]
        members.append((name, marked[type_ | UnsetType, of_the_member], UNSET))
    return members


CapturedLead: Any = msgspec.defstruct(
    "CapturedLead",
    _perhaps(Lead),
    frozen=True,
    namespace={
        "__doc__": "The lead as it now is, for a key of scope `read_write`. A key of scope "
        "`capture` sees its `id` alone."
    },
)


class Captured(msgspec.Struct, frozen=True):
    """What became of a conversation that was sent."""

    conversation: Annotated[Conversation, Meta(description="As it now is.")]
    lead: Annotated[CapturedLead, Meta(description="Whose it is.")]
    messages_added: Annotated[
        int,
        Meta(
            description="How many messages this brought. A repeat says what it said the first "
            "time.",
            examples=[2],
        ),
    ]


class AddedMessages(msgspec.Struct, frozen=True):
    """What became of messages that were sent to a conversation."""

    conversation: Annotated[Conversation, Meta(description="As it now is.")]
    lead: Annotated[CapturedLead, Meta(description="Whose it is.")]
    messages: Annotated[
        list[Message],
        Meta(description="Those that were sent, in their order, each as it stands."),
    ]


class FaultyField(msgspec.Struct, frozen=True):
    """One fault: where it is, and what is accepted there."""

    field: Annotated[
        str,
        Meta(
            description="A parameter or a member of the body; `body` for all of it.",
            examples=["limit"],
        ),
    ]
    message: Annotated[
        str,
        Meta(
            description="What is accepted there, in words.",
            examples=["must be a whole number from 1 to 500"],
        ),
    ]


class BatchResult(msgspec.Struct, frozen=True):
    """What became of one conversation of a batch: as of one that is sent alone."""

    status: Annotated[
        int,
        Meta(
            description="201 if it is new, 200 if it was known, 409 if it contradicts what "
            "stands, 422 if it has faults.",
            examples=[201],
        ),
    ]
    conversation: Annotated[
        Conversation | UnsetType, Meta(description="As it now is; of 200 and 201.")
    ] = UNSET
    lead: Annotated[CapturedLead | UnsetType, Meta(description="Whose it is; likewise.")] = UNSET
    messages_added: Annotated[
        int | UnsetType, Meta(description="How many messages it brought; likewise.", examples=[2])
    ] = UNSET
    errors: Annotated[
        list[FaultyField] | UnsetType,
        Meta(description="The faults, named from the conversation on; of 409 and 422."),
    ] = UNSET


class BatchResults(msgspec.Struct, frozen=True):
    """What became of each conversation of a batch."""

    results: Annotated[list[BatchResult], Meta(description="In the order in which they were sent.")]


class ProblemDetails(msgspec.Struct, frozen=True):
    """Every refusal, as application/problem+json (RFC 9457)."""

    type: Annotated[
        str,
        Meta(
            description="The address of the paragraph that explains it, relative to this host.",
            extra_json_schema={"format": "uri-reference"},
            examples=["/api/docs/#invalid"],
        ),
    ]
    title: Annotated[str, Meta(description="What it is, in few words.", examples=["Not accepted"])]
    status: Annotated[int, Meta(description="The answer's own status.", examples=[422])]
    detail: Annotated[
        str,
        Meta(
            description="What is wrong this time. For people: compare `type` instead.",
            examples=["The request has faults; errors names each."],
        ),
    ]
    request_id: Annotated[
        str,
        Meta(
            description="The answer's X-Request-Id, to be named to support.",
            examples=["01977a40-2c11-4be0-8f6d-9a3b7c5d1e2f"],
        ),
    ]
    errors: Annotated[
        list[FaultyField] | UnsetType,
        Meta(description="Every fault, where fields are at fault; not there otherwise."),
    ] = UNSET
    oldest: Annotated[
        int | UnsetType,
        Meta(description="With 410: the oldest position that is still kept.", examples=[31007]),
    ] = UNSET
    latest: Annotated[
        int | UnsetType,
        Meta(
            description="Where `after` lies beyond it: the position of the latest change.",
            examples=[48290],
        ),
    ] = UNSET
