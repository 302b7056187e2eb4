"""Who waits for a first contact, by the clock and in open hours, and who is to be come back to."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, Q, Value
from django.utils import timezone

from foundation.lists.paging import MOST_COUNTED, count_of
from foundation.lists.paging import Count as RowCount
from leads.follow_ups import FollowUp, in_words
from leads.models import Lead, LeadQuerySet
from leads.models.choices import LeadStatus
from organisations.hours.opening import OpeningHours
from organisations.hours.reading import hours_of
from organisations.models import Organisation, User
from sift_site.overview.words import duration, waited

ROWS_WAITING = 10
ROWS_DUE = 5
# Hot ones first; a lead that nothing is known of yet may turn out to be anything.
IN_ORDER = (LeadStatus.HOT, LeadStatus.WARM, LeadStatus.NEW, LeadStatus.COLD)


@dataclass(frozen=True, slots=True)
class WaitingLead:
    lead: Lead
    waited: str
    open_time: timedelta  # of that, while the agency was open
    is_mine: bool = False
    fault: str = ""  # why it could not be taken

    @property
    def open_words(self) -> str:
        """`2 h 10 min`; empty where the agency has not opened since the lead arrived."""
        return duration(self.open_time) if self.open_time else ""


def as_waiting(
    lead: Lead, hours: OpeningHours, *, is_mine: bool = False, fault: str = ""
) -> WaitingLead:
    now = timezone.now()
    open_time = hours.open_between(lead.created_at, now)
    return WaitingLead(lead, waited(now - lead.created_at), open_time, is_mine, fault)


@dataclass(frozen=True, slots=True)
class Untaken:
    """Those that are shown, and who of all that nobody has taken waits longest in open hours."""

    rows: list[WaitingLead]
    longest: WaitingLead | None  # None where the agency was not open for any of them

    def __bool__(self) -> bool:
        return bool(self.rows)

    def __iter__(self) -> Iterator[WaitingLead]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)


def untaken(organisation: Organisation) -> Untaken:
    """Leads that wait and that nobody has taken: hot ones first, of each the longest wait first.

    Each status is read from its own end of the index; asked for all at once, PostgreSQL would read
    and sort every lead that waits.
    """
    leads = Lead.objects.for_organisation(organisation).waiting().filter(assignee=None)
    first, *others = (
        leads.filter(status=status)
        .defer("search")
        .annotate(place=Value(place))
        .oldest_first()[:ROWS_WAITING]
        for place, status in enumerate(IN_ORDER)
    )
    found = list(first.union(*others, all=True).order_by("place", "created_at", "id"))
    hours = hours_of(organisation)
    # Of two the one that came earlier has waited longer, in open hours too.
    oldest = min(found, key=lambda lead: (lead.created_at, lead.id), default=None)
    longest = as_waiting(oldest, hours) if oldest else None
    return Untaken(
        [as_waiting(lead, hours) for lead in found[:ROWS_WAITING]],
        longest if longest and longest.open_time else None,
    )


def waiting_of(person: User) -> RowCount:
    """How many leads wait that the person has taken."""
    leads = Lead.objects.for_organisation(person.organisation).waiting()
    return count_of(leads.filter(assignee=person))


# --- Follow-ups -----------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class FollowUpsDue:
    """How many are due, the person's and everybody's; `more` where MOST_COUNTED hold not all."""

    mine_overdue: int
    mine_today: int
    overdue: int
    today: int
    more: bool

    @classmethod
    def read(cls, person: User, today: date) -> "FollowUpsDue":
        due = _due(person.organisation)
        overdue, mine = Q(follow_up_on__lt=today), Q(assignee=person)
        counted = due.only("follow_up_on", "assignee")[: MOST_COUNTED + 1].aggregate(
            mine_overdue=Count("id", filter=mine & overdue),
            mine_today=Count("id", filter=mine & ~overdue),
            overdue=Count("id", filter=overdue),
            today=Count("id", filter=~overdue),
        )
        return cls(**counted, more=counted["overdue"] + counted["today"] > MOST_COUNTED)

    def __bool__(self) -> bool:
        return bool(self.overdue or self.today)


def due_of(person: User, today: date) -> Iterator[tuple[Lead, str]]:
    """The person's own that are due, the longest overdue first, each with when in words."""
    mine = _due(person.organisation).filter(assignee=person).defer("search")
    for lead in mine.order_by("follow_up_on", "id")[:ROWS_DUE]:
        if lead.follow_up_on is not None:
            yield lead, in_words(lead.follow_up_on, today)


def _due(organisation: Organisation) -> LeadQuerySet:
    leads = Lead.objects.for_organisation(organisation).unmerged()
    return leads.filter(FollowUp.DUE.condition)
