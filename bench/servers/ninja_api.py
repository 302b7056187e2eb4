"""django-ninja: pydantic schemas, functions with typed parameters."""

import django

django.setup()

from datetime import datetime  # noqa: E402
from typing import Generic, Literal, TypeVar  # noqa: E402
from uuid import UUID  # noqa: E402

import orjson  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.urls import path  # noqa: E402
from ninja import Field, NinjaAPI, Query, Schema  # noqa: E402
from ninja.errors import HttpError  # noqa: E402
from ninja.renderers import BaseRenderer  # noqa: E402
from pydantic import model_serializer  # noqa: E402

from bench.servers import orm  # noqa: E402

T = TypeVar("T")


class LeadOut(Schema):
    id: UUID
    name: str | None
    email: str | None
    phone: str | None
    status: str
    score: int | None
    source: str
    summary: str | None
    intent: str | None
    budget_min: int | None
    budget_max: int | None
    bedrooms_min: int | None
    bedrooms_max: int | None
    area: str | None
    property_type: str | None
    timeline: str | None
    chain_status: str | None
    financing_status: str | None
    buyer_scheme: str | None
    stamp_duty_position: str | None
    viewing_requested: bool
    property_ref: str | None
    origin_url: str | None
    campaign: str | None
    marketing_consent: str | None
    created_at: datetime
    updated_at: datetime


class MessageOut(Schema):
    id: UUID
    role: str
    content: str
    created_at: datetime


class PageOut(Schema, Generic[T]):
    data: list[T]
    limit: int
    offset: int
    has_more: bool
    next_cursor: str | None


class ActorOut(Schema):
    kind: str
    name: str


class EventOut(Schema):
    position: int
    id: UUID
    type: str
    created_at: datetime
    lead_id: UUID | None
    conversation_id: UUID | None
    changed: list[str]
    from_value: str | None = Field(serialization_alias="from")
    to_value: str | None = Field(serialization_alias="to")
    count: int | None
    actor: ActorOut | None
    lead: LeadOut | None

    @model_serializer(mode="wrap")
    def without_no_count(self, written):
        shown = written(self)
        if shown["count"] is None:
            del shown["count"]
        return shown


class EventPageOut(Schema):
    data: list[EventOut]
    position: int
    latest: int
    has_more: bool


class EventQuery(Schema):
    after: str = Field("0", pattern="^([0-9]+|latest)$")
    limit: int = Field(100, ge=1, le=500)


class LeadQuery(Schema):
    limit: int = Field(50, ge=1, le=500)
    offset: int = Field(0, ge=0)
    cursor: str | None = None
    since: datetime | None = None
    status: list[str] | None = None


class MessageQuery(Schema):
    limit: int = Field(1000, ge=1, le=1000)
    offset: int = Field(0, ge=0)
    cursor: str | None = None
    since: datetime | None = None


class StatusIn(Schema):
    status: Literal["new", "contacted", "qualified", "rejected", "archived"]


def key_of(request):
    return orm.key_of(request.headers.get("Authorization"))


class OrjsonRenderer(BaseRenderer):
    """As ninja's documentation has it: quicker, and microseconds are not cut off."""

    media_type = "application/json"

    def render(self, request, data, *, response_status):
        return orjson.dumps(data)


api = NinjaAPI(auth=key_of, openapi_url=None, renderer=OrjsonRenderer())


def found(row):
    if row is None:
        raise HttpError(404, "Not found")
    return row


@api.get("/leads", response=PageOut[LeadOut])
def lead_list(request, query: Query[LeadQuery]):
    return orm.lead_page(request.auth, **query.dict())


@api.get("/leads/{uuid:lead_id}", response=LeadOut)
def lead_detail(request, lead_id: UUID):
    return found(orm.lead(request.auth, lead_id))


@api.patch("/leads/{uuid:lead_id}/status", response=LeadOut)
def change_status(request, lead_id: UUID, change: StatusIn):
    return found(orm.change_status(request.auth, lead_id, change.status))


@api.get("/conversations/{uuid:conversation_id}/messages", response=PageOut[MessageOut])
def message_list(request, conversation_id: UUID, query: Query[MessageQuery]):
    return found(orm.message_page(request.auth, conversation_id, **query.dict()))


@api.get("/events", response=EventPageOut, by_alias=True)
def event_list(request, query: Query[EventQuery]):
    return orm.event_page(request.auth, **query.dict())


urlpatterns = [path("api/v1/", api.urls)]
application = get_wsgi_application()
