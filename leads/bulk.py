"""Changing many leads at once; `undoing.py` takes it back.

The rules of a change are the lead's own (`moving.py`, `assignment.py`); here is what doing it to
thousands needs: short transactions of bounded size, in each the rows locked in the order of their
ids, so that two such runs never wait for each other in a ring. Every change is recorded as a single
one is, its event carrying the run's id and what Undo needs besides. The audit trail gets one entry
for the whole run, with its last batch: should a process die between two, the events alone tell of
the first.
"""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import UUID

from django.db import DatabaseError

from foundation.ids import uuid7
from foundation.lists.paging import count_of
from leads import moving
from leads.as_shown import Shown
from leads.assignment import save_assigned, take_assignee
from leads.bulk_trail import Trail
from leads.losing import why_lost
from leads.models import EventKind, Lead, LeadQuerySet
from leads.models.choices import LeadStatus
from organisations.actors import Actor
from organisations.changes.numbering import numbered_last
from organisations.models import Organisation, User

logger = logging.getLogger(__name__)

MOST_AT_ONCE = 10_000  # leads that one request changes: a few seconds' work
BATCH = 1_000  # rows that one transaction locks


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

    @property
    def words(self) -> str:
        """What was done, after the number of leads."""
        return f"moved to {self.status.label}"

    @property
    def details(self) -> dict[str, str | None]:
        """What was done, as the audit trail keeps it."""
        return {"what": EventKind.STATUS.value, "to": self.status.value}

    @property
    def names(self) -> dict[str, str]:
        """What people in the details are called at this time."""
        return {}

    def still_to_do(self, leads: LeadQuerySet) -> LeadQuerySet:
        """Those of the leads that do not stand so already."""
        return leads.exclude(status=self.status)

    def unchanged_among(self, leads: LeadQuerySet) -> LeadQuerySet:
        """Those of the leads that do."""
        return leads.filter(status=self.status)

    def stands(self, lead: Lead) -> bool:
        """Whether the lead stands so already."""
        return lead.status == self.status

    def overtaken(self, lead: Lead, seen: Chosen) -> bool:
        """Whether somebody else made such a change since the person saw the lead."""
        return lead.status not in (seen.status, self.status)

    def make(self, leads: Sequence[Lead], *, by: Actor, marks: dict[str, Any]) -> None:
        """Change the leads, which are locked and do not stand so, with their events.

        The marks go into each event's payload, with what Undo restores besides the status.
        """
        if not leads:
            return
        steps = [
            moving.Step(
                lead.id,
                self.status,
                marks | {"moved_on": lead.moved_on, "was_lost": why_lost(lead)},
            )
            for lead in leads
        ]
        moving.move_each(steps, organisation_id=leads[0].organisation_id, by=by)


@dataclass(frozen=True, slots=True)
class Assign:
    """To a person of the agency, or to nobody."""

    person: User | None

    @property
    def words(self) -> str:
        return f"assigned to {self.person.name}" if self.person else "assigned to nobody"

    @property
    def details(self) -> dict[str, str | None]:
        to_id = str(self.person.id) if self.person else None
        return {"what": EventKind.ASSIGNMENT.value, "to_id": to_id}

    @property
    def names(self) -> dict[str, str]:
        return {"to_id": self.person.name} if self.person else {}

    def still_to_do(self, leads: LeadQuerySet) -> LeadQuerySet:
        return leads.exclude(assignee=self.person)

    def unchanged_among(self, leads: LeadQuerySet) -> LeadQuerySet:
        return leads.filter(assignee=self.person)

    def stands(self, lead: Lead) -> bool:
        return lead.assignee_id == (self.person and self.person.id)

    def overtaken(self, lead: Lead, seen: Chosen) -> bool:
        return lead.assignee_id not in (seen.assignee_id, self.person and self.person.id)

    def make(self, leads: Sequence[Lead], *, by: Actor, marks: dict[str, Any]) -> None:
        save_assigned([take_assignee(lead, self.person, by=by) for lead in leads], marks, by=by)


Change = Move | Assign
Batch = TypeVar("Batch")


