"""What the JSON API says and takes of webhooks (CONTRACT.md, section 3), as schemas.py does."""

from typing import Annotated

import msgspec
from django.db.models import TextChoices
from msgspec import UNSET, Meta, UnsetType

from organisations.models import ChangeType
from sift_site.api.schemas import Id, Timestamp
from webhooks.destinations import LONGEST_URL
from webhooks.models import Include, OffBecause
from webhooks.models.endpoint import EVERYTHING, LONGEST_DESCRIPTION

_URL = "https://crm.harbour-vale.example/sift"
_TYPES = ["lead.created", "lead.status_changed"]
TYPES_ACCEPTED = f'["*"], or some of {", ".join(ChangeType.values)}'


def _enum(choices: type[TextChoices]) -> Meta:
    return Meta(extra_json_schema={"type": "string", "enum": choices.values})


_Type = Annotated[str, Meta(extra_json_schema={"enum": [*EVERYTHING, *ChangeType.values]})]
_Types = Annotated[
    Annotated[list[_Type], Meta(extra_json_schema={"minItems": 1})],
    Meta(
        description='The types of events that it is told of, or `["*"]` for all, those that may '
        "come among them.",
        examples=[_TYPES],
    ),
]
_Url = Annotated[
    str,
    Meta(
        max_length=LONGEST_URL,
        description="Where events are sent: `https`, port 443 or 8443, of a public address.",
        examples=[_URL],
    ),
]
_Description = Annotated[
    Annotated[str, Meta(min_length=1, max_length=LONGEST_DESCRIPTION)] | None,
    Meta(description="What it is for, in words of your own.", examples=["CRM sync"]),
]
_Include = Annotated[
    Include,
    _enum(Include),
    Meta(
        description="Whether each event brings its `lead` along, as in the feed; `none` leaves it "
        "out.",
        examples=["lead"],
    ),
]
_Enabled = Annotated[
    bool,
    Meta(
        description="Whether it is told anything. Switched on again it goes on from where it "
        "stopped.",
        examples=[True],
    ),
]


class WebhookEndpoint(msgspec.Struct, frozen=True):
    """An address that is told of every change, and how far it was."""

    id: Annotated[
        Id,
        Meta(
            description="A UUID version 7. It never changes.",
            examples=["01977a41-5b0e-7f3d-a2c6-8d4b9e1f7035"],
        ),
    ]
    url: _Url
    description: _Description
    types: _Types
    include: Annotated[str, _enum(Include), Meta(description="As it was set.", examples=["lead"])]
    enabled: _Enabled
    off_because: Annotated[
        Annotated[str, _enum(OffBecause)] | None,
        Meta(
            description="Why Sift switched it off: it answered 410 (`gone`), or did nothing but "
            "fail for five days (`failures`).",
            examples=[None],
        ),
    ]
    position: Annotated[
        int,
        Meta(
            description="Every event up to this position was told to it, or waits to be tried "
            "again.",
            examples=[48211],
        ),
    ]
    told_at: Annotated[
        Timestamp | None,
        Meta(description="Its latest success.", examples=["2026-06-01T09:35:02.118204Z"]),
    ]
    failing_since: Annotated[
        Timestamp | None,
        Meta(description="The first failure since then; null while all is well.", examples=[None]),
    ]
    next_try_at: Annotated[
        Timestamp | None,
        Meta(description="When what failed is next tried; null if nothing did.", examples=[None]),
    ]
    created_at: Annotated[Timestamp, Meta(description="When it was set up.")]
    updated_at: Annotated[Timestamp, Meta(description="When somebody last changed it.")]
    secret: Annotated[
        str | UnsetType,
        Meta(
            description="Signs what is sent: `whsec_` and 32 bytes in base64. It is in the answer "
            "that makes or rolls it, and never again.",
            examples=["whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"],
        ),
    ] = UNSET


class WebhookEndpoints(msgspec.Struct, frozen=True):
    """The agency's webhook endpoints, at most ten."""

    data: Annotated[list[WebhookEndpoint], Meta(description="In the order of their making.")]


class NewWebhookEndpoint(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What makes an endpoint."""

    url: _Url
    types: _Types = msgspec.field(default_factory=lambda: list(EVERYTHING))
    description: _Description = None
    include: _Include = Include.LEAD
    enabled: _Enabled = True


class WebhookEndpointChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is to be different; what is left out stays."""

    url: _Url | UnsetType = UNSET
    types: _Types | UnsetType = UNSET
    description: _Description | UnsetType = UNSET
    include: _Include | UnsetType = UNSET
    enabled: _Enabled | UnsetType = UNSET


class WebhookReplay(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """From where on it is told again."""

    after: Annotated[
        int,
        Meta(
            ge=0,
            description="A position, as the feed has it: what came after it is told once more. 0 "
            "is all that is kept.",
            examples=[48000],
        ),
    ]


class WebhookTest(msgspec.Struct, frozen=True):
    """A test that is on its way."""

    event_id: Annotated[
        Id,
        Meta(
            description="The `webhook-id` of the event, of type `webhook.test`. What came back "
            "stands among the deliveries within seconds.",
            examples=["01977a42-77c1-7e90-9f15-6a2d3c4b5e6f"],
        ),
    ]


class WebhookDelivery(msgspec.Struct, frozen=True):
    """One try to tell an endpoint of an event."""

    id: Annotated[Id, Meta(description="Of the try.")]
    event_id: Annotated[Id, Meta(description="The event's, the same at each try: `webhook-id`.")]
    position: Annotated[
        int | None, Meta(description="The event's; null of a test.", examples=[48212])
    ]
    type: Annotated[str, Meta(description="The event's.", examples=["lead.status_changed"])]
    try_: Annotated[
        int, Meta(ge=1, description="Which try of this event it was.", examples=[1])
    ] = msgspec.field(name="try")
    created_at: Annotated[Timestamp, Meta(description="When it was sent.")]
    milliseconds: Annotated[int, Meta(ge=0, description="How long it took.", examples=[87])]
    status: Annotated[
        int | None, Meta(description="Of the answer; null if there was none.", examples=[204])
    ]
    fault: Annotated[
        str | None, Meta(description="Why there was no answer, in words.", examples=[None])
    ]
    answer: Annotated[str | None, Meta(description="The first KiB of it.", examples=[None])]
