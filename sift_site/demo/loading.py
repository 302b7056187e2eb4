"""The demo into the database, in chunks that are the same for the same seed, each whole or not."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from multiprocessing import get_context
from random import Random
from typing import Any

from django.db import connections, transaction
from django.db.models.functions import Lower

from conversations.capture import CONVERSATION_FIELDS, LEAD_FIELDS, MESSAGE_FIELDS
from conversations.models import Conversation, Message
from leads import search
from leads.actors import SYSTEM, Actor
from leads.events import EVENT_FIELDS, event_row
from leads.models import FACT_FIELDS, EventKind, Lead, LeadEvent
from leads.scoring import score_value
from leads.temperature import temperature
from organisations.copying import copy_rows
from organisations.ids import uuid7
from organisations.locks import lock_names
from organisations.models import Organisation, User
from sift_site.demo.agencies import Agency, agencies, shares
from sift_site.demo.histories import Step, make_history
from sift_site.demo.transcripts import Turn, write_transcript
from sift_site.demo.visitors import MARKED_EVERY, Visitor, make_visitor

CHUNK = MARKED_EVERY  # leads, in one transaction
_PARALLEL_FROM = 8  # chunks: below, a second process is not worth its start
_WORKERS = 2
_MARKS = 20  # e-mails by which a chunk is recognised


@dataclass(frozen=True, slots=True)
class Demo:
    """What is asked for; the same for the same values, but for ids."""

    organisations: int
    leads: int  # of all organisations together
    transcripts: float  # of the leads, the part that has a conversation
    seed: int
    until: datetime


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some leads of one agency: the unit that is written whole or not at all."""

    agency: Agency
    organisation: Organisation
    people: tuple[Actor, ...]
    first: int  # number of its first lead at the agency, from 0
    leads: int


@dataclass(slots=True)
class _Rows:
    leads: list[tuple[Any, ...]] = field(default_factory=list)
    conversations: list[tuple[Any, ...]] = field(default_factory=list)
    messages: list[tuple[Any, ...]] = field(default_factory=list)
    events: list[tuple[Any, ...]] = field(default_factory=list)


def load(demo: Demo, on_progress: Callable[[int], object]) -> int:
    """Write what is not there yet, telling how many leads are dealt with; return how many are new.

    A run that was interrupted is completed by the next, and a run that was not changes nothing.
    """
    chunks = list(_chunks(demo))
    created = 0
    for chunk, written in zip(chunks, _written(demo, chunks), strict=True):
        created += written
        on_progress(chunk.leads)
    return created


def _written(demo: Demo, chunks: Sequence[Chunk]) -> Iterator[int]:
    """How many leads of each chunk are new; large demos are made by several processes."""
    if len(chunks) < _PARALLEL_FROM:
        yield from map(partial(_write_chunk, demo), chunks)
        return
    connections.close_all()  # a connection is not to be shared with a forked process
    with ProcessPoolExecutor(_WORKERS, mp_context=get_context("fork")) as pool:
        yield from pool.map(partial(_write_chunk, demo), chunks)


def _chunks(demo: Demo) -> Iterator[Chunk]:
    made = list(agencies(demo.organisations))
    for agency, leads in zip(made, shares(demo.leads, demo.organisations), strict=True):
        organisation, people = _open_agency(agency)
        for first in range(0, leads, CHUNK):
            yield Chunk(agency, organisation, people, first, min(CHUNK, leads - first))


@transaction.atomic
def _open_agency(agency: Agency) -> tuple[Organisation, tuple[Actor, ...]]:
    """The organisation and its people, made where they are missing, without usable passwords."""
    organisation, _ = Organisation.objects.get_or_create(
        slug=agency.slug, defaults={"name": agency.name, "plan": agency.plan}
    )
    people = []
    for person in agency.people:
        try:
            user = User.objects.get_by_natural_key(person.email)
        except User.DoesNotExist:
            user = User.objects.create_user(
                organisation=organisation,
                email=person.email,
                name=person.name,
                role=person.role,
                password=None,
            )
        people.append(Actor.for_person(user))
    return organisation, tuple(people)


