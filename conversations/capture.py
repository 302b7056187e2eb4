"""Conversations in: the one way by which they and their leads arrive (CONTRACT.md, section 2).

A batch is one short transaction of a constant number of statements. Whoever captures a person's
conversation holds the locks of its name and of their e-mail and phone, so the same one arriving
twice at once is one. Of histories in a batch the earliest is taken first: it brings the lead, and
of two that say the same fact its word stands.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any, ParamSpec, Protocol, TypeVar
from uuid import UUID

from django.db import DatabaseError

from conversations.choices import ConversationStatus
from conversations.followed import added, begun, reopened
from conversations.growing import Contradiction, Said, new_of_messages, new_of_transcript
from conversations.listening import listen
from conversations.models import Conversation
from conversations.said import as_told
from conversations.standing import Contact, Known, LookAgain, Name, Standing, contacts_of
from conversations.talks import NOT_YET, Talk, Turn, own_words
from conversations.told_before import not_told_before
from conversations.writing import write
from leads import origin_and_consent
from leads.agency_weights import weights_of
from leads.contacts import KEY_OF, columns_to_save
from leads.corrections import as_text
from leads.events import event_row
from leads.facts import LeadFacts, fill, is_known
from leads.followed import Stood, as_it_stands, note_created, note_differences, note_status
from leads.models import FACT_FIELDS, EventKind, Lead
from leads.models.choices import LeadStatus
from leads.scoring import apply_score
from organisations.actors import SYSTEM, Actor
from organisations.changes.numbering import note, numbered_last
from organisations.models import Organisation

P = ParamSpec("P")
R = TypeVar("R")

FIRST_LANGUAGE = "en"
_TRIES = 5
# Somebody else took in the same conversation, or waits for us as we wait for them.
_WORTH_ANOTHER_TRY = frozenset({"23505", "40001", "40P01"})


class Outcome(Enum):
    CREATED = "created"
    ADDED = "added"  # its name was known, and it went on
    UNCHANGED = "unchanged"  # its name was known, and nothing is new
    DIFFERS = "differs"  # its name was known with other content, which stands


@dataclass(frozen=True, slots=True)
class Captured:
    """What became of one conversation: where it stands, and what was done.

    A repeat of what was last received says the same of `messages_added` as that did.
    """

    outcome: Outcome
    conversation_id: UUID
    messages_added: int = 0
    differs_at: int | None = None  # the place of the first message that contradicts, if live


@dataclass(frozen=True, slots=True)
class Added:
    """What became of messages that were sent to a conversation: each as it stands."""

    turns: list[Turn]
    messages_added: int


class Received(Protocol):
    """A conversation as it arrives: one that goes on, or the history of another time."""

    @property
    def is_live(self) -> bool: ...
    @property
    def external_id(self) -> str | None: ...
    @property
    def channel(self) -> str: ...
    @property
    def language(self) -> str | None: ...
    @property
    def status(self) -> str: ...
    @property
    def started_at(self) -> datetime | None: ...
    @property
    def facts(self) -> LeadFacts: ...
    @property
    def besides(self) -> dict[str, Any]: ...
    @property
    def messages(self) -> Sequence["ReceivedTurn"]: ...
    def digest(self) -> bytes: ...


class ReceivedTurn(Said, Protocol):
    @property
    def created_at(self) -> datetime | None: ...


def _tried_again(function: Callable[P, R]) -> Callable[P, R]:
    """Again, from the beginning, where somebody came in between: nothing of it was written."""

    def attempt(*args: P.args, **kwargs: P.kwargs) -> R:
        for _ in range(_TRIES - 1):
            try:
                return function(*args, **kwargs)
            except LookAgain:
                continue
            except DatabaseError as error:
                if getattr(error.__cause__, "sqlstate", None) not in _WORTH_ANOTHER_TRY:
                    raise
        return function(*args, **kwargs)

    return attempt


@_tried_again
@numbered_last()
def capture(
    organisation: Organisation,
    batch: Sequence[Received],
    *,
    by: Actor = SYSTEM,
    idempotency_key: str | None = None,
) -> list[Captured]:
    """Take the conversations in, all or none; return what became of each, in their order.

    A conversation without an external_id is known by `idempotency_key`, where that is given.
    """
    arrivals = _Arrivals(organisation, by)
    names = [_name_of(received, idempotency_key) for received in batch]
    arrivals.look(batch, names)
    taken = {place: arrivals.take(batch[place], names[place]) for place in _in_order(batch, names)}
    arrivals.write()
    return [taken[place] for place in range(len(batch))]


@_tried_again
@numbered_last()
def add_messages(
    organisation: Organisation,
    conversation_id: UUID,
    messages: Sequence[ReceivedTurn],
    *,
    by: Actor = SYSTEM,
) -> Added | None:
    """Add those messages whose external_id is not known; None where there is no such conversation.

    One that was closed is open again.
    """
    arrivals = _Arrivals(organisation, by)
    arrivals.standing.lock([], [])
    ours = Conversation.objects.for_organisation(organisation)
    lead_id = ours.filter(id=conversation_id).values_list("lead_id", flat=True).first()
    if lead_id is None:
        return None
    arrivals.standing.find([], {conversation_id: lead_id})
    added = arrivals.add(arrivals.standing.talks[conversation_id], messages)
    arrivals.write()
    return added


def _name_of(received: Received, idempotency_key: str | None) -> Name | None:
    if received.external_id is not None:
        return ("external_id", received.external_id)
    return None if idempotency_key is None else ("idempotency_key", idempotency_key)


def _in_order(batch: Sequence[Received], names: Sequence[Name | None]) -> list[int]:
    """The places of the batch, the earliest beginning first; the first of a name before others.

    What a name stands for is what was sent first under it, as it is between two batches. What is
    live begins now, in the order in which it was sent.
    """
    first = {name: place for place, name in reversed([*enumerate(names)])}

    def order(place: int) -> tuple[bool, datetime]:
        is_later_of_name = names[place] is not None and first[names[place]] != place
        return (is_later_of_name, batch[place].started_at or NOT_YET)

    return sorted(range(len(batch)), key=order)


@dataclass(slots=True)
class _Arrivals:
    """One batch on its way: what stood before it, and what it becomes."""

    organisation: Organisation
    by: Actor
    standing: Standing = field(init=False)
    known: dict[Name, Known] = field(default_factory=dict)
    told: set[UUID] = field(default_factory=set)  # the new leads that the feed was told of
    new_leads: list[Lead] = field(default_factory=list)
    changed_leads: dict[Lead, set[str]] = field(default_factory=dict)
    talks: dict[UUID, Talk] = field(default_factory=dict)  # new and changed
    events: list[tuple[Any, ...]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.standing = Standing(self.organisation)

    def look(self, batch: Sequence[Received], names: Sequence[Name | None]) -> None:
        """Find, under their locks, what stands of the batch."""
        said = {name for name in names if name is not None}
        self.standing.lock(said, (c for received in batch for c in contacts_of(received.facts)))
        self.known = self.standing.known(said)
        asked: list[Contact] = []
        growing: dict[UUID, UUID] = {}
        for received, name in zip(batch, names, strict=True):
            known = self.known.get(name) if name is not None else None
            if known is None:
                asked += contacts_of(received.facts)
            elif received.is_live and known.digest != received.digest():
                growing[known.id] = known.lead_id
        self.standing.find(asked, growing)

    # --- What arrives ----------------------------------------------------------------------------
    def take(self, received: Received, name: Name | None) -> Captured:
        """Take in a conversation, or what is new of one that is known."""
        digest = received.digest()
        known = self.known.get(name) if name is not None else None
        if known is None:
            return self._begin(received, name, digest)
        if known.digest == digest:
            return Captured(Outcome.UNCHANGED, known.id, known.brought)
        if not received.is_live:
            return Captured(Outcome.DIFFERS, known.id)
        talk = self.talks.get(known.id) or self.standing.talks[known.id]
        try:
            new = new_of_transcript(talk.turns, received.messages)
        except Contradiction as contradiction:
            return Captured(Outcome.DIFFERS, known.id, differs_at=contradiction.place)
        return self._go_on(talk, received, new, digest, name)

    def add(self, talk: Talk, messages: Sequence[ReceivedTurn]) -> Added:
        """Add messages alone: nothing is said of the person."""
        stood = as_it_stands(talk.lead)
        new = new_of_messages(talk.turns, messages)
        was_closed = self._add_turns(talk, [messages[place] for place in new])
        by_name = {turn.external_id: turn for turn in talk.turns}
        added_turns = iter(talk.turns[-len(new) :] if new else ())
        places = set(new)
        turns = [
            next(added_turns) if place in places else by_name[message.external_id]
            for place, message in enumerate(messages)
        ]
        if new:
            told = self._take_facts(talk, LeadFacts(), {})
            self._settle(talk, told, stood, messages=len(new), was_closed=was_closed)
        return Added(turns, len(new))

    def _begin(self, received: Received, name: Name | None, digest: bytes) -> Captured:
        lead = self.standing.lead_of(received.facts) or self._new_lead(received)
        stood = as_it_stands(lead)
        named: dict[str, Any] = {} if name is None else dict([name])
        talk = Talk(
            lead=lead,
            channel=str(received.channel),
            status=str(received.status),
            languages=[received.language or FIRST_LANGUAGE],
            created_at=received.started_at or NOT_YET,
            digest=digest,
            **named,
        )
        new = new_of_transcript([], received.messages)
        self._add_turns(talk, [received.messages[place] for place in new])
        talk.brought = len(new)
        told = self._take_facts(talk, received.facts, received.besides)
        self._settle(talk, told, stood, messages=len(new), began=True)
        if name is not None:
            self.known[name] = Known(talk.id, lead.id, digest, talk.brought)
        return Captured(Outcome.CREATED, talk.id, talk.brought)

    def _go_on(
        self, talk: Talk, received: Received, new: Sequence[int], digest: bytes, name: Name | None
    ) -> Captured:
        lead = talk.lead
        stood = as_it_stands(lead)
        was_closed = self._add_turns(talk, [received.messages[place] for place in new])
        told = self._take_facts(talk, received.facts, received.besides)
        if not new and not told:
            return Captured(Outcome.UNCHANGED, talk.id)
        if received.language is not None:
            talk.add_language(received.language)
        talk.digest, talk.brought = digest, len(new)
        self._settle(talk, told, stood, messages=len(new), was_closed=was_closed)
        if name is not None:
            self.known[name] = Known(talk.id, lead.id, digest, talk.brought)
        return Captured(Outcome.ADDED, talk.id, len(new))

    def _new_lead(self, received: Received) -> Lead:
        lead = Lead(
            organisation_id=self.organisation.id,
            source=str(received.channel),
            created_at=received.started_at or NOT_YET,
        )
        self.new_leads.append(lead)
        return lead

    def _add_turns(self, talk: Talk, messages: Iterable[ReceivedTurn]) -> bool:
        """Whether that opened the conversation again."""
        turns = [
            talk.add(
                role=str(message.role),
                content=message.content,
                external_id=message.external_id,
                at=message.created_at,
            )
            for message in messages
        ]
        self.standing.visitor_messages[talk.lead.id] += own_words(turns)
        was_closed = not talk.is_new and talk.status == ConversationStatus.CLOSED
        if turns and was_closed:
            talk.status = ConversationStatus.OPEN.value
        return bool(turns) and was_closed

    def _take_facts(self, talk: Talk, facts: LeadFacts, besides: dict[str, Any]) -> dict[str, Any]:
        """Fill in what the conversation says of the lead; returns what its event keeps of it.

        What a field said before, or what was said and not taken, stands in the event alone. Of a
        talk that goes on, what it told before is not told again.
        """
        lead, were_read = talk.lead, talk.lead.read_facts
        before = {field: getattr(lead, field) for field in FACT_FIELDS if is_known(lead, field)}
        filled = fill(lead, facts)
        replaced = {name: as_text(before[name]) or "" for name in filled if name in before}
        taken, read = listen(talk)
        if lead.read_facts != were_read and lead.id in self.standing.leads:
            self.changed_leads.setdefault(lead, set()).add("read_facts")
        for kind in KEY_OF:
            # A phone that the lead did not take, because another is known, leads nobody to it.
            if kind in (*filled, *taken.filled) and (key := getattr(lead, f"{kind}_key")):
                self.standing.enter(lead, (kind, key))
        said = {name: getattr(facts, name) for name in FACT_FIELDS if is_known(facts, name)}
        told = (
            as_told(
                lead, read | said,
                filled=[*filled, *taken.filled], replaced=taken.replaced | replaced,
            )
            | taken.marks()
            | besides
        )  # fmt: skip
        if not talk.is_new:
            told = not_told_before(told, talk.lead, talk.id, self.organisation)
        origin_and_consent.take(lead, told)
        return told

    # --- What follows from it --------------------------------------------------------------------
    def _settle(
        self, talk: Talk, told: dict[str, Any], stood: Stood, *, messages: int,
        began: bool = False, was_closed: bool = False,
    ) -> None:  # fmt: skip
        """Score the lead, record the capture and what it did, and have the feed told."""
        lead, organisation_id = talk.lead, self.organisation.id
        self.talks[talk.id] = talk
        had_moved_on = lead.moved_on
        if messages and lead.moved_on and lead.status == LeadStatus.NEW:
            lead.moved_on = False  # somebody put it back to new: that holds until its next message
        status_change = apply_score(
            lead, self.standing.visitor_messages[lead.id], weights_of(organisation_id)
        )
        if told or began or lead.score != stood["score"]:
            self._record(talk, told, stood)
        if status_change is not None:
            self.events.append(
                event_row(
                    organisation_id, lead.id, EventKind.STATUS, by=SYSTEM, change=status_change
                )
            )
        if lead.id in self.standing.leads:
            changed = [name for name, was in stood.items() if getattr(lead, name) != was]
            moved = ["moved_on"] if lead.moved_on != had_moved_on else []
            if columns := [*columns_to_save(changed), *moved]:
                self.changed_leads.setdefault(lead, set()).update(columns)
        self._note(talk, stood, messages=messages, began=began, was_closed=was_closed)

    def _record(self, talk: Talk, told: dict[str, Any], stood: Stood) -> None:
        lead = talk.lead
        payload = {
            "conversation_id": str(talk.id),
            "channel": talk.channel,
            **({"filled": []} | told),
            "score": {"from": stood["score"], "to": lead.score},
        }
        self.events.append(
            event_row(self.organisation.id, lead.id, EventKind.CAPTURE, by=self.by, payload=payload)
        )

    def _note(
        self, talk: Talk, stood: Stood, *, messages: int, began: bool, was_closed: bool
    ) -> None:
        """What the feed tells of it: what came, and what it did to the lead."""
        lead, by = talk.lead, self.by
        is_new = lead.id not in self.standing.leads and lead.id not in self.told
        if is_new:
            note_created(lead, by=by)
            self.told.add(lead.id)
        if began:
            note(self.organisation.id, begun(lead.id, talk.id, by=by))
        if was_closed:
            note(self.organisation.id, reopened(lead.id, talk.id, by=by))
        if messages:
            note(self.organisation.id, added(lead.id, talk.id, messages, by=by))
        if not is_new:
            note_differences(lead, stood, by=by)
        elif lead.status != stood["status"]:
            note_status(lead, (stood["status"], lead.status), by=SYSTEM)

    def write(self) -> None:
        if not self.talks:
            return
        write(
            self.organisation,
            new_leads=self.new_leads,
            changed_leads=self.changed_leads,
            talks=list(self.talks.values()),
            events=self.events,
        )
