"""What follows from a change of a lead's facts: score, status and what it is found by."""

from leads import search
from leads.agency_weights import weights_of
from leads.events import new_event
from leads.models import EventKind, Lead, LeadEvent
from leads.scoring import apply_score
from organisations.actors import SYSTEM

# What `rescore` may change besides the facts themselves.
RESCORED_FIELDS = ("score", "status", "search")


def rescore(lead: Lead, visitor_messages: int) -> list[LeadEvent]:
    """Score the lead again, and the status with it while nobody moved it on; nothing is saved.

    Returns the system's event of a status that changed, to be saved with the lead.
    """
    change = apply_score(lead, visitor_messages, weights_of(lead.organisation_id))
    search.renew(lead)
    return [new_event(lead, EventKind.STATUS, by=SYSTEM, change=change)] if change else []


def count_visitor_messages(lead: Lead) -> int:
    """How many messages of all its conversations are the lead's own."""
    ours = lead.conversations.filter(organisation_id=lead.organisation_id)
    return ours.count_visitor_messages()
