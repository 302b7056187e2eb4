"""What of a lead's changes outsiders may follow (CONTRACT.md, section 3, Change feed).

A writer looks at the lead before it changes anything (`as_it_stands`) and notes the difference when
it is done: so it tells of what the JSON shows now and did not before, of no more and no less.
"""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from leads.models import Lead, LeadEvent
from leads.models.shown import SHOWN_FIELDS
from organisations.actors import SYSTEM, Actor
from organisations.changes.numbering import NewChange, note
from organisations.models import ChangeType, User

_ELSEWHERE = ("id", "status", "source", "created_at", "updated_at")
_FIELDS = [name for name in SHOWN_FIELDS if name not in _ELSEWHERE]

Stood = dict[str, Any]


def as_it_stands(lead: Lead) -> Stood:
    """What `note_differences` compares; the object is looked at, and nothing is asked."""
    return {name: getattr(lead, name) for name in ("status", "assignee_id", *_FIELDS)}


def note_created(lead: Lead, *, by: Actor) -> None:
    _note(lead, ChangeType.LEAD_CREATED, by)


def note_differences(lead: Lead, stood: Stood, *, by: Actor, touched: bool = False) -> None:
    """What became different: fields, who has it, and the status where it followed the score.

    A lead that is `touched` is told of in any case: its `updated_at` moved though no field differs.
    """
    changed = [name for name in _FIELDS if getattr(lead, name) != stood[name]]
    if changed or touched:
        _note(lead, ChangeType.LEAD_UPDATED, by, changed=changed)
    if lead.assignee_id != stood["assignee_id"]:
        names = _names_of(lead, stood["assignee_id"], lead.assignee_id)
        _note(lead, ChangeType.LEAD_ASSIGNED, by, change=names)
    if lead.status != stood["status"]:
        note_status(lead, (stood["status"], lead.status), by=SYSTEM)


def note_status(lead: Lead, change: tuple[str, str], *, by: Actor) -> None:
    note(lead.organisation_id, status_changed(lead.id, change, by=by))


def status_changed(lead_id: UUID, change: tuple[str, str], *, by: Actor) -> NewChange:
    """From what to what the lead moved; to be noted by whoever moved it."""
    before, now = change
    return NewChange(
        type=ChangeType.LEAD_STATUS_CHANGED,
        by=by,
        lead_id=lead_id,
        changed=["status"],
        from_value=before,
        to_value=now,
    )


def note_assigned(events: Iterable[LeadEvent], *, by: Actor) -> None:
    """Of leads that were given to a person or to nobody, as the events of it say, by name."""
    for event in events:
        change = (event.from_value, event.to_value)
        _note(event.lead, ChangeType.LEAD_ASSIGNED, by, change=change)


def note_merged(other: Lead, survivor: Lead, *, by: Actor) -> None:
    _note(other, ChangeType.LEAD_MERGED, by, change=(None, str(survivor.id)))


def note_unmerged(other: Lead, survivor: Lead, *, by: Actor) -> None:
    _note(other, ChangeType.LEAD_UNMERGED, by, change=(str(survivor.id), None))


def _note(
    lead: Lead,
    type_: ChangeType,
    by: Actor,
    *,
    changed: Sequence[str] = (),
    change: tuple[str | None, str | None] = (None, None),
) -> None:
    before, now = change
    told = NewChange(
        type=type_, by=by, lead_id=lead.id, changed=changed, from_value=before, to_value=now
    )
    note(lead.organisation_id, told)


def _names_of(lead: Lead, before: UUID | None, now: UUID | None) -> tuple[str | None, str | None]:
    people = User.objects.filter(organisation_id=lead.organisation_id, id__in=[before, now])
    names: dict[UUID | None, str] = dict(people.values_list("id", "name"))
    return names.get(before), names.get(now)
