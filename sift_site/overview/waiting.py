"""Who waits for a first contact, by the clock and in open hours, and who is to be come back to."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString

from foundation.lists.paging import MOST_COUNTED, count_of
from foundation.lists.paging import Count as RowCount
from foundation.templatetags.times import since, waited
from leads import phones
from leads.follow_ups import FollowUp, in_words
from leads.models import Lead, LeadQuerySet
from leads.temperature import Temperature, temperature
from leads.waiting import first_untaken
from leads.wording import e_mail_link, looking_for, more_wanted, telephone_link
from organisations.hours.opening import OpeningHours
from organisations.hours.reading import hours_of
from organisations.models import Organisation, User
from sift_site.overview.words import duration

ROWS_WAITING = 10
ROWS_DUE = 5
FROM_HERE = "?from=waiting"  # what a lead's page is told of the list that one came from


@dataclass(frozen=True, slots=True)
class WaitingLead:
    """A lead of the list, in the words and addresses that its row needs."""

    lead: Lead
    url: str
    take_url: str
    band: Temperature | None
    since: SafeString
    open_time: timedelta  # of that, while the agency was open
    wants: str
    more: str
    phone: str = ""  # as people here write it
    telephone: str | None = None  # `tel:`
    e_mail: str | None = None  # `mailto:`

    @property
    def open_words(self) -> str:
        """`2 h 10 min`; empty where the agency has not opened since the lead arrived."""
        return duration(self.open_time) if self.open_time else ""


def as_waiting(lead: Lead, hours: OpeningHours) -> WaitingLead:
    now = timezone.now()
    return WaitingLead(
        lead,
        url=url_of(lead),
        take_url=reverse("take_lead", args=[lead.id]),
        band=temperature(lead.score),
        since=since(lead.created_at, waited(now - lead.created_at)),
        open_time=hours.open_between(lead.created_at, now),
        wants=looking_for(lead),
        more=more_wanted(lead),
        phone=phones.shown(lead.phone) if lead.phone else "",
        telephone=telephone_link(lead),
        e_mail=e_mail_link(lead),
    )


def url_of(lead: Lead) -> str:
    """The lead's page, opened from this list."""
    return reverse("leads:detail", args=[lead.id]) + FROM_HERE


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
    """Leads that wait and that nobody has taken: hot ones first, of each the longest wait first."""
    found = first_untaken(organisation, ROWS_WAITING)
    hours = hours_of(organisation)
    # Of two the one that came earlier has waited longer, in open hours too.
    longest = as_waiting(found.oldest, hours) if found.oldest else None
    return Untaken(
        [as_waiting(lead, hours) for lead in found.first],
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
    mine = _due(person.organisation).filter(assignee=person).only("name", "follow_up_on")
    for lead in mine.order_by("follow_up_on", "id")[:ROWS_DUE]:
        if lead.follow_up_on is not None:
            yield lead, in_words(lead.follow_up_on, today)


def _due(organisation: Organisation) -> LeadQuerySet:
    leads = Lead.objects.for_organisation(organisation).unmerged()
    return leads.filter(FollowUp.DUE.condition)
