"""Two leads that are one person become one, and can be taken apart again.

A merged lead keeps its row, its facts and its events, and points to the lead that it became; its
conversations move there. Its events stay its own and are shown in the other's history. All that a
merge did stands in its event's payload, which is what undoing it goes by. Merges into one lead are
undone in the reverse of their order, since the facts that one filled may be why a later one filled
none; and a merge into a lead that was merged itself waits until that one is undone.
"""

from typing import Any
from uuid import UUID

from foundation.database.locks import lock_names
from leads import origin_and_consent
from leads.contacts import KEY_OF, columns_to_save, set_fact
from leads.corrections import as_text
from leads.events import new_event
from leads.facts import fill, is_known
from leads.followed import as_it_stands, note_differences, note_merged, note_unmerged
from leads.models import FACT_FIELDS, EventKind, Lead, LeadEvent
from leads.rescoring import RESCORED_FIELDS, count_visitor_messages, rescore
from organisations.actors import Actor
from organisations.audit import record
from organisations.changes.numbering import numbered_last
from organisations.models import AuditAction, AuditTarget, Organisation

# What a merge fills besides the facts, where the survivor has none.
_BESIDES = ("assignee_id", "follow_up_on")
_SAVED = (
    *columns_to_save(FACT_FIELDS),
    *_BESIDES,
    *origin_and_consent.COLUMNS,
    "hand_set",
    "read_facts",
    *RESCORED_FIELDS,
)


class CannotMerge(Exception):
    """The leads do not stand as they would have to; the text says why, to people."""


@numbered_last()
def merge(
    organisation: Organisation, *, survivor_id: UUID, other_id: UUID, by: Actor
) -> tuple[Lead, Lead]:
    """Merge the other lead into the survivor; returns both as they now are.

    Raises CannotMerge where either was merged or erased meanwhile, or both are one.
    """
    survivor, other = _locked_pair(organisation, survivor_id, other_id)
    stood = as_it_stands(survivor)
    moved = _move_conversations(other, survivor)
    done = _take_over(survivor, other)
    moves = rescore(survivor, count_visitor_messages(survivor))
    other.merged_into = survivor
    other.save(update_fields=["merged_into"])
    if origin_and_consent.is_known(survivor, other):
        origin_and_consent.restate(survivor, merged_leads(survivor), organisation)
    survivor.save(update_fields=_SAVED)
    payload = {
        "lead_id": str(other.id),
        "name": other.name,
        "conversations": moved,
        **done,
        "score": {"from": stood["score"], "to": survivor.score},
    }
    into = {"into": str(survivor.id), "name": survivor.name}
    LeadEvent.objects.bulk_create(
        [
            new_event(other, EventKind.MERGE, by=by, payload=into),
            new_event(survivor, EventKind.MERGE, by=by, payload=payload),
            *moves,
        ]
    )
    note_merged(other, survivor, by=by)
    note_differences(survivor, stood, by=by)
    _record(AuditAction.LEADS_MERGED, survivor, other, by=by)
    return survivor, other


