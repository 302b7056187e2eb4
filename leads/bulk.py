"""Changing many leads at once, and taking it back.

The rules of a change are the lead's own (`Lead.take_status`, `take_assignee`); here is what
doing it to thousands needs: short transactions of bounded size, in each the rows locked in the
order of their ids, so that two such runs never wait for each other in a ring. Every change is
recorded as a single one is, its event carrying the run's id and what Undo needs besides. The audit
trail gets one entry for the whole run, with its last batch: should a process die between two, the
events alone tell of the first.
"""

import logging
from collections import defaultdict
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TypeVar
from uuid import UUID

from django.db import DatabaseError, transaction
from django.db.models import F, Q, Value
from django.db.models.functions import Now
from django.db.models.lookups import GreaterThan

from foundation.ids import uuid7
from leads import moving
from leads.assignment import take_assignee
from leads.bulk_trail import Trail
from leads.models import EventKind, Lead, LeadEvent, LeadEventQuerySet, LeadQuerySet
from leads.models.choices import LeadStatus
from leads.temperature import temperature
from organisations.actors import Actor
from organisations.models import Organisation, User

logger = logging.getLogger(__name__)

MOST_AT_ONCE = 10_000  # leads that one request changes: a few seconds' work
BATCH = 1_000  # rows that one transaction locks
UNDO_LASTS = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Chosen:
    """A lead that a person chose, as the list showed it to them."""

    id: UUID
    status: str
    assignee_id: UUID | None


@dataclass(frozen=True, slots=True)
class Move:
    """To another status."""

    status: LeadStatus
    fields = ("status", "moved_on")

    @property
    def words(self) -> str:
        """What was done, after the number of leads."""
        return f"moved to {self.status.label}"

    @property
    def details(self) -> dict[str, str | None]:
        """What was done, as the audit trail keeps it."""
        return {"what": EventKind.STATUS.value, "to": self.status.value}

    def take(self, lead: Lead, *, by: Actor) -> LeadEvent | None:
        """Change the object and return the event, unsaved; None where it stands so already."""
        moved_on = lead.moved_on
        event = moving.take_status(lead, self.status, by=by)
        if event is not None:
            event.payload["moved_on"] = moved_on  # what Undo restores besides the status
        return event

    def overtaken(self, lead: Lead, seen: Chosen) -> bool:
        """Whether somebody else made such a change since the person saw the lead."""
        return lead.status not in (seen.status, self.status)

    def still_to_do(self, leads: LeadQuerySet) -> LeadQuerySet:
        """Those of the leads that do not stand so already."""
        return leads.exclude(status=self.status)


@dataclass(frozen=True, slots=True)
class Assign:
    """To a person of the agency, or to nobody."""

    person: User | None
    fields = ("assignee", "search")

    @property
    def words(self) -> str:
        return f"assigned to {self.person.name}" if self.person else "assigned to nobody"

    @property
    def details(self) -> dict[str, str | None]:
        to_id = str(self.person.id) if self.person else None
        return {"what": EventKind.ASSIGNMENT.value, "to_id": to_id}

    def take(self, lead: Lead, *, by: Actor) -> LeadEvent | None:
        return take_assignee(lead, self.person, by=by)

    def overtaken(self, lead: Lead, seen: Chosen) -> bool:
        return lead.assignee_id not in (seen.assignee_id, self.person and self.person.id)

    def still_to_do(self, leads: LeadQuerySet) -> LeadQuerySet:
        return leads.exclude(assignee=self.person)


Change = Move | Assign
Batch = TypeVar("Batch")


@dataclass(slots=True)
class Outcome:
    """What became of the leads, in numbers."""

    bulk_id: UUID = field(default_factory=uuid7)
    changed: int = 0
    standing: int = 0  # stood so already
    overtaken: int = 0  # changed by somebody else meanwhile, and left alone
    unreached: int = 0  # left over where the database failed halfway
    missing: int = 0  # not, or no longer, among the agency's leads


