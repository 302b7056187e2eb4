"""What people write down about a lead; each note is an event and stays as written."""

from leads.events import new_event
from leads.models import EventKind, Lead, LeadEvent
from organisations.actors import Actor

LONGEST_NOTE = 5_000  # characters


def add_note(lead: Lead, text: str, *, by: Actor) -> LeadEvent:
    """Write it down, with who and when."""
    event = new_event(lead, EventKind.NOTE, by=by, payload={"text": text})
    event.save(force_insert=True)
    return event
