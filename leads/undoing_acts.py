"""Taking back what a person did to a lead by one press (acts.py), and nothing else.

The lead gets back what it had before, unless somebody changed the same things since. What it had
stands in the act's events; an Undo leaves events of its own, which name the act.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from leads import moving
from leads.assignment import save_assigned, take_assignee
from leads.follow_ups import set_follow_up
from leads.losing import write_down
from leads.models import EventKind, Lead, LeadEvent
from leads.models.choices import LeadStatus
from leads.undoing import UNDO_LASTS, status_before
from organisations.actors import Actor
from organisations.changes.numbering import numbered_last
from organisations.models import Organisation, User

_BESIDE = (EventKind.NOTE, EventKind.CAPTURE)  # kinds of event that stand in the way of no Undo


@dataclass(frozen=True, slots=True)
class Done:
    """An act that was done, as its events tell of it."""

    events: Sequence[LeadEvent]

    @property
    def is_over(self) -> bool:
        """Whether it is too long ago to be undone."""
        return _is_over(self.events[0].created_at)

    def may_be_undone_by(self, person: User) -> bool:
        """By the person who did it, or an admin of the agency."""
        return person.is_admin or person.id == self.events[0].actor_id

    def of_kind(self, kind: EventKind) -> LeadEvent | None:
        """The act's own event of that kind, of which it has one at most."""
        return next((event for event in self.events if event.kind == kind), None)


def find_act(lead: Lead, organisation: Organisation, act_id: UUID) -> Done | None:
    """What was done to the lead under this id; None where that is nothing."""
    events = LeadEvent.objects.for_organisation(organisation).filter(lead=lead)
    done = list(events.filter(payload__act=str(act_id)).order_by("id"))
    return Done(done) if done else None


def act_to_undo(events: Iterable[LeadEvent], reader: User) -> LeadEvent | None:
    """Of a lead's events, the newest first, the one at which its last act may still be undone.

    What came after it, but for notes and captures, stands in the way.
    """
    for event in events:
        if event.kind in _BESIDE and "act" not in event.payload:
            continue
        is_open = "act" in event.payload and not _is_over(event.created_at)
        return event if is_open and Done([event]).may_be_undone_by(reader) else None
    return None


def changed_since(lead: Lead, organisation: Organisation, done: Done) -> LeadEvent | None:
    """The last event by which something that the act changed was changed after it.

    After by either mark: an event's time is when its transaction began, which may be before the act
    whose lock it waited for; its id is made in the writing, by the clock of another process.
    """
    first = done.events[0]
    events = LeadEvent.objects.for_organisation(organisation).filter(lead=lead)
    own = [event.id for event in done.events]
    after = events.filter(Q(created_at__gt=first.created_at) | Q(id__gt=first.id))
    return next(
        (
            event
            for event in after.exclude(id__in=own).newest_first()
            if any(_is_of_the_same(event, one) for one in done.events)
        ),
        None,
    )


@numbered_last()
def undo(lead: Lead, organisation: Organisation, done: Done, *, by: Actor) -> None:
    """Give the lead back what it had before the act.

    The lead's row must be locked, and nothing that the act changed be changed since.
    """
    marks = {"undoes": done.events[0].payload["act"]}
    if assigned := done.of_kind(EventKind.ASSIGNMENT):
        former = assigned.payload["from_id"]
        person = organisation.people.filter(id=former).first() if former else None
        save_assigned([take_assignee(lead, person, by=by)], marks, by=by)
    if followed := done.of_kind(EventKind.FIELD):
        day = date.fromisoformat(followed.from_value) if followed.from_value else None
        set_follow_up(lead, day, by=by, marks=marks)
    if moved := done.of_kind(EventKind.STATUS):  # last: its entry takes the lock of the audit trail
        since = _kinds_since(lead, organisation, done)
        _move_back(lead, moved, since, by=by, marks=marks)


def _kinds_since(lead: Lead, organisation: Organisation, done: Done) -> set[str]:
    """What kinds of thing happened to the lead after the act."""
    events = LeadEvent.objects.for_organisation(organisation).filter(lead=lead)
    return set(events.filter(id__gt=done.events[-1].id).values_list("kind", flat=True))


def _move_back(
    lead: Lead, moved: LeadEvent, since: set[str], *, by: Actor, marks: dict[str, str]
) -> None:
    status = LeadStatus(status_before(lead, moved, since))
    moving.move(
        lead.id,
        status,
        organisation_id=lead.organisation_id,
        by=by,
        payload=marks,
        moved_on=moved.payload["moved_on"],
    )
    if status == LeadStatus.LOST:
        write_down([(lead, moved.payload["was_lost"])])


def _is_of_the_same(event: LeadEvent, one: LeadEvent) -> bool:
    """Whether both changed one and the same thing; a note changes nothing."""
    same_field = event.payload.get("field") == one.payload.get("field")
    return event.kind == one.kind and event.kind != EventKind.NOTE and same_field


def _is_over(done_at: datetime) -> bool:
    return timezone.now() - done_at >= UNDO_LASTS
