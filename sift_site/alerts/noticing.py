"""What an agency's feed says that somebody wants to be told.

A capture writes no letter and no row for it: the worker reads the feed, one agency at a time and
from where it was read to. Of what the system itself did, an import or the demo, nobody is told.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from leads.models import Alert, AlertKind, EventKind, Lead, LeadEvent
from leads.models.choices import LeadStatus
from organisations.actors import ActorKind
from organisations.hours.opening import OpeningHours
from organisations.hours.reading import hours_of
from organisations.models import AlertPosition, Change, ChangeType, Organisation, User

MOST_READ = 500  # changes at once
_ARRIVALS = (
    ChangeType.LEAD_CREATED,
    ChangeType.CONVERSATION_CREATED,
    ChangeType.MESSAGE_ADDED,
)


def read_on(position: AlertPosition, latest: int) -> None:
    """Note what the next changes call for, and move the position, which must be locked, unsaved.

    `latest` is the feed's own; it is behind what was read where a backup was restored.
    """
    organisation = position.organisation
    people = list(organisation.people.filter(is_active=True))
    wants_any = any(each.letter_of_hot_leads or each.letter_of_assigned for each in people)
    if not wants_any and organisation.untaken_minutes is None:
        position.position = latest
        return
    ours = Change.objects.for_organisation(organisation)
    changes = list(ours.after(position.position)[:MOST_READ])
    arrived = _hot_among(organisation, changes)
    hours = hours_of(organisation)
    Alert.objects.note(
        [
            *_to_whoever_wants_it(arrived, people, hours),
            *_to_admins_if_untaken(arrived, organisation.untaken_minutes, hours),
            *_to_whom_it_was_given(organisation, changes),
        ]
    )
    position.position = changes[-1].position if changes else latest


_Arrived = list[tuple[Lead, datetime]]


def _hot_among(organisation: Organisation, changes: Iterable[Change]) -> _Arrived:
    """The leads that wrote and are hot now, each with when it did."""
    times = {
        change.lead_id: change.created_at
        for change in changes
        if change.type in _ARRIVALS and change.actor_kind not in (None, ActorKind.SYSTEM)
    }
    leads = Lead.objects.for_organisation(organisation).unmerged().defer("search")
    hot = leads.filter(id__in=list(times), status=LeadStatus.HOT) if times else ()
    return [(lead, times[lead.id]) for lead in hot]


def _to_whoever_wants_it(
    arrived: _Arrived, people: Sequence[User], hours: OpeningHours
) -> Iterator[Alert]:
    """At once while the agency is open, else when it opens. Who has the lead is told alone."""
    for lead, at in arrived:
        due_at = hours.next_opening(at) or at
        for person in people:
            if person.letter_of_hot_leads and lead.assignee_id in (None, person.id):
                yield _alert(lead, AlertKind.HOT, person.id, due_at)


def _to_admins_if_untaken(
    arrived: _Arrived, minutes: int | None, hours: OpeningHours
) -> Iterator[Alert]:
    """Once so many open minutes have passed; whether somebody took it is looked at then."""
    for lead, at in arrived if minutes is not None else ():
        due_at = hours.after(at, timedelta(minutes=minutes or 0))
        if due_at is not None and lead.assignee_id is None:
            yield _alert(lead, AlertKind.UNTAKEN, None, due_at)


def _to_whom_it_was_given(organisation: Organisation, changes: Iterable[Change]) -> Iterator[Alert]:
    """Of leads that somebody else gave them, and that they still have."""
    times = {
        change.lead_id: change.created_at
        for change in changes
        if change.type == ChangeType.LEAD_ASSIGNED
    }
    if not times:
        return
    leads = Lead.objects.for_organisation(organisation).unmerged().defer("search")
    given = list(leads.filter(id__in=list(times), assignee__letter_of_assigned=True))
    givers = _givers(organisation, given)
    for lead in given:
        if lead.assignee_id is not None and givers.get(lead.id) != lead.assignee_id:
            yield _alert(lead, AlertKind.ASSIGNED, lead.assignee_id, times[lead.id])


def _givers(organisation: Organisation, leads: Iterable[Lead]) -> dict[UUID, UUID | None]:
    """By lead, the id of who gave it last."""
    events = LeadEvent.objects.for_organisation(organisation).filter(
        lead__in=[lead.id for lead in leads], kind=EventKind.ASSIGNMENT
    )
    return dict(events.order_by("created_at", "id").values_list("lead_id", "actor_id"))


def _alert(lead: Lead, kind: AlertKind, person_id: UUID | None, due_at: datetime) -> Alert:
    return Alert(
        organisation_id=lead.organisation_id,
        lead=lead,
        person_id=person_id,
        kind=kind,
        due_at=due_at,
    )
