"""FastAPI with SQLAlchemy's ORM over asyncpg."""

import os
from datetime import datetime
from typing import Annotated, Generic, Literal, TypeVar
from uuid import UUID

from fastapi import Depends, FastAPI, Header, HTTPException, Query
from pydantic import BaseModel, ConfigDict, Field, model_serializer
from sqlalchemy import DateTime, ForeignKey, String, and_, exists, func, or_, select, tuple_
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    contains_eager,
    foreign,
    joinedload,
    mapped_column,
    relationship,
)

from bench.servers import keyset
from foundation.ids import uuid7

T = TypeVar("T")

# As many connections as the others have: one for each thread of theirs.
engine = create_async_engine(
    os.environ["BENCH_ASYNC_DATABASE"],
    connect_args={"server_settings": {"application_name": os.environ["PGAPPNAME"]}},
    pool_size=int(os.environ["BENCH_THREADS"]),
    max_overflow=0,
)
sessions = async_sessionmaker(engine, expire_on_commit=False)


# --- Tables --------------------------------------------------------------------------------------
class Base(DeclarativeBase):
    type_annotation_map = {datetime: DateTime(timezone=True)}


class Organisation(Base):
    __tablename__ = "organisations_organisation"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    plan: Mapped[str]
    closed_at: Mapped[datetime | None]


class ApiKey(Base):
    __tablename__ = "apikeys_apikey"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str]
    scope: Mapped[str]
    digest: Mapped[str]
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey(Organisation.id))
    organisation: Mapped[Organisation] = relationship()


class Lead(Base):
    __tablename__ = "leads_lead"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    organisation_id: Mapped[UUID]
    name: Mapped[str | None]
    email: Mapped[str | None]
    phone: Mapped[str | None]
    status: Mapped[str]
    score: Mapped[int | None]
    source: Mapped[str]
    summary: Mapped[str | None]
    intent: Mapped[str | None]
    budget_min: Mapped[int | None]
    budget_max: Mapped[int | None]
    bedrooms_min: Mapped[int | None]
    bedrooms_max: Mapped[int | None]
    area: Mapped[str | None]
    property_type: Mapped[str | None]
    timeline: Mapped[str | None]
    chain_status: Mapped[str | None]
    financing_status: Mapped[str | None]
    buyer_scheme: Mapped[str | None]
    stamp_duty_position: Mapped[str | None]
    viewing_requested: Mapped[bool]
    property_ref: Mapped[str | None]
    origin_url: Mapped[str | None]
    campaign: Mapped[str | None]
    marketing_consent: Mapped[str | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    moved_on: Mapped[bool] = mapped_column(deferred=True)
    merged_into_id: Mapped[UUID | None] = mapped_column(deferred=True)


class LeadEvent(Base):
    __tablename__ = "leads_leadevent"
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    organisation_id: Mapped[UUID]
    lead_id: Mapped[UUID]
    kind: Mapped[str]
    from_value: Mapped[str | None] = mapped_column("from")
    to_value: Mapped[str | None] = mapped_column("to")
    payload: Mapped[dict] = mapped_column(JSONB, default=dict)
    actor_kind: Mapped[str]
    actor_id: Mapped[UUID | None]
    actor_name: Mapped[str]


class Conversation(Base):
    __tablename__ = "conversations_conversation"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    organisation_id: Mapped[UUID]


class Message(Base):
    __tablename__ = "conversations_message"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    organisation_id: Mapped[UUID]
    conversation_id: Mapped[UUID]
    position: Mapped[int]
    role: Mapped[str]
    content: Mapped[str]
    created_at: Mapped[datetime]


class Feed(Base):
    __tablename__ = "organisations_feed"
    organisation_id: Mapped[UUID] = mapped_column(primary_key=True)
    position: Mapped[int]


class Change(Base):
    __tablename__ = "organisations_change"
    organisation_id: Mapped[UUID] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[UUID]
    type: Mapped[str]
    lead_id: Mapped[UUID | None]
    conversation_id: Mapped[UUID | None]
    changed: Mapped[list[str]] = mapped_column(ARRAY(String))
    from_value: Mapped[str | None] = mapped_column("from")
    to_value: Mapped[str | None] = mapped_column("to")
    count: Mapped[int | None]
    actor_kind: Mapped[str | None]
    actor_name: Mapped[str | None]
    created_at: Mapped[datetime]
    lead: Mapped[Lead | None] = relationship(
        primaryjoin=lambda: and_(
            foreign(Change.lead_id) == Lead.id,
            Lead.organisation_id == Change.organisation_id,
            Lead.merged_into_id.is_(None),
        ),
        viewonly=True,
    )

    @property
    def actor(self) -> dict | None:
        return {"kind": self.actor_kind, "name": self.actor_name} if self.actor_kind else None


# --- JSON ----------------------------------------------------------------------------------------
class LeadOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)
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


class MessageOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    id: UUID
    role: str
    content: str
    created_at: datetime


class PageOut(BaseModel, Generic[T]):
    model_config = ConfigDict(from_attributes=True)
    data: list[T]
    limit: int
    offset: int
    has_more: bool
    next_cursor: str | None


class ActorOut(BaseModel):
    kind: str
    name: str


class EventOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)
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


class EventPageOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    data: list[EventOut]
    position: int
    latest: int
    has_more: bool


class StatusIn(BaseModel):
    model_config = ConfigDict(extra="forbid")
    status: Literal["new", "contacted", "qualified", "rejected", "archived"]


# --- Who asks ------------------------------------------------------------------------------------
async def session_of_request():
    async with sessions() as session:
        yield session