# --- One chunk -----------------------------------------------------------------------------------
@transaction.atomic
def _write_chunk(demo: Demo, chunk: Chunk) -> int:
    """Write the chunk's leads unless they stand; how many were written."""
    # Its own random source: a chunk is the same whichever others were made before it.
    name = f"{demo.seed}/{chunk.agency.slug}/{chunk.first}"
    random = Random(name)  # noqa: S311 -- made-up people, no secrets
    visitors = [
        make_visitor(random, number, random.choice(chunk.agency.towns), demo.until)
        for number in range(chunk.first, chunk.first + chunk.leads)
    ]
    lock_names([f"demo {name}"])
    if _stands(chunk.organisation, visitors):
        return 0
    rows = _Rows()
    for visitor in visitors:
        _add_lead(rows, demo, chunk, random, visitor)
    copy_rows(Lead, LEAD_FIELDS, rows.leads)
    copy_rows(Conversation, CONVERSATION_FIELDS, rows.conversations)
    copy_rows(Message, MESSAGE_FIELDS, rows.messages)
    copy_rows(LeadEvent, (*EVENT_FIELDS, "created_at"), rows.events)
    return len(visitors)


def _stands(organisation: Organisation, visitors: Sequence[Visitor]) -> bool:
    """Whether most of the first visitors' e-mails are there: people may have changed some since."""
    marks = [visitor.facts.email for visitor in visitors if visitor.facts.email][:_MARKS]
    leads = Lead.objects.for_organisation(organisation).alias(key=Lower("email"))
    return leads.filter(key__in=marks).count() * 2 > len(marks)


def _add_lead(rows: _Rows, demo: Demo, chunk: Chunk, random: Random, visitor: Visitor) -> None:
    lead_id, organisation_id = uuid7(), chunk.organisation.id
    talked = random.random() < demo.transcripts
    turns = write_transcript(random, visitor, demo.until) if talked else []
    score = score_value(visitor.facts, sum(turn.role == "user" for turn in turns))
    scored_at = turns[-1].said_at if turns else visitor.arrived_at
    history = make_history(random, temperature(score), scored_at, demo.until, chunk.people)
    status = history[-1].after if history else "new"
    moved_on = bool(history) and history[-1].by != SYSTEM
    facts = [getattr(visitor.facts, name) for name in FACT_FIELDS]
    rows.leads.append(
        (lead_id, organisation_id, visitor.channel, status, score, visitor.arrived_at, moved_on,
         [], search.document(organisation_id, visitor.facts, source=visitor.channel, score=score),
         *facts)
    )  # fmt: skip
    if turns:
        _add_conversation(rows, chunk, lead_id, visitor, turns, score, demo.until)
    rows.events += [_step_row(organisation_id, lead_id, step) for step in history]


def _add_conversation(
    rows: _Rows, chunk: Chunk, lead_id: Any, visitor: Visitor, turns: Sequence[Turn],
    score: int | None, until: datetime,
) -> None:  # fmt: skip
    id_, organisation_id, last = uuid7(), chunk.organisation.id, turns[-1].said_at
    languages = ["en"] if visitor.language == "en" else [visitor.language, "en"]
    closed = (until - last).days >= 1
    rows.conversations.append(
        (id_, organisation_id, lead_id, visitor.channel, "closed" if closed else "open",
         languages, None, None, visitor.arrived_at, last)
    )  # fmt: skip
    rows.messages += [
        (uuid7(), organisation_id, id_, position, turn.role, turn.content, turn.said_at)
        for position, turn in enumerate(turns)
    ]
    payload = {
        "conversation_id": str(id_),
        "channel": visitor.channel,
        "filled": [name for name in FACT_FIELDS if getattr(visitor.facts, name)],
        "score": {"from": None, "to": score},
    }
    event = event_row(organisation_id, lead_id, EventKind.CAPTURE, by=SYSTEM, payload=payload)
    rows.events.append((*event, last))


def _step_row(organisation_id: Any, lead_id: Any, step: Step) -> tuple[Any, ...]:
    event = event_row(
        organisation_id, lead_id, EventKind.STATUS, by=step.by, change=(step.before, step.after)
    )
    return (*event, step.at)
