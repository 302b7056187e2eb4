"""The demo into the database, in chunks that are the same for the same seed, each whole or not."""

import gc
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from multiprocessing import get_context
from random import Random
from typing import Any
from uuid import UUID

from django.db import connection, connections, transaction
from msgspec.structs import replace

from conversations.followed import arrived
from conversations.models import Conversation, ConversationLanguage, Message
from conversations.summing_up import sum_up
from conversations.writing import CONVERSATION_FIELDS, LEAD_FIELDS, MESSAGE_FIELDS
from foundation.database.copying import copy_rows
from foundation.database.locks import lock_names
from foundation.ids import uuid7
from leads import search
from leads.contacts import key_of
from leads.events import EVENT_FIELDS, event_row
from leads.facts import LeadFacts
from leads.models import FACT_FIELDS, EventKind, Lead, LeadEvent
from leads.models.rollups import AreaDay, ContactDay, LeadDay
from leads.models.tally import LeadTally
from leads.scoring import score_value
from leads.temperature import temperature
from organisations.actors import SYSTEM, Actor
from organisations.changes.numbering import NewChange, note, numbered_last
from organisations.models import ChangeType, Organisation, User
from sift_site.demo import story
from sift_site.demo.agencies import Agency, agencies, shares
from sift_site.demo.arrivals import DAY
from sift_site.demo.care import Deed, make_care
from sift_site.demo.histories import Step, first_contact, make_history, with_new_score
from sift_site.demo.transcripts import Turn, write_return, write_transcript
from sift_site.demo.visitors import MARKED_EVERY, Visitor, make_visitors
from sift_site.demo.written_talks import WrittenTalk, written_talks

WRITTEN_SEED = 1  # the usual one; others are of made-up people alone
CHUNK = MARKED_EVERY  # leads, in one transaction
_PARALLEL_FROM = 8  # chunks: below, a second process is not worth its start
_WORKERS = max(2, min(8, os.cpu_count() or 2))  # each with a backend that is as busy as itself
_MARKS = 20  # visitors by which a chunk is recognised
_LEAD_FIELDS = (
    "assignee_id", "follow_up_on", "reached", "first_contacted_at", *LEAD_FIELDS,
)  # fmt: skip
_TABLES = (
    Lead, LeadEvent, LeadTally, LeadDay, AreaDay, ContactDay, Conversation, Message,
)  # fmt: skip
_RETURNS = 0.08  # of those who talked and left an e-mail, the part that comes back


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
    total: int  # leads of the agency, in all its chunks
    first: int  # number of its first lead at the agency, from 0
    leads: int
    written: tuple[WrittenTalk, ...] = ()  # by hand, of its first leads


@dataclass(frozen=True, slots=True)
class _Talk:
    """A conversation, and what is known of the lead at its end."""

    channel: str
    languages: tuple[str, ...]
    turns: list[Turn]
    facts: LeadFacts
    score: int | None

    @property
    def ended_at(self) -> datetime:
        return self.turns[-1].created_at


@dataclass(slots=True)
class _Rows:
    leads: list[tuple[Any, ...]] = field(default_factory=list)
    conversations: list[tuple[Any, ...]] = field(default_factory=list)
    messages: list[tuple[Any, ...]] = field(default_factory=list)
    languages: set[str] = field(default_factory=set)
    events: list[tuple[Any, ...]] = field(default_factory=list)
    changes: list[NewChange] = field(default_factory=list)  # that they came; not what they lived


def load(demo: Demo, on_progress: Callable[[int], object]) -> int:
    """Write what is not there yet, telling how many leads are dealt with; return how many are new.

    A run that was interrupted is completed by the next, and a run that was not changes nothing.
    Once all is there, the first agency's story is told.
    """
    chunks = list(_chunks(demo))
    created = 0
    for chunk, written in zip(chunks, _written(demo, chunks), strict=True):
        created += written
        on_progress(chunk.leads)
    if created:
        _tidy()
    first, _ = _open_agency(next(agencies(1)))
    story.tell(first, demo.until)
    return created


def _written(demo: Demo, chunks: Sequence[Chunk]) -> Iterator[int]:
    """How many leads of each chunk are new; large demos are made by several processes."""
    if len(chunks) < _PARALLEL_FROM:
        yield from map(partial(_write_chunk, demo), chunks)
        return
    connections.close_all()  # a connection is not to be shared with a forked process
    # Rows are many and hold no cycles, so looking for such would be a tenth of the work.
    with ProcessPoolExecutor(
        _WORKERS, mp_context=get_context("fork"), initializer=gc.disable
    ) as pool:
        yield from pool.map(partial(_write_chunk, demo), chunks)


