"""What the JSON API says and takes (CONTRACT.md, sections 1 and 2): each shape once.

The same Structs are filled from the database, written as JSON, and check what comes in.
"""

from datetime import datetime
from typing import Annotated, Generic, Literal, TypeVar

import msgspec
from msgspec import UNSET, Meta, UnsetType

T = TypeVar("T")

Id = Annotated[str, Meta(extra_json_schema={"format": "uuid"})]
Timestamp = Annotated[datetime, Meta(tz=True, examples=["2026-06-01T09:30:00.123456Z"])]
WholePounds = Annotated[int, Meta(ge=0)]
Bedrooms = Annotated[int, Meta(ge=0, le=50)]

LeadStatus = Literal[
    "new", "hot", "warm", "cold", "contacted", "qualified", "converted", "lost", "rejected",
    "archived",
]  # fmt: skip
Channel = Literal["website", "sms", "email"]
ConversationStatus = Literal["open", "closed"]
MessageRole = Literal["user", "assistant"]


class Lead(msgspec.Struct, frozen=True, gc=False):
    """A buyer or renter that the agency's chat agent has talked to."""

    id: Id
    name: str | None
    email: str | None
    phone: str | None
    status: LeadStatus
    score: Annotated[int, Meta(ge=0, le=100)] | None
    source: Channel
    summary: str | None
    intent: Literal["buy", "rent"] | None
    budget_min: WholePounds | None
    budget_max: WholePounds | None
    bedrooms_min: Bedrooms | None
    bedrooms_max: Bedrooms | None
    area: str | None
    property_type: Literal["flat", "house", "bungalow", "land", "other"] | None
    timeline: Literal["asap", "within_3_months", "within_6_months", "over_6_months"] | None
    chain_status: Literal["chain_free", "single_chain", "in_chain"] | None
    financing_status: Literal["cash_proven", "dip_held", "application_pending", "exploring"] | None
    buyer_scheme: Literal["help_to_buy", "shared_ownership", "first_homes"] | None
    stamp_duty_position: (
        Literal["first_time_buyer", "main_residence", "second_home", "non_resident"] | None
    )
    viewing_requested: bool
    created_at: Timestamp
    updated_at: Timestamp


class Conversation(msgspec.Struct, frozen=True):
    """One chat over one channel."""

    id: Id
    lead_id: Id
    channel: Channel
    status: ConversationStatus
    languages_used: list[str]
    created_at: Timestamp
    updated_at: Timestamp


class Message(msgspec.Struct, frozen=True, gc=False):
    """One turn of a conversation."""

    id: Id
    role: MessageRole
    content: str
    created_at: Timestamp


class ListOf(msgspec.Struct, Generic[T], frozen=True):
    """One page of a list; `total` is there when it was asked for."""

    data: list[T]
    limit: int
    offset: int
    has_more: bool
    next_cursor: str | None
    total: int | UnsetType = UNSET


class StatusChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The body of PATCH /leads/{id}/status: what the API may set."""

    status: Literal["new", "contacted", "qualified", "rejected", "archived"]


class FaultyField(msgspec.Struct, frozen=True):
    """One fault: where it is, and what is accepted there."""

    field: str
    message: str


class ProblemDetails(msgspec.Struct, frozen=True):
    """Every refusal, as application/problem+json (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    request_id: str
    errors: list[FaultyField] | UnsetType = UNSET