def change_chosen(
    organisation: Organisation, chosen: Sequence[Chosen], change: Change, *, by: Actor
) -> Outcome:
    """Change the leads that were chosen one by one, but for those changed since they were seen."""
    seen = {choice.id: choice for choice in chosen}
    outcome = Outcome(missing=len(seen))
    leads = Lead.objects.for_organisation(organisation).standing()

    def take(rows: list[Lead]) -> list[LeadEvent]:
        untouched = [row for row in rows if not change.overtaken(row, seen[row.id])]
        events = _taken(untouched, change, by, outcome.bulk_id)
        outcome.missing -= len(rows)
        outcome.overtaken += len(rows) - len(untouched)
        outcome.standing += len(untouched) - len(events)
        return events

    trail = Trail(by, outcome.bulk_id, change.details)
    for ids, is_last in _with_end(_batches(sorted(seen))):
        trail = _in_one_transaction(leads, ids, change.fields, take, trail, is_last=is_last)
    outcome.changed = trail.changed
    return outcome


def change_matching(leads: LeadQuerySet, change: Change, *, by: Actor) -> Outcome:
    """Change those of the leads that do not stand so already, the newest MOST_AT_ONCE of them.

    `leads` is one agency's, narrowed by a filter. Each batch asks the filter again once it holds
    its rows: a lead that somebody else took out of it meanwhile is left alone, as overtaken.
    """
    outcome = Outcome()
    waiting = change.still_to_do(leads)
    ids = sorted(waiting.newest_first().values_list("id", flat=True)[:MOST_AT_ONCE])

    def take(rows: list[Lead]) -> list[LeadEvent]:
        return _taken(rows, change, by, outcome.bulk_id)

    done = 0
    trail = Trail(by, outcome.bulk_id, change.details)
    for batch, is_last in _with_end(_batches(ids)):
        try:
            trail = _in_one_transaction(waiting, batch, change.fields, take, trail, is_last=is_last)
        except DatabaseError:
            if not done:
                raise
            # What was done stays done, and can be undone: that must be said, not a fault of ours.
            logger.exception("a change of many leads stopped after %d of %d", done, len(ids))
            trail.write()
            break
        done += len(batch)
    outcome.changed = trail.changed
    outcome.unreached = len(ids) - done
    outcome.overtaken = done - outcome.changed
    return outcome


def _taken(rows: list[Lead], change: Change, by: Actor, bulk_id: UUID) -> list[LeadEvent]:
    """The events of the rows that changed, marked with the run."""
    events = [event for row in rows if (event := change.take(row, by=by)) is not None]
    for event in events:
        event.payload["bulk"] = str(bulk_id)
    return events


def _batches(ids: Sequence[UUID]) -> Iterator[Sequence[UUID]]:
    for start in range(0, len(ids), BATCH):
        yield ids[start : start + BATCH]


def _with_end(batches: Iterator[Batch]) -> Iterator[tuple[Batch, bool]]:
    """Each batch, and whether it is the last."""
    batch = next(batches, None)
    while batch is not None:
        following = next(batches, None)
        yield batch, following is None
        batch = following


@transaction.atomic
def _in_one_transaction(
    leads: LeadQuerySet,
    ids: Sequence[UUID],
    fields: Sequence[str],
    take: Callable[[list[Lead]], list[LeadEvent]],
    trail: Trail,
    *,
    is_last: bool,
) -> Trail:
    """Lock those of the leads, let `take` change them, save them and its events.

    Returns the run's trail with these, which the last batch writes down.
    """
    locked = leads.filter(id__in=ids).order_by("id")
    # `search` is long, never read here, and made anew where it changes. Assignees are read after
    # the lock: what was joined while waiting for it is out of date.
    rows = locked.prefetch_related("assignee").defer("search")
    events = take(list(rows.select_for_update(no_key=True)))
    LeadEvent.objects.bulk_create(events)
    Lead.objects.bulk_update([event.lead for event in events], fields)
    trail = trail.plus(events)
    if is_last:
        trail.write()
    return trail


# --- Undo ----------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Run:
    """A change of many leads that was made."""

    id: UUID
    person_id: UUID | None
    kind: str
    lapsed: bool  # too long ago to be undone

    def may_be_undone_by(self, person: User) -> bool:
        """By the person who made it, or an admin of the agency."""
        return person.is_admin or person.id == self.person_id


