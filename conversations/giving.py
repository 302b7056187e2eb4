"""A conversation that is another person's goes to their lead, with its history, and can come back.

Along with it and its messages go the events of its captures, and the facts that its old lead has
from it alone: those that it brought, that still stand, that no other conversation said too, and
that nobody set by hand. Where another conversation of the old lead said something else of such a
fact, that now stands. The new lead takes of what was said whatever it does not know, as it would
from a capture; the rest stands in the event. What came with a merge stays where it is.

A lead without any conversation left stays, and so does one that was made for a conversation taken
back: each has its history. Taking back puts right what the giving changed, but for what somebody
changed since.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from conversations.followed import moved
from conversations.models import Conversation
from conversations.said import Sayings, Telling, as_told, first_of_each, lead_of
from leads import origin_and_consent
from leads.contacts import KEY_OF, columns_to_save, set_fact
from leads.corrections import as_text, from_text
from leads.events import new_event
from leads.facts import fill
from leads.followed import Stood, as_it_stands, note_created, note_differences
from leads.givings import open_givings
from leads.merging import lock_merging, locked_leads, merged_leads
from leads.models import FACT_FIELDS, EventKind, Lead, LeadEvent
from leads.rescoring import RESCORED_FIELDS, count_visitor_messages, rescore
from organisations.actors import Actor
from organisations.audit import record
from organisations.changes.numbering import note, numbered_last
from organisations.models import AuditAction, AuditTarget, Organisation

_SAVED = (
    *columns_to_save(FACT_FIELDS), *origin_and_consent.COLUMNS, "read_facts", *RESCORED_FIELDS
)  # fmt: skip
_KEPT = ("conversation_id", "channel", "origin", "consent", "read")  # of a capture, whoever has it


class CannotGive(Exception):
    """The conversation or the leads do not stand as they would have to; the text says why."""


@dataclass(slots=True)
class _Change:
    """What becomes of one of the two leads, as its event keeps it."""

    lead: Lead
    stood: Stood  # before it
    emptied: dict[str, str] = field(default_factory=dict)  # the values that it no longer has
    filled: dict[str, str] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)  # of what was filled: the conversations
    replaced: dict[str, str] = field(default_factory=dict)

    def payload(self) -> dict[str, Any]:
        kept = {
            "emptied": list(self.emptied),
            "filled": self.filled,
            "sources": self.sources,
            "replaced": self.replaced,
        }
        score = {"from": self.stood["score"], "to": self.lead.score}
        return {name: value for name, value in kept.items() if value} | {"score": score}


@numbered_last()
def give(
    organisation: Organisation,
    conversation_id: UUID,
    *,
    seen: UUID,
    to: UUID | None,
    by: Actor,
) -> Lead:
    """Give the conversation to another lead, or to a new one (`to` is None); returns that lead.

    `seen` is the lead whose conversation it was on the person's page. Raises CannotGive where it
    is another's by now, or the lead to have it was merged or erased meanwhile.
    """
    lock_merging(organisation)
    conversation = _conversation(organisation, conversation_id)
    if conversation.lead_id != seen:
        raise CannotGive("This conversation was given to another lead meanwhile.")
    giver, receiver = _who_gives_and_gets(organisation, conversation, to)
    if to is None:
        note_created(receiver, by=by)
    sayings = Sayings(giver, organisation)
    tellings = sayings.tellings(conversation.id)
    leaving, coming = _begin(giver), _begin(receiver)

    _move(conversation, receiver, by=by)
    _take_off(leaving, sayings, conversation)
    _fill(coming, first_of_each(tellings), conversation.id)
    captures = [_as_it_was(telling.event) for telling in tellings]
    _bring_captures(tellings, coming)
    moves = _save(organisation, leaving, coming, by=by)

    arrival = _event(coming, conversation, by, given_by=str(giver.id))
    arrival.payload |= {"taken": leaving.emptied, "captures": captures}
    mark = {"given_to": str(receiver.id), "giving_id": str(arrival.id)}
    departure = _event(leaving, conversation, by, **mark)
    LeadEvent.objects.bulk_create([departure, arrival, *moves])
    _record(AuditAction.CONVERSATION_GIVEN, giver, receiver, conversation, by=by)
    return receiver


@numbered_last()
def take_back(
    organisation: Organisation, conversation_id: UUID, *, giving_id: UUID, by: Actor
) -> Lead:
    """Undo the giving of that event; returns the lead that has its conversation again.

    Raises CannotGive where it was taken back or given on since, or the lead that it came from was
    merged or erased.
    """
    lock_merging(organisation)
    conversation = _conversation(organisation, conversation_id)
    arrival = open_givings(conversation.lead).get(str(conversation.id))
    if arrival is None or arrival.id != giving_id:
        raise CannotGive("This conversation was taken back already, or given on meanwhile.")
    receiver, giver = _unmerged_pair(
        organisation, conversation.lead_id, UUID(arrival.payload["given_by"])
    )
    sayings = Sayings(receiver, organisation)
    tellings = sayings.tellings(conversation.id)
    leaving, coming = _begin(receiver), _begin(giver)

    _move(conversation, giver, by=by)
    _take_off(leaving, sayings, conversation)
    _empty_what_stood_in(coming, arrival, organisation)
    taken = {name: from_text(name, text) for name, text in arrival.payload["taken"].items()}
    newer = _restore_captures(tellings, arrival, giver)
    _fill(coming, taken | first_of_each(newer), conversation.id)
    _bring_captures(newer, coming)
    moves = _save(organisation, leaving, coming, by=by)

    mark = {"giving_id": str(arrival.id)}
    departure = _event(leaving, conversation, by, back_to=str(giver.id), **mark)
    return_ = _event(coming, conversation, by, back_from=str(receiver.id), **mark)
    LeadEvent.objects.bulk_create([departure, return_, *moves])
    _record(AuditAction.CONVERSATION_TAKEN_BACK, giver, receiver, conversation, by=by)
    return giver


# --- Whose it is ---------------------------------------------------------------------------------
def _conversation(organisation: Organisation, id_: UUID) -> Conversation:
    ours = Conversation.objects.for_organisation(organisation).select_related("lead")
    found = ours.defer("search", "lead__search").filter(id=id_).first()
    if found is None:
        raise CannotGive("This conversation is no longer there.")
    return found


def _who_gives_and_gets(
    organisation: Organisation, conversation: Conversation, to: UUID | None
) -> tuple[Lead, Lead]:
    if to is not None:
        return _unmerged_pair(organisation, conversation.lead_id, to)
    giver = locked_leads(organisation, [conversation.lead_id]).get(conversation.lead_id)
    if giver is None:
        raise CannotGive("This conversation is no longer there.")
    receiver = Lead(
        organisation=organisation,
        source=conversation.channel,
        created_at=conversation.created_at,
    )
    receiver.save(force_insert=True)
    return giver, receiver


def _unmerged_pair(organisation: Organisation, one: UUID, other: UUID) -> tuple[Lead, Lead]:
    """Both, locked."""
    if one == other:
        raise CannotGive("It is this lead’s conversation already.")
    leads = locked_leads(organisation, [one, other])
    if len(leads) < 2:
        raise CannotGive("The other lead is no longer there.")
    for lead in leads.values():
        if lead.merged_into_id is not None:
            raise CannotGive(f"{lead.display_name} was merged into another lead meanwhile.")
    return leads[one], leads[other]


def _begin(lead: Lead) -> _Change:
    return _Change(lead, as_it_stands(lead))


# --- What goes along -----------------------------------------------------------------------------
def _move(conversation: Conversation, to: Lead, *, by: Actor) -> None:
    told = moved(conversation.id, from_lead=conversation.lead_id, to_lead=to.id, by=by)
    note(conversation.organisation_id, told)
    conversation.lead = to
    conversation.save(update_fields=["lead"])  # a trigger moves its `updated_at`


def _take_off(leaving: _Change, sayings: Sayings, conversation: Conversation) -> None:
    """Empty what the lead has from this conversation alone; another's word may stand instead."""
    lead = leaving.lead
    for name, before in sayings.alone(conversation.id).items():
        leaving.emptied[name] = as_text(getattr(lead, name)) or ""
        set_fact(lead, name, from_text(name, before))
    for telling in sayings.tellings_of_others(conversation.id):
        said = {name: telling.said[name] for name in leaving.emptied if name in telling.said}
        _fill(leaving, said, telling.event.payload["conversation_id"])