Session = Annotated[AsyncSession, Depends(session_of_request)]


async def key_of(session: Session, authorization: Annotated[str | None, Header()] = None) -> ApiKey:
    digest = keyset.digest_of(authorization)
    asked = (
        select(ApiKey)
        .join(ApiKey.organisation)
        .options(contains_eager(ApiKey.organisation))
        .where(
            ApiKey.digest == digest,
            ApiKey.revoked_at.is_(None),
            or_(ApiKey.expires_at.is_(None), ApiKey.expires_at > func.now()),
            Organisation.closed_at.is_(None),
        )
    )
    key = await session.scalar(asked) if digest else None
    if key is None:
        raise HTTPException(401, headers={"WWW-Authenticate": "Bearer"})
    return key


Key = Annotated[ApiKey, Depends(key_of)]
app = FastAPI(openapi_url=None)


# --- Endpoints -----------------------------------------------------------------------------------
def leads_of(key: ApiKey):
    return select(Lead).where(
        Lead.organisation_id == key.organisation_id, Lead.merged_into_id.is_(None)
    )


def page_of(rows: list, limit: int, offset: int, tie: str) -> dict:
    data, has_more, cursor = rows[:limit], len(rows) > limit, None
    if has_more:
        cursor = keyset.cursor_after(data[-1].created_at.isoformat(), getattr(data[-1], tie))
    return {
        "data": data,
        "limit": limit,
        "offset": offset,
        "has_more": has_more,
        "next_cursor": cursor,
    }


@app.get("/api/v1/leads")
async def lead_list(
    session: Session,
    key: Key,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
    offset: Annotated[int, Query(ge=0)] = 0,
    cursor: str | None = None,
    since: datetime | None = None,
    status: Annotated[list[str] | None, Query()] = None,
) -> PageOut[LeadOut]:
    asked = leads_of(key).order_by(Lead.created_at.desc(), Lead.id.desc())
    if status:
        asked = asked.where(
            Lead.status == status[0] if len(status) == 1 else Lead.status.in_(status)
        )
    if since:
        asked = asked.where(Lead.created_at >= since)
    if cursor:
        at, tie = keyset.place_of(cursor)
        place = (datetime.fromisoformat(at), UUID(tie))
        asked = asked.where(tuple_(Lead.created_at, Lead.id) < place)
    rows = (await session.scalars(asked.offset(offset).limit(limit + 1))).all()
    return page_of(rows, limit, offset, "id")


@app.get("/api/v1/leads/{lead_id}")
async def lead_detail(session: Session, key: Key, lead_id: UUID) -> LeadOut:
    lead = await session.scalar(leads_of(key).where(Lead.id == lead_id))
    if lead is None:
        raise HTTPException(404)
    return lead


@app.patch("/api/v1/leads/{lead_id}/status")
async def change_status(session: Session, key: Key, lead_id: UUID, change: StatusIn) -> LeadOut:
    lead = await session.scalar(leads_of(key).where(Lead.id == lead_id).with_for_update())
    if lead is None:
        raise HTTPException(404)
    if lead.status != change.status:
        event = LeadEvent(
            organisation_id=key.organisation_id,
            lead_id=lead.id,
            kind="status",
            from_value=lead.status,
            to_value=change.status,
            actor_kind="api_key",
            actor_id=key.id,
            actor_name=key.name,
        )
        lead.status, lead.moved_on = change.status, True
        session.add(event)
        await session.flush()
        await session.refresh(lead, ["updated_at"])  # the trigger's
    await session.commit()
    return lead


@app.get("/api/v1/conversations/{conversation_id}/messages")
async def message_list(
    session: Session,
    key: Key,
    conversation_id: UUID,
    limit: Annotated[int, Query(ge=1, le=1000)] = 1000,
    offset: Annotated[int, Query(ge=0)] = 0,
    cursor: str | None = None,
    since: datetime | None = None,
) -> PageOut[MessageOut]:
    ours = exists().where(
        Conversation.organisation_id == key.organisation_id, Conversation.id == conversation_id
    )
    if not await session.scalar(select(ours)):
        raise HTTPException(404)
    asked = select(Message).where(
        Message.organisation_id == key.organisation_id, Message.conversation_id == conversation_id
    )
    if since:
        asked = asked.where(Message.created_at >= since)
    if cursor:
        at, tie = keyset.place_of(cursor)
        place = (datetime.fromisoformat(at), int(tie))
        asked = asked.where(tuple_(Message.created_at, Message.position) > place)
    asked = asked.order_by(Message.created_at, Message.position).offset(offset).limit(limit + 1)
    rows = (await session.scalars(asked)).all()
    return page_of(rows, limit, offset, "position")


@app.get("/api/v1/events")
async def event_list(
    session: Session,
    key: Key,
    after: Annotated[str, Query(pattern="^([0-9]+|latest)$")] = "0",
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> EventPageOut:
    feed = select(Feed.position).where(Feed.organisation_id == key.organisation_id)
    latest = await session.scalar(feed) or 0
    changes = []
    if after != "latest" and int(after) < latest:
        asked = select(Change).options(joinedload(Change.lead)).order_by(Change.position)
        asked = asked.where(
            Change.organisation_id == key.organisation_id, Change.position > int(after)
        )
        changes = list((await session.scalars(asked.limit(limit + 1))).all())
    shown, has_more = changes[:limit], len(changes) > limit
    return {
        "data": shown,
        "position": shown[-1].position if has_more else latest,
        "latest": latest,
        "has_more": has_more,
    }