@numbered_last()
def unmerge(organisation: Organisation, *, survivor_id: UUID, event_id: UUID, by: Actor) -> Lead:
    """Undo the merge of that event; returns the lead that stands on its own again.

    What came with it goes back to it: its conversations, and the facts that it filled in the
    survivor, which are emptied unless somebody changed them since. Raises CannotMerge where it is
    not the last merge into this lead, or this lead was itself merged or erased.
    """
    lock_merging(organisation)
    leads = Lead.objects.for_organisation(organisation)
    seen = leads.filter(id=survivor_id, merged_into__isnull=True).first()
    if seen is None:
        raise CannotMerge("This lead was merged into another meanwhile. Undo that merge first.")
    event = last_merge(seen)
    if event is None or event.id != event_id:
        raise CannotMerge("This merge was undone already, or a later one has to be undone first.")
    other_id = UUID(event.payload["lead_id"])
    both = locked_leads(organisation, [survivor_id, other_id])
    if len(both) < 2:
        raise CannotMerge("One of the two leads is no longer there.")
    survivor, other = both[survivor_id], both[other_id]

    survivor.conversations.filter(
        organisation_id=organisation.id, id__in=event.payload["conversations"]
    ).update(lead=other)
    stood = as_it_stands(survivor)
    emptied = _give_back(survivor, event)
    moves = rescore(survivor, count_visitor_messages(survivor))
    other.merged_into = None
    other.save(update_fields=["merged_into"])
    if origin_and_consent.is_known(survivor):
        origin_and_consent.restate(survivor, merged_leads(survivor), organisation)
    survivor.save(update_fields=_SAVED)
    Lead.objects.for_organisation(organisation).filter(id__in=[survivor.id, other.id]).touch()
    payload = {
        "undone": str(other.id),
        "merge_id": str(event.id),
        "name": other.name,
        "emptied": emptied,
        "score": {"from": stood["score"], "to": survivor.score},
    }
    out_of = {"out_of": str(survivor.id), "name": survivor.name}
    LeadEvent.objects.bulk_create(
        [
            new_event(survivor, EventKind.MERGE, by=by, payload=payload),
            new_event(other, EventKind.MERGE, by=by, payload=out_of),
            *moves,
        ]
    )
    note_unmerged(other, survivor, by=by)
    note_differences(survivor, stood, by=by, touched=True)
    _record(AuditAction.MERGE_UNDONE, survivor, other, by=by)
    return other


def _record(action: AuditAction, survivor: Lead, other: Lead, *, by: Actor) -> None:
    record(
        survivor.organisation_id,
        action,
        by=by,
        target=AuditTarget.LEAD,
        target_id=survivor.id,
        other=str(other.id),
    )


def last_merge(survivor: Lead) -> LeadEvent | None:
    """The event of the last merge into this lead that was not undone; None if there is none."""
    undone = set()
    events = LeadEvent.objects.filter(
        organisation_id=survivor.organisation_id, lead=survivor, kind=EventKind.MERGE
    )
    for event in events.newest_first():
        if "merge_id" in event.payload:
            undone.add(event.payload["merge_id"])
        elif "conversations" in event.payload and str(event.id) not in undone:
            return event
    return None


def merged_leads(lead: Lead) -> list[Lead]:
    """The leads that became this one, at first or second hand; a statement for each such step."""
    found: list[Lead] = []
    step = [lead.id]
    while step:
        rows = Lead.objects.filter(organisation_id=lead.organisation_id, merged_into__in=step)
        came = list(rows.defer("search").oldest_first())
        found += came
        step = [row.id for row in came]
    return found


def became(lead: Lead) -> UUID:
    """The id of the lead that a merged one became, through all merges; else its own."""
    leads = Lead.objects.filter(organisation_id=lead.organisation_id)
    at, next_ = lead.id, lead.merged_into_id
    while next_ is not None:
        at, next_ = next_, leads.values_list("merged_into_id", flat=True).get(id=next_)
    return at


# --- Locks ---------------------------------------------------------------------------------------
def lock_merging(organisation: Organisation) -> None:
    """One merge, giving or undoing at a time in an agency.

    What was merged into what stands still, so that each knows the rows that it needs before it
    locks them, in the order of their ids, as all do who lock several.
    """
    lock_names([lock_of_merging(organisation)])


def lock_of_merging(organisation: Organisation) -> str:
    """The lock's name: whoever shares it finds that no lead is merged meanwhile, nor taken apart.

    A capture does. It follows merged leads to what they became, and only then, knowing all the rows
    that it needs, locks them in the order of their ids.
    """
    return f"{organisation.id} merging"


