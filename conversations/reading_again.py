"""Conversations that stand, read by the present rules as if they arrived now."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import Prefetch

from conversations.choices import MessageRole
from conversations.listening import readings_at
from conversations.models import Conversation, Message, Receipt
from conversations.writing import RECEIPT_FIELDS, receipt_row
from foundation.database.locks import lock_names
from foundation.database.rows import Rows, write_together
from leads.contacts import columns_to_save, set_fact
from leads.corrections import as_text
from leads.events import new_event
from leads.facts import is_known
from leads.followed import as_it_stands, note_differences
from leads.merging import lock_of_merging, locked_leads
from leads.models import FACT_FIELDS, EventKind, Lead, LeadEvent
from leads.reading.heard import Reading
from leads.reading.reading import VERSION
from leads.rescoring import RESCORED_FIELDS, rescore
from leads.taking_readings import take_readings
from organisations.actors import SYSTEM
from organisations.changes.numbering import numbered_last
from organisations.models import Organisation

_AT_ONCE = 50  # leads, in one transaction
_SAVED = (*columns_to_save(FACT_FIELDS), "read_facts", *RESCORED_FIELDS)


@dataclass(slots=True)
class ReadAgain:
    """How many conversations were read, and of how many leads a fact became another."""

    conversations: int = 0
    leads_changed: int = 0


@dataclass(slots=True)
class _Heard:
    """A conversation with what its messages say."""

    conversation: Conversation
    readings: list[tuple[Message, Reading]] = field(default_factory=list)


def read_again(organisation: Organisation) -> Iterator[ReadAgain]:
    """Read all conversations of the organisation, some leads at a time; yields what each did.

    Each step is a transaction. Safe to run again, when nothing is written, and while others write.
    """
    talks = Conversation.objects.for_organisation(organisation).order_by("lead_id")
    ids = talks.values_list("lead_id", flat=True).distinct()
    while some := list(ids[:_AT_ONCE]):
        yield _read_leads(organisation, some)
        ids = ids.filter(lead_id__gt=some[-1])


@numbered_last()
def _read_leads(organisation: Organisation, ids: Sequence[UUID]) -> ReadAgain:
    done = ReadAgain()
    # Nothing is merged meanwhile, and no message comes to these leads.
    lock_names([], shared=[lock_of_merging(organisation)])
    leads = locked_leads(organisation, list(ids))
    in_order = Message.objects.for_organisation(organisation).order_by("position")
    talks = Conversation.objects.for_organisation(organisation).filter(lead__in=leads)
    by_lead: dict[UUID, list[Conversation]] = {}
    for talk in talks.order_by("created_at", "id").prefetch_related(Prefetch("messages", in_order)):
        by_lead.setdefault(talk.lead_id, []).append(talk)
    for id_, theirs in by_lead.items():
        heard = [_hear(leads[id_], talk) for talk in theirs]
        done.conversations += len(theirs)
        _keep_receipts(organisation, heard)
        done.leads_changed += _let_take(leads[id_], heard)
    return done


def _hear(lead: Lead, talk: Conversation) -> _Heard:
    messages = list(talk.messages.all())
    heard = _Heard(talk)
    for place, message in enumerate(messages):
        for reading in readings_at(lead, messages, place, talk.languages_used):
            heard.readings.append((message, reading))
    return heard


# --- Receipts ------------------------------------------------------------------------------------
def _keep_receipts(organisation: Organisation, heard: Sequence[_Heard]) -> None:
    """New receipts in place of those that the conversations have, where they differ."""
    stand: dict[UUID, list[tuple[Any, ...]]] = {}
    ours = Receipt.objects.for_organisation(organisation)
    for receipt in ours.filter(conversation__in=[each.conversation for each in heard]):
        stand.setdefault(receipt.conversation_id, []).append(_compared(receipt))
    different = [
        each for each in heard
        if sorted(stand.get(each.conversation.id, [])) != sorted(map(_as_receipt, each.readings))
    ]  # fmt: skip
    if not different:
        return
    ours.filter(conversation__in=[each.conversation for each in different]).delete()
    rows = [
        receipt_row(organisation.id, each.conversation.id, message.position, reading)
        for each in different
        for message, reading in each.readings
    ]
    write_together(Rows(Receipt, RECEIPT_FIELDS, rows))


def _compared(receipt: Receipt) -> tuple[Any, ...]:
    said = sorted((name, str(value)) for name, value in receipt.said.items())
    place = (receipt.position, receipt.start, receipt.end)
    return (*place, receipt.fact, said, receipt.rule, receipt.version)


def _as_receipt(read: tuple[Message, Reading]) -> tuple[Any, ...]:
    message, reading = read
    said = sorted((name, str(value)) for name, value in reading.said.items())
    place = (message.position, reading.start, reading.end)
    return (*place, reading.fact, said, reading.rule, VERSION)


# --- The lead ------------------------------------------------------------------------------------
def _let_take(lead: Lead, heard: Sequence[_Heard]) -> bool:
    """Let the lead take all anew, in the order in which it was said; whether a fact is another."""
    stood, before = as_it_stands(lead), {name: getattr(lead, name) for name in FACT_FIELDS}
    were_read = set(lead.read_facts)
    _forget_what_was_read(lead)
    told = sorted(
        (each for one in heard for each in one.readings),
        key=lambda read: (read[0].created_at, read[0].conversation_id, read[0].position),
    )
    take_readings(lead, [reading for _, reading in told])
    lead.read_facts = [name for name in lead.read_facts if is_known(lead, name)]
    changed = [name for name in FACT_FIELDS if getattr(lead, name) != before[name]]
    if not changed and set(lead.read_facts) == were_read:
        return False
    moves = rescore(lead, _visitor_messages(heard))
    lead.save(update_fields=_SAVED)
    if not changed:
        return False
    source = _source_of(changed, told) or heard[-1].conversation.id
    event = new_event(
        lead, EventKind.CAPTURE, by=SYSTEM, payload=_payload(lead, before, changed, source)
    )
    event.payload["score"] = {"from": stood["score"], "to": lead.score}
    LeadEvent.objects.bulk_create([event, *moves])
    note_differences(lead, stood, by=SYSTEM)
    return True


def _forget_what_was_read(lead: Lead) -> None:
    """Facts that stand as they were read; the marks stay, so that they may be read anew."""
    for name in lead.read_facts:
        if name not in lead.hand_set:
            set_fact(lead, name, False if name == "viewing_requested" else None)


def _visitor_messages(heard: Sequence[_Heard]) -> int:
    messages = (message for each in heard for message in each.conversation.messages.all())
    return sum(message.role == MessageRole.USER for message in messages)


def _source_of(changed: Sequence[str], told: Sequence[tuple[Message, Reading]]) -> UUID | None:
    """The conversation that last said one of the changed facts."""
    of_them = (
        message.conversation_id
        for message, reading in reversed(told)
        if any(name in reading.said for name in changed)
    )
    return next(of_them, None)


def _payload(
    lead: Lead, before: dict[str, Any], changed: Sequence[str], source: UUID
) -> dict[str, Any]:
    """As the event of a capture keeps it."""
    filled = [name for name in changed if is_known(lead, name)]
    emptied = [name for name in changed if not is_known(lead, name)]
    replaced = {
        name: as_text(before[name])
        for name in changed
        if before[name] is not None and before[name] is not False
    }
    return {
        "conversation_id": str(source),
        "again": True,
        "filled": filled,
        "read": filled,
        **({"emptied": emptied} if emptied else {}),
        **({"replaced": replaced} if replaced else {}),
    }