def _fill(change: _Change, said: Mapping[str, Any], source: UUID | str) -> None:
    """Fill in what the lead does not know."""
    lead = change.lead
    before = {name: getattr(lead, name) for name in KEY_OF}
    for name in fill(lead, lead_of(said)):
        change.filled[name] = as_text(getattr(lead, name)) or ""
        change.sources[name] = str(source)
        if before.get(name) is not None:
            change.replaced[name] = before[name]


def _empty_what_stood_in(coming: _Change, arrival: LeadEvent, organisation: Organisation) -> None:
    """Empty again what other conversations filled in when this one went, if it still stands."""
    lead = coming.lead
    departures = LeadEvent.objects.for_organisation(organisation).filter(
        lead=lead, kind=EventKind.GIVING, payload__giving_id=str(arrival.id)
    )
    departure = departures.get()
    sayings = Sayings(lead, organisation)
    for name, text in departure.payload.get("filled", {}).items():
        stands = as_text(getattr(lead, name)) == text and name not in lead.hand_set
        if stands and sayings.last_to_bring(name) == departure:
            coming.emptied[name] = text
            before = departure.payload.get("replaced", {}).get(name)
            set_fact(lead, name, False if name == "viewing_requested" else before)


# --- The events of its captures ------------------------------------------------------------------
def _as_it_was(event: LeadEvent) -> dict[str, Any]:
    return {"id": str(event.id), "lead_id": str(event.lead_id), "payload": event.payload}


