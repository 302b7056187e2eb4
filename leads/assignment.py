"""Who of the agency looks after a lead."""

from django.db.models import QuerySet

from leads.actors import Actor
from leads.models import EventKind, Lead, LeadEvent, actor_columns
from organisations.models import Organisation, User


def assignable(organisation: Organisation) -> QuerySet[User]:
    """The agency's active people, by name: those to whom a lead may be given."""
    return organisation.people.filter(is_active=True).order_by("name", "id")


def take_assignee(lead: Lead, person: User | None, *, by: Actor) -> LeadEvent | None:
    """Set it, and what the lead is found by, on the object and return the event; None if it stood.

    Neither is saved: `assignee` and `search` are to be. The event keeps the names, which outlive
    the people, and in its payload the ids.
    """
    before = lead.assignee
    if (before.id if before else None) == (person.id if person else None):
        return None
    lead.assignee = person
    lead.renew_search()
    return LeadEvent(
        organisation_id=lead.organisation_id,
        lead=lead,
        kind=EventKind.ASSIGNMENT,
        from_value=before.name if before else None,
        to_value=person.name if person else None,
        payload={"from_id": _text(before), "to_id": _text(person)},
        **actor_columns(by),
    )


def _text(person: User | None) -> str | None:
    return str(person.id) if person else None
