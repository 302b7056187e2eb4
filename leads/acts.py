"""What a person does to a lead by one press: several changes that are made, and undone, together.

Each change is its own rule's (`moving.py`, `assignment.py`, `follow_ups.py`, `notes.py`) and leaves
its own event. What belongs together bears one mark, the act's id, by which `undoing_acts.py` finds
it again.
"""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from foundation.ids import uuid7
from leads import moving
from leads.assignment import save_assigned, take_assignee
from leads.follow_ups import set_follow_up
from leads.losing import LostFor, why_lost, write_down
from leads.models import Lead
from leads.models.choices import LeadStatus
from leads.notes import add_call_without_answer, add_note
from organisations.actors import Actor
from organisations.changes.numbering import numbered_last
from organisations.models import User


@dataclass(frozen=True, slots=True)
class Act:
    """What one press changes; what is not said stays as it is."""

    status: LeadStatus | None = None
    lost_for: LostFor | None = None
    is_mine: bool = False  # whoever acts has the lead from then on
    follow_up_on: date | None = None
    is_no_answer: bool = False  # a call that nobody answered
    note: str = ""


@numbered_last()
def do(lead: Lead, act: Act, *, person: User, by: Actor) -> UUID:
    """Make the act's changes, and return the id by which they are undone.

    The lead's row must be locked, and the lead as it stands. A note that the person wrote beside
    the act is not part of it: undoing leaves what was written.
    """
    act_id = uuid7()
    marks = {"act": str(act_id)}
    if act.is_no_answer:
        add_call_without_answer(lead, act.note, by=by, marks=marks)
    elif act.note:
        add_note(lead, act.note, by=by)
    if act.is_mine:
        save_assigned([take_assignee(lead, person, by=by)], marks, by=by)
    if act.follow_up_on is not None:
        set_follow_up(lead, act.follow_up_on, by=by, marks=marks)
    if act.status is not None:  # last: its entry takes the lock of the audit trail
        _move(lead, act.status, act.lost_for, by=by, marks=marks)
    return act_id


def _move(
    lead: Lead, status: LeadStatus, lost_for: LostFor | None, *, by: Actor, marks: dict[str, str]
) -> None:
    """Move the lead, its event keeping why it was lost and what Undo needs besides the status."""
    payload = {
        **marks,
        "moved_on": lead.moved_on,
        "was_lost": why_lost(lead),
        **(lost_for.columns if lost_for else {}),
    }
    moving.move(lead.id, status, organisation_id=lead.organisation_id, by=by, payload=payload)
    if lost_for is not None:
        write_down([(lead, lost_for.columns)])
    lead.status, lead.moved_on = status, True
