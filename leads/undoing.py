"""Taking a change of many leads back.

Each lead gets back what it had before the run, unless somebody changed that since. What it had
stands in the run's events; an Undo leaves events of its own.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, F, Min, Q, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Now
from django.db.models.lookups import GreaterThan
from django.utils import timezone

from leads import bulk, moving
from leads.assignment import save_assigned, take_assignee
from leads.bulk_trail import Trail
from leads.losing import write_down
from leads.models import EventKind, Lead, LeadEvent
from leads.models.choices import LeadStatus
from leads.temperature import temperature
from organisations.actors import Actor
from organisations.changes.numbering import numbered_last
from organisations.models import AuditEntry, Organisation, User

UNDO_LASTS = timedelta(hours=1)

Events = Mapping[UUID, LeadEvent]  # those of a run, by their leads
KindsSince = Mapping[UUID, set[str]]  # what happened to each lead after them


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


@dataclass(frozen=True, slots=True)
class OpenRun:
    """A change of many leads that can still be taken back."""

    id: UUID
    leads: int  # that it changed


def may_be_open(run_id: UUID | None, made_at: datetime) -> UUID | None:
    """The id of a run whose hour is not over; None spares the question whether it is open."""
    return run_id if timezone.now() - made_at < UNDO_LASTS else None


def open_runs(
    organisation: Organisation, told_by: Mapping[UUID, UUID | None], person: User
) -> dict[UUID, OpenRun]:
    """Those runs that the person may take back now, by the ids of the rows that tell of them.

    `told_by` holds the run of each such row. Nothing is asked where there is none.
    """
    ids = {run for run in told_by.values() if run}
    still_open = _open_runs(organisation, ids, person) if ids else {}
    return {row: still_open[run] for row, run in told_by.items() if run in still_open}


def _open_runs(
    organisation: Organisation, ids: Collection[UUID], person: User
) -> dict[UUID | None, OpenRun]:
    events = LeadEvent.objects.for_organisation(organisation).of_bulk(*ids)
    if not person.is_admin:
        events = events.filter(actor_id=person.id)
    runs = events.values_list(KeyTextTransform("bulk", "payload")).annotate(
        leads=Count("id"), begun=Min("created_at")
    )
    undone = AuditEntry.objects.for_organisation(organisation).filter(
        target_id__in=ids, details__has_key="undoes"
    )
    taken_back = {str(run) for run in undone.values_list("target_id", flat=True)}
    return {
        UUID(run): OpenRun(UUID(run), leads)
        for run, leads, _ in runs.filter(begun__gt=Now() - UNDO_LASTS)
        if run not in taken_back
    }


def undo(organisation: Organisation, run: Run, *, by: Actor) -> bulk.Outcome:
    """Give each lead of the run back what it had before it, unless it was changed since.

    Each restoring is recorded as an event of its own. A lead that was changed since is counted as
    overtaken and left alone, and so is each when a run is undone twice.
    """
    outcome = bulk.Outcome()
    trail = Trail(by, run.id, {"what": run.kind, "undoes": str(run.id)})
    leads = Lead.objects.for_organisation(organisation).unmerged()
    for events, is_last in bulk.with_end(_batches_of_events(organisation, run)):
        done = {event.lead_id: event for event in events}
        with numbered_last():
            rows = bulk.locked(leads, sorted(done))
            undone = _give_back(organisation, run, rows, done, by=by)
            trail = trail.plus(undone)
            if is_last:
                trail.write()
        outcome.missing += len(events) - len(rows)
        outcome.overtaken += len(rows) - len(undone)
    outcome.changed = trail.changed
    return outcome


def _batches_of_events(organisation: Organisation, run: Run) -> Iterator[list[LeadEvent]]:
    """Those of the run, in the order of their ids."""
    events = LeadEvent.objects.for_organisation(organisation).of_bulk(run.id).order_by("id")
    batch = list(events[: bulk.BATCH])
    while batch:
        yield batch
        batch = list(events.filter(id__gt=batch[-1].id)[: bulk.BATCH])


def _give_back(
    organisation: Organisation, run: Run, leads: Sequence[Lead], done: Events, *, by: Actor
) -> list[Lead]:
    """Undo the events on the locked leads; returns those that got something back."""
    since = _kinds_since(organisation, done)
    untouched = [lead for lead in leads if run.kind not in since[lead.id]]
    marks = {"undoes": str(run.id)}
    if run.kind == EventKind.STATUS:
        return _move_back(organisation, untouched, done, since, by=by, marks=marks)
    return _assign_back(organisation, untouched, done, by=by, marks=marks)


def _kinds_since(organisation: Organisation, done: Events) -> KindsSince:
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


def _move_back(
    organisation: Organisation,
    leads: Sequence[Lead],
    done: Events,
    since: KindsSince,
    *,
    by: Actor,
    marks: dict[str, str],
) -> list[Lead]:
    """Those that stand where the run moved them, moved to where they were."""
    steps: dict[UUID, moving.Step] = {}
    for lead in leads:
        event = done[lead.id]
        status = status_before(lead, event, since[lead.id])
        if lead.status == event.to_value != status:
            moved_on = event.payload["moved_on"]
            steps[lead.id] = moving.Step(lead.id, status, marks, moved_on=moved_on)
    moving.move_each(steps.values(), organisation_id=organisation.id, by=by)
    # Runs from before leads had reasons kept none.
    write_down(
        (lead, done[lead.id].payload["was_lost"])
        for lead in leads
        if lead.id in steps
        and steps[lead.id].status == LeadStatus.LOST
        and "was_lost" in done[lead.id].payload
    )
    return [lead for lead in leads if lead.id in steps]


def status_before(lead: Lead, event: LeadEvent, since: set[str]) -> str:
    """The status that the lead would have, had the event not been."""
    if EventKind.CAPTURE in since and not event.payload["moved_on"]:
        # It was the system's to set, and would have followed the score meanwhile.
        return temperature(lead.score) or LeadStatus.NEW
    return str(event.from_value)


def _assign_back(
    organisation: Organisation,
    leads: Sequence[Lead],
    done: Events,
    *,
    by: Actor,
    marks: dict[str, str],
) -> list[Lead]:
    """Those whom the run's person still has, given back to whoever had them."""
    people = {str(person.id): person for person in organisation.people.all()}
    given = [lead for lead in leads if _text(lead.assignee_id) == done[lead.id].payload["to_id"]]
    events = [
        take_assignee(lead, people.get(done[lead.id].payload["from_id"]), by=by) for lead in given
    ]
    save_assigned(events, marks, by=by)
    return [lead for lead, event in zip(given, events, strict=True) if event is not None]


def _text(id_: UUID | None) -> str | None:
    return None if id_ is None else str(id_)