@dataclass(slots=True)
class Outcome:
    """What became of the leads, in numbers."""

    bulk_id: UUID = field(default_factory=uuid7)
    changed: int = 0
    unchanged: int = 0  # stood so already
    overtaken: int = 0  # changed by somebody else meanwhile, and left alone
    arrived: int = 0  # came after the page was made, and were left alone
    gone: int = 0  # matched when the page was made, and no longer do
    unreached: int = 0  # left over where the database failed halfway
    missing: int = 0  # not, or no longer, among the agency's leads


def change_chosen(
    organisation: Organisation, chosen: Sequence[Chosen], change: Change, *, by: Actor
) -> Outcome:
    """Change the leads that were chosen one by one, but for those changed since they were seen."""
    seen = {choice.id: choice for choice in chosen}
    outcome = Outcome(missing=len(seen))
    trail = Trail(by, outcome.bulk_id, change.details, change.names)
    leads = Lead.objects.for_organisation(organisation).unmerged()
    for ids, is_last in with_end(_batches(sorted(seen))):
        with numbered_last():
            rows = locked(leads, ids)
            untouched = [row for row in rows if not change.overtaken(row, seen[row.id])]
            trail = _changed(untouched, change, trail, is_last=is_last)
        outcome.missing -= len(rows)
        outcome.overtaken += len(rows) - len(untouched)
        outcome.unchanged += len(untouched)
    outcome.changed = trail.changed
    outcome.unchanged -= trail.changed
    return outcome


def change_matching(
    leads: LeadQuerySet, change: Change, *, by: Actor, shown: Shown | None = None
) -> Outcome:
    """Change those of the leads that do not stand so already, the newest MOST_AT_ONCE of them.

    `leads` is one agency's, narrowed by a filter, and `shown` the page on which a person chose them
    all, if one did. Each batch asks the filter again once it holds its rows: a lead that somebody
    else took out of it meanwhile, or changed since that page was made, is left alone.
    """
    outcome = left_alone(leads, change, shown) if shown else Outcome()
    trail = Trail(by, outcome.bulk_id, change.details, change.names)
    waiting = change.still_to_do(shown.untouched(leads) if shown else leads)
    ids = sorted(waiting.newest_first().values_list("id", flat=True)[:MOST_AT_ONCE])
    done = 0
    for batch, is_last in with_end(_batches(ids)):
        try:
            with numbered_last():
                rows = locked(waiting, batch)
                rows = shown.still_untouched(rows) if shown else rows
                trail = _changed(rows, change, trail, is_last=is_last)
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
    outcome.overtaken += done - outcome.changed
    return outcome


def left_alone(leads: LeadQuerySet, change: Change, shown: Shown) -> Outcome:
    """What a change of these leads will leave as it is, counted before anything is changed."""
    to_do = change.still_to_do(leads)
    outcome = Outcome(
        arrived=count_of(shown.arrived(to_do)).number,
        overtaken=count_of(shown.overtaken(to_do)).number,
    )
    if shown.number is not None:
        there = shown.there(leads)
        outcome.unchanged = count_of(change.unchanged_among(there), most=shown.number).number
        outcome.gone = shown.number - count_of(there, most=shown.number).number
    return outcome


def _batches(ids: Sequence[UUID]) -> Iterator[Sequence[UUID]]:
    for start in range(0, len(ids), BATCH):
        yield ids[start : start + BATCH]


def with_end(batches: Iterator[Batch]) -> Iterator[tuple[Batch, bool]]:
    """Each batch, and whether it is the last."""
    batch = next(batches, None)
    while batch is not None:
        following = next(batches, None)
        yield batch, following is None
        batch = following


def locked(leads: LeadQuerySet, ids: Sequence[UUID]) -> list[Lead]:
    """Those of the leads, locked until the transaction ends, in the order of their ids."""
    # Assignees are read after the lock: what was joined while waiting for it is out of date.
    # `search` is long, never read here, and made anew where it changes.
    rows = leads.filter(id__in=ids).order_by("id").prefetch_related("assignee").defer("search")
    return list(rows.select_for_update(no_key=True))


def _changed(leads: Sequence[Lead], change: Change, trail: Trail, *, is_last: bool) -> Trail:
    """Change those of the locked leads that do not stand so already; the trail with these.

    The run's last batch writes the trail down.
    """
    changing = [lead for lead in leads if not change.stands(lead)]
    change.make(changing, by=trail.by, marks={"bulk": str(trail.bulk_id)})
    trail = trail.plus(changing)
    if is_last:
        trail.write()
    return trail