def find_run(organisation: Organisation, bulk_id: UUID) -> Run | None:
    """The run of this id, None where the agency has none or nothing was changed by it."""
    events = LeadEvent.objects.for_organisation(organisation).of_bulk(bulk_id)
    lapsed = GreaterThan(Now() - F("created_at"), Value(UNDO_LASTS))
    first = events.order_by("id").values_list("actor_id", "kind", lapsed).first()
    return Run(bulk_id, *first) if first else None


def undo(organisation: Organisation, run: Run, *, by: Actor) -> Outcome:
    """Give each lead of the run back what it had before it, unless it was changed since.

    Each restoring is recorded as an event of its own. A lead that was changed since is counted as
    overtaken and left alone, and so is each when a run is undone twice.
    """
    outcome = Outcome()
    events = LeadEvent.objects.for_organisation(organisation).of_bulk(run.id).order_by("id")
    leads = Lead.objects.for_organisation(organisation).standing()
    way = MoveBack() if run.kind == EventKind.STATUS else AssignBack.within(organisation)
    trail = Trail(by, run.id, {"what": run.kind, "undoes": str(run.id)})
    for batch, is_last in _with_end(_batches_of_events(events)):
        done = {event.lead_id: event for event in batch}
        outcome.missing += len(batch)

        def take(rows: list[Lead], done: Mapping[UUID, LeadEvent] = done) -> list[LeadEvent]:
            since = _kinds_since(organisation, done)
            undone = [
                event
                for row in rows
                if run.kind not in since[row.id]
                and (event := way.back(row, done[row.id], since[row.id], by=by)) is not None
            ]
            for event in undone:
                event.payload["undoes"] = str(run.id)
            outcome.missing -= len(rows)
            outcome.overtaken += len(rows) - len(undone)
            return undone

        trail = _in_one_transaction(leads, sorted(done), way.fields, take, trail, is_last=is_last)
    outcome.changed = trail.changed
    return outcome


def _batches_of_events(events: LeadEventQuerySet) -> Iterator[list[LeadEvent]]:
    """Those of a run, in the order of their ids."""
    batch = list(events[:BATCH])
    while batch:
        yield batch
        batch = list(events.filter(id__gt=batch[-1].id)[:BATCH])


class MoveBack:
    fields = Move.fields

    def back(
        self, lead: Lead, done: LeadEvent, since: Container[str], *, by: Actor
    ) -> LeadEvent | None:
        """Restore the object and return the event, unsaved; None where something else stands."""
        if lead.status != done.to_value:
            return None
        moved_on = done.payload["moved_on"]
        status = str(done.from_value)
        if not moved_on and EventKind.CAPTURE in since:
            # The status was the system's to set, and would have followed the score meanwhile.
            status = temperature(lead.score) or LeadStatus.NEW
        event = moving.take_status(lead, status, by=by)
        lead.moved_on = moved_on
        return event


@dataclass(frozen=True, slots=True)
class AssignBack:
    people: Mapping[str, User]
    fields = Assign.fields

    @classmethod
    def within(cls, organisation: Organisation) -> "AssignBack":
        return cls({str(person.id): person for person in organisation.people.all()})

    def back(
        self, lead: Lead, done: LeadEvent, since: Container[str], *, by: Actor
    ) -> LeadEvent | None:
        if (lead.assignee_id and str(lead.assignee_id)) != done.payload["to_id"]:
            return None
        return take_assignee(lead, self.people.get(done.payload["from_id"]), by=by)


def _kinds_since(
    organisation: Organisation, done: Mapping[UUID, LeadEvent]
) -> Mapping[UUID, set[str]]:
    """For each lead the kinds of event that came after its own of the run.

    After by either mark: an event's time is when its transaction began, which may be before the
    run whose lock it waited for; its id is made in the writing, by the clock of another process.
    """
    first = min(done.values(), key=lambda event: event.id)
    after = LeadEvent.objects.for_organisation(organisation).filter(
        Q(created_at__gt=first.created_at) | Q(id__gt=first.id), lead__in=done.keys()
    )
    kinds: dict[UUID, set[str]] = defaultdict(set)
    for lead_id, kind, id_, at in after.values_list("lead_id", "kind", "id", "created_at"):
        own = done[lead_id]
        if id_ > own.id or at > own.created_at:
            kinds[lead_id].add(kind)
    return kinds