def _tidy() -> None:
    """Leave the tables as quick to ask as they are after a while of ordinary use."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT leads_fold_days(id, NULL, true), leads_lead_tally_fold(id)"
            " FROM organisations_organisation"
        )
        for index in ("leads_lead_search", "conversations_search"):
            cursor.execute("SELECT gin_clean_pending_list(%s)", [index])
        for model in _TABLES:
            cursor.execute(f"ANALYZE {connection.ops.quote_name(model._meta.db_table)}")


def _chunks(demo: Demo) -> Iterator[Chunk]:
    made = list(agencies(demo.organisations))
    for agency, leads in zip(made, shares(demo.leads, demo.organisations), strict=True):
        organisation, people = _open_agency(agency)
        by_hand = agency is made[0] and demo.seed == WRITTEN_SEED
        for first in range(0, leads, CHUNK):
            number = min(CHUNK, leads - first)
            written = written_talks() if by_hand and first == 0 else ()
            yield Chunk(agency, organisation, people, leads, first, number, written)


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
@numbered_last()
def _write_chunk(demo: Demo, chunk: Chunk) -> int:
    """Write the chunk's leads unless they stand; how many were written."""
    # Its own random source: a chunk is the same whichever others were made before it.
    name = f"{demo.seed}/{chunk.agency.slug}/{chunk.first}"
    random = Random(name)  # noqa: S311 -- made-up people, no secrets
    numbers = range(chunk.first, chunk.first + chunk.leads)
    visitors = list(
        make_visitors(random, numbers, chunk.total, chunk.agency.towns, demo.until, chunk.written)
    )
    lock_names([f"demo {name}"])
    if _stands(chunk.organisation, visitors):
        return 0
    with connection.cursor() as cursor:
        # Many rows at once into the index of what is searched.
        cursor.execute("SET LOCAL gin_pending_list_limit = '16MB'")
        # No wait for the disk: what a crash takes away, the same command loads again.
        cursor.execute("SET LOCAL synchronous_commit = off")
    rows = _Rows()
    for visitor in visitors:
        _add_lead(rows, demo, chunk, random, visitor)
    copy_rows(Lead, _LEAD_FIELDS, rows.leads)
    copy_rows(Conversation, CONVERSATION_FIELDS, rows.conversations)
    copy_rows(Message, MESSAGE_FIELDS, rows.messages)
    ConversationLanguage.objects.note(chunk.organisation, rows.languages)
    copy_rows(LeadEvent, (*EVENT_FIELDS, "created_at"), rows.events)
    note(chunk.organisation.id, *rows.changes)
    return len(visitors)


def _stands(organisation: Organisation, visitors: Sequence[Visitor]) -> bool:
    """Whether most of the first visitors are there: people may have changed some since.

    They are known by their e-mail and area: of another seed, some have the same e-mail.
    """
    marks = {
        (visitor.facts.email, visitor.facts.area)
        for visitor in [visitor for visitor in visitors if visitor.facts.email][:_MARKS]
    }
    keys = [key_of("email", email) for email, _ in marks]
    leads = Lead.objects.for_organisation(organisation).filter(email_key__in=keys)
    kept = leads.values_list("email", "area")
    return len(marks.intersection(kept)) * 2 > len(marks)


def _add_lead(rows: _Rows, demo: Demo, chunk: Chunk, random: Random, visitor: Visitor) -> None:
    lead_id, organisation_id = uuid7(), chunk.organisation.id
    talks = _talks(random, demo, visitor)
    facts = talks[-1].facts if talks else visitor.facts
    score = talks[-1].score if talks else score_value(facts, 0)
    history = _history(random, talks, score, demo, chunk, visitor)
    care = make_care(random, history, demo.until)
    status = history[-1].after if history else "new"
    moved_on = bool(history) and history[-1].by != SYSTEM
    document = search.document(
        organisation_id, facts, source=visitor.channel, score=score, assignee_id=care.assignee_id
    )
    rows.leads.append(
        (care.assignee_id, care.follow_up_on, *first_contact(history), lead_id, organisation_id,
         visitor.channel, status, score, visitor.arrived_at, moved_on, [], document,
         key_of("email", facts.email), key_of("phone", facts.phone),
         *[getattr(facts, name) for name in FACT_FIELDS])
    )  # fmt: skip
    rows.changes.append(NewChange(type=ChangeType.LEAD_CREATED, by=SYSTEM, lead_id=lead_id))
    for before, talk in zip([None, *talks], talks, strict=False):
        _add_conversation(rows, organisation_id, lead_id, before, talk, demo.until)
    rows.events += [_step_row(organisation_id, lead_id, step) for step in history]
    rows.events += [_deed_row(organisation_id, lead_id, deed) for deed in care.deeds]


