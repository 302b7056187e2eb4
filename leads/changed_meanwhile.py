"""Two people at once: who changed what, after the page of the later one was made."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from leads.corrections import as_text
from leads.models import EventKind, Lead, LeadEvent
from leads.wording import fact_label, value_in_words
from organisations.models import Organisation

_LOOKED_THROUGH = 200  # events: an earlier change than that is told without who made it


@dataclass(frozen=True, slots=True)
class Overtaken:
    """One thing that both changed: what stands, by whom, and what the later one wrote."""

    label: str
    stands: str
    wrote: str
    by: LeadEvent | None  # the event that brought what stands, where it is found


def last_change(lead: Lead, organisation: Organisation, kind: EventKind) -> LeadEvent | None:
    """The last event of that kind, of which each holds one and the same thing."""
    events = LeadEvent.objects.for_organisation(organisation).filter(lead=lead, kind=kind)
    return events.newest_first().first()


def overtaken_facts(
    lead: Lead, organisation: Organisation, fields: Iterable[str], wrote: dict[str, Any]
) -> list[Overtaken]:
    """For each of the facts: what stands, who brought it, and what the person wrote."""
    events = LeadEvent.objects.for_organisation(organisation).filter(lead=lead)
    recent = list(events.newest_first()[:_LOOKED_THROUGH])
    return [
        Overtaken(
            label=fact_label(field),
            stands=value_in_words(field, as_text(getattr(lead, field))),
            wrote=value_in_words(field, as_text(wrote[field])),
            by=next((event for event in recent if brought(event, field)), None),
        )
        for field in fields
    ]


def last_to_bring(lead: Lead, organisation: Organisation, field: str) -> LeadEvent | None:
    """The last event of the lead's own that changed the fact, among so many."""
    events = LeadEvent.objects.for_organisation(organisation).filter(lead=lead)
    recent = events.newest_first()[:_LOOKED_THROUGH]
    return next((event for event in recent if brought(event, field)), None)


def brought(event: LeadEvent, field: str) -> bool:
    """Whether the event changed the fact: by hand, with a conversation or with a merge."""
    if event.kind == EventKind.FIELD:
        return event.payload.get("field") == field and not event.payload.get("let_go")
    if event.kind in (EventKind.CAPTURE, EventKind.MERGE, EventKind.GIVING):
        return field in event.payload.get("filled", ()) or field in event.payload.get("emptied", ())
    return False
