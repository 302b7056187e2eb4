"""Who of the agency looks after a lead."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from leads import search
from leads.events import new_event
from leads.followed import note_assigned
from leads.models import EventKind, Lead, LeadEvent
from organisations.actors import Actor
from organisations.changes.numbering import numbered_last
from organisations.models import Organisation, User


def assignable(organisation: Organisation) -> QuerySet[User]:
    """The agency's active people, by name: those to whom a lead may be given."""
    return organisation.people.filter(is_active=True).order_by("name", "id")


def take_assignee(lead: Lead, person: User | None, *, by: Actor) -> LeadEvent | None:
    """Set it, and what the lead is found by, on the object and return the event; None if it stood.

    Nothing is saved: `assignee`, `search` and the event are to be. The event keeps the names, which
    outlive the people, and in its payload the ids.
    """
    if (person.id if person else None) == lead.assignee_id:
        return None
    event = new_event(
        lead,
        EventKind.ASSIGNMENT,
        by=by,
        change=(lead.assignee.name if lead.assignee else None, person.name if person else None),
        payload={"from_id": _text(lead.assignee_id), "to_id": _text(person.id if person else None)},
    )
    lead.assignee = person
    search.renew(lead)
    return event


@numbered_last()
def assign(lead: Lead, person: User | None, *, by: Actor) -> LeadEvent | None:
    """Give the lead to a person of its agency, or to nobody; None if it stood.

    Returns the event. The row must be locked.
    """
    event = take_assignee(lead, person, by=by)
    if event is not None:
        event.save(force_insert=True)
        lead.save(update_fields=["assignee", "search"])
        note_assigned([event], by=by)
    return event


def save_assigned(events: Iterable[LeadEvent | None], marks: dict[str, Any], *, by: Actor) -> None:
    """Save what `take_assignee` made of many leads: these, and the events with the marks on them.

    The rows must be locked, within `numbered_last()`.
    """
    made = [event for event in events if event is not None]
    for event in made:
        event.payload |= marks
    LeadEvent.objects.bulk_create(made)
    Lead.objects.bulk_update([event.lead for event in made], ["assignee", "search"])
    note_assigned(made, by=by)


def _text(id_: UUID | None) -> str | None:
    return None if id_ is None else str(id_)