def _bring_captures(tellings: Iterable[Telling], coming: _Change) -> None:
    """The events of the captures are the lead's now, and tell what of them it took."""
    to_be_named = set(coming.filled)
    events = []
    for telling in tellings:
        filled = [name for name in telling.said if name in to_be_named]
        to_be_named.difference_update(filled)
        replaced = {name: coming.replaced[name] for name in filled if name in coming.replaced}
        told = as_told(coming.lead, telling.said, filled=filled, replaced=replaced)
        event = telling.event
        kept = {name: event.payload[name] for name in _KEPT if name in event.payload}
        event.payload = kept | told  # without the score, which was the other lead's
        event.lead = coming.lead
        events.append(event)
    LeadEvent.objects.bulk_update(events, ["lead", "payload"])


def _restore_captures(
    tellings: Iterable[Telling], arrival: LeadEvent, giver: Lead
) -> list[Telling]:
    """Put back the events that came with the conversation; returns what was captured since."""
    known = {giver.id, *(lead.id for lead in merged_leads(giver))}
    as_they_were = {UUID(was["id"]): was for was in arrival.payload["captures"]}
    restored, newer = [], []
    for telling in tellings:
        event = telling.event
        if (was := as_they_were.get(event.id)) is None:
            newer.append(telling)
            continue
        event.payload = was["payload"]
        holder = UUID(was["lead_id"])
        event.lead_id = holder if holder in known else giver.id
        restored.append(event)
    LeadEvent.objects.bulk_update(restored, ["lead", "payload"])
    return newer


# --- What is written -----------------------------------------------------------------------------
def _save(organisation: Organisation, *changes: _Change, by: Actor) -> list[LeadEvent]:
    """Score both again, and save them; returns the events of statuses that followed."""
    moves = []
    comes_from_somewhere = origin_and_consent.is_known(*(change.lead for change in changes))
    for change in changes:
        moves += rescore(change.lead, count_visitor_messages(change.lead))
        if comes_from_somewhere:
            origin_and_consent.restate(change.lead, merged_leads(change.lead), organisation)
        change.lead.save(update_fields=_SAVED)
        note_differences(change.lead, change.stood, by=by, touched=True)
    leads = Lead.objects.filter(id__in=[change.lead.id for change in changes])
    leads.filter(organisation_id=changes[0].lead.organisation_id).touch()
    return moves


def _event(change: _Change, conversation: Conversation, by: Actor, **marks: str) -> LeadEvent:
    payload = {"conversation_id": str(conversation.id), **marks, **change.payload()}
    return new_event(change.lead, EventKind.GIVING, by=by, payload=payload)


def _record(
    action: AuditAction, giver: Lead, receiver: Lead, conversation: Conversation, *, by: Actor
) -> None:
    record(
        giver.organisation_id,
        action,
        by=by,
        target=AuditTarget.LEAD,
        target_id=giver.id,
        other=str(receiver.id),
        conversation=str(conversation.id),
    )