def locked_leads(organisation: Organisation, ids: list[UUID]) -> dict[UUID, Lead]:
    """The organisation's leads of these ids, locked in the order of their ids."""
    leads = Lead.objects.for_organisation(organisation).filter(id__in=ids)
    return {lead.id: lead for lead in leads.order_by("id").select_for_update()}


def _locked_pair(
    organisation: Organisation, survivor_id: UUID, other_id: UUID
) -> tuple[Lead, Lead]:
    if survivor_id == other_id:
        raise CannotMerge("A lead cannot be merged with itself.")
    lock_merging(organisation)
    leads = locked_leads(organisation, [survivor_id, other_id])
    if len(leads) < 2:
        raise CannotMerge("One of the two leads is no longer there.")
    for lead in leads.values():
        if lead.merged_into_id is not None:
            raise CannotMerge(f"{lead.display_name} was merged into another lead meanwhile.")
    return leads[survivor_id], leads[other_id]


# --- What moves ----------------------------------------------------------------------------------
def _move_conversations(lead: Lead, to: Lead) -> list[str]:
    """The ids of those that moved, as the event keeps them."""
    conversations = lead.conversations.filter(organisation_id=lead.organisation_id)
    ids = [str(id_) for id_ in conversations.values_list("id", flat=True)]
    conversations.update(lead=to)
    return ids


def _take_over(survivor: Lead, other: Lead) -> dict[str, Any]:
    """Fill what the survivor does not know; what it knows, or a person emptied, stands.

    Returns, as the event keeps it: `filled`, the values by field; `replaced`, the texts that these
    took the place of; `hand_set`, those of them that were set by hand on the other lead; `kept`,
    what the other says where the survivor's stands.
    """
    contacts = {field: getattr(survivor, field) for field in KEY_OF}
    filled = fill(survivor, other)
    replaced = {field: contacts[field] for field in filled if contacts.get(field) is not None}
    for field in _BESIDES:
        if getattr(survivor, field) is None and getattr(other, field) is not None:
            setattr(survivor, field, getattr(other, field))
            filled.append(field)
    hand_set = [field for field in filled if field in other.hand_set]
    survivor.hand_set = [*survivor.hand_set, *hand_set]
    differing = [
        field
        for field in FACT_FIELDS
        if is_known(other, field) and getattr(other, field) != getattr(survivor, field)
    ]
    differing += [
        field
        for field in (*_BESIDES, "status")
        if getattr(other, field) not in (None, getattr(survivor, field))
    ]
    return {
        "filled": {field: as_text(getattr(survivor, field)) for field in filled},
        **({"replaced": replaced} if replaced else {}),
        "hand_set": hand_set,
        "kept": {field: as_text(getattr(other, field)) for field in differing},
    }


def _give_back(survivor: Lead, event: LeadEvent) -> list[str]:
    """Put back as it was what the merge filled, but for what somebody changed since; its names."""
    changed = _changed_since(survivor, event)
    emptied = [
        field
        for field, value in event.payload["filled"].items()
        if field not in changed and as_text(getattr(survivor, field)) == value
    ]
    replaced = event.payload.get("replaced", {})
    survivor.read_facts = [field for field in survivor.read_facts if field not in emptied]
    for field in emptied:
        before = False if field == "viewing_requested" else replaced.get(field)
        set_fact(survivor, field, before)
    gone = set(event.payload["hand_set"]) & set(emptied)
    survivor.hand_set = [field for field in survivor.hand_set if field not in gone]
    return emptied


def _changed_since(lead: Lead, event: LeadEvent) -> set[str]:
    """The fields that people changed after the event, a change back to the same value included."""
    later = LeadEvent.objects.filter(
        organisation_id=lead.organisation_id,
        lead=lead,
        kind__in=(EventKind.FIELD, EventKind.ASSIGNMENT),
        created_at__gte=event.created_at,
    )
    return {
        "assignee_id" if each.kind == EventKind.ASSIGNMENT else each.payload.get("field", "")
        for each in later
        if not each.payload.get("let_go")
    }