def _talks(random: Random, demo: Demo, visitor: Visitor) -> list[_Talk]:
    """The visitor's conversations; now and then one comes back."""
    if random.random() >= demo.transcripts:
        return []
    turns = write_transcript(random, visitor, demo.until)
    said = sum(turn.role == "user" for turn in turns)
    first = _Talk(
        visitor.channel, visitor.languages, turns, visitor.facts, score_value(visitor.facts, said)
    )
    back_at = first.ended_at + timedelta(hours=random.randrange(30, 200))
    if random.random() > _RETURNS or not visitor.facts.email or back_at > demo.until - DAY:
        return [first]
    asks_to_view = not visitor.facts.viewing_requested and random.random() < 0.6
    channel = random.choice(("website", "email", "email"))
    turns = write_return(random, visitor.facts, channel, back_at, asks_to_view=asks_to_view)
    facts = replace(visitor.facts, viewing_requested=True) if asks_to_view else visitor.facts
    said += sum(turn.role == "user" for turn in turns)
    return [first, _Talk(channel, ("en",), turns, facts, score_value(facts, said))]


def _history(
    random: Random, talks: Sequence[_Talk], score: int | None, demo: Demo, chunk: Chunk,
    visitor: Visitor,
) -> list[Step]:  # fmt: skip
    first_score = talks[0].score if talks else score
    scored_at = talks[0].ended_at if talks else visitor.arrived_at
    band = temperature(first_score)
    history = make_history(random, band, scored_at, demo.until, chunk.people)
    if visitor.waits:
        history = [step for step in history if step.by == SYSTEM]
    for talk in talks[1:]:
        history = with_new_score(history, talk.ended_at, temperature(talk.score))
    return history


def _add_conversation(
    rows: _Rows, organisation_id: UUID, lead_id: UUID, before: _Talk | None, talk: _Talk,
    until: datetime,
) -> None:  # fmt: skip
    id_ = uuid7()
    languages = list(talk.languages)
    closed = (until - talk.ended_at).days >= 1
    summary = sum_up(organisation_id, talk.turns, languages)
    rows.conversations.append(
        (id_, organisation_id, lead_id, talk.channel, "closed" if closed else "open",
         languages, None, None, talk.turns[0].created_at, talk.ended_at,
         summary.message_count, summary.last_words, summary.search)
    )  # fmt: skip
    rows.languages.update(languages)
    rows.messages += [
        (uuid7(), organisation_id, id_, position, turn.role, turn.content, turn.created_at)
        for position, turn in enumerate(talk.turns)
    ]
    rows.changes += arrived(lead_id, id_, len(talk.turns), by=SYSTEM)
    known = [name for name in FACT_FIELDS if getattr(talk.facts, name)]
    payload = {
        "conversation_id": str(id_),
        "channel": talk.channel,
        "filled": [name for name in known if before is None or not getattr(before.facts, name)],
        "score": {"from": before.score if before else None, "to": talk.score},
    }
    event = event_row(organisation_id, lead_id, EventKind.CAPTURE, by=SYSTEM, payload=payload)
    rows.events.append((*event, talk.ended_at))


def _step_row(organisation_id: UUID, lead_id: UUID, step: Step) -> tuple[Any, ...]:
    event = event_row(
        organisation_id, lead_id, EventKind.STATUS, by=step.by, change=(step.before, step.after)
    )
    return (*event, step.at)


def _deed_row(organisation_id: UUID, lead_id: UUID, deed: Deed) -> tuple[Any, ...]:
    event = event_row(
        organisation_id, lead_id, deed.kind, by=deed.by, change=deed.change, payload=deed.payload
    )
    return (*event, deed.at)
