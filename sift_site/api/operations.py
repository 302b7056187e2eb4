"""What the reference says of an endpoint, besides what its method, path and scope tell."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from sift_site.api.parameters import Parameter
from sift_site.api.problems import Kind


@dataclass(frozen=True, slots=True)
class Tag:
    """What endpoints are about, by which the reference groups them."""

    name: str
    description: str


LEADS = Tag("Leads", "Buyers and renters that the agency's chat agent has talked to.")
EVENTS = Tag("Events", "Every change, in the order in which it was made.")
WEBHOOKS = Tag(
    "Webhooks", "Addresses of the agency's own systems that are told of every change at once."
)
CAPTURE = Tag(
    "Capture", "Conversations in: from a website's chat, a gateway, an automation of the agency's."
)
CONVERSATIONS = Tag("Conversations", "The chats with them, and what was said.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """An endpoint for its readers; `id` is its operationId, which a generated client calls it."""

    id: str
    tag: Tag
    summary: str
    description: str
    answer: Any  # the Struct of a 200, or ListOf[Struct]
    query: tuple[Parameter, ...] = ()
    body: type[msgspec.Struct] | None = None
    example: Mapping[str, Any] = field(default_factory=dict)  # of the body, beside what it needs
    refusals: tuple[Kind, ...] = ()  # besides those that follow from what it is
    has_entity_tag: bool = False  # the answer has an ETag, and the request may say what it knows
    creates: bool = False  # answered 201 where something is new, 200 where it stood
    headers: tuple[str, ...] = ()  # that the request may have besides
    answer_headers: tuple[str, ...] = ()  # that the answer may have besides
