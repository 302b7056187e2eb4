"""What people write down about a lead; each note is an event and stays as written."""

from collections.abc import Mapping
from typing import Any

from leads.events import new_event
from leads.models import EventKind, Lead, LeadEvent
from organisations.actors import Actor

LONGEST_NOTE = 5_000  # characters
NO_ANSWER = "no_answer"  # of a note: what became of a call


def add_note(lead: Lead, text: str, *, by: Actor) -> LeadEvent:
    """Write it down, with who and when."""
    return _written(new_event(lead, EventKind.NOTE, by=by, payload={"text": text}))


def add_call_without_answer(
    lead: Lead, text: str, *, by: Actor, marks: Mapping[str, Any]
) -> LeadEvent:
    """Write down that nobody answered, with what the person wrote beside it, if anything."""
    said = {"text": text} if text else {}
    payload = {"call": NO_ANSWER, **said, **marks}
    return _written(new_event(lead, EventKind.NOTE, by=by, payload=payload))


def _written(event: LeadEvent) -> LeadEvent:
    event.save(force_insert=True)
    return event
