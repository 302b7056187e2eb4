"""The list that a person came from: the way back to it, and the leads before and after this one.

A link from the list of leads carries that list's own query as `from`, one from the overview's list
of those who wait the word `waiting`. Whatever `from` says, it is only ever read as one of the two,
so it leads nowhere else.
"""

from dataclasses import dataclass, replace
from typing import Protocol, Self
from uuid import UUID

from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils.http import urlencode

from foundation.lists.filters import POSITION
from foundation.lists.paging import Count, Stretch
from leads import waiting
from leads.models import Lead
from leads.pages.filters import LeadFilterForm
from leads.pages.list_url import leads_of, list_query, list_url
from organisations.models import User

FROM = "from"
WAITING = "waiting"  # the overview's list, as `from` says it
DONE = "done"  # how many of the list one has dealt with, so that they are in it no more
_LONGEST = 2_000  # characters of a query
_MOST_DONE = 9_999
MOST_COUNTED = 999  # leads before and after: beyond that nobody counts along


@dataclass(frozen=True, slots=True)
class CameFrom:
    """A list of leads, as its query says it; empty for the plain list."""

    query: str  # cleaned: without anything but the list's own parameters
    given: bool  # whether the address said where one came from at all
    is_waiting: bool = False  # it is the overview's
    done: int = 0

    @property
    def list_url(self) -> str:
        """The list again, on the page where one left it."""
        return reverse("overview") if self.is_waiting else list_url(self.query)

    @property
    def carried(self) -> str:
        """What this page's own links and forms append, `?` included, so that it is not lost."""
        if not self.given:
            return ""
        said = {FROM: WAITING if self.is_waiting else self.query}
        return "?" + urlencode(said | ({DONE: self.done} if self.done else {}))

    def with_done(self, more: int) -> Self:
        """The same list, of which so many more were dealt with, or fewer."""
        return replace(self, done=min(max(0, self.done + more), _MOST_DONE))


def came_from(request: HttpRequest) -> CameFrom:
    """Where `?from=` says that the person came from."""
    said = request.GET.get(FROM)
    if said is None or len(said) > _LONGEST:
        return CameFrom("", given=False)
    done = request.GET.get(DONE, "")
    dealt_with = int(done) if done.isascii() and done.isdigit() and len(done) <= 4 else 0
    if said == WAITING:
        return CameFrom("", given=True, is_waiting=True, done=dealt_with)
    return CameFrom(list_query(said), given=True, done=dealt_with)


# --- Beside the lead ------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Way:
    """From a lead on through the list one came from."""

    previous: UUID | None = None  # None at either end
    next: UUID | None = None
    title: str = ""  # what the list holds
    place: str = ""  # "3 of 40", "38 left"; empty where nobody counts so far


def way_through(origin: CameFrom, lead: Lead, person: User) -> Way:
    """The leads on either side in that list, and where in it the lead stands.

    Each is looked up at the lead's own place, which is kept even where the lead itself has left the
    list, by being moved say.
    """
    if not origin.given:
        return Way()
    leads = _leads_of(origin, person)
    return Way(
        previous=leads.previous(lead),
        next=leads.next(lead),
        title=leads.title,
        place=_place_in(leads, lead, origin.done),
    )


def next_in(origin: CameFrom, lead: Lead, person: User) -> UUID | None:
    """The lead after this one in that list."""
    return _leads_of(origin, person).next(lead) if origin.given else None


def is_in(origin: CameFrom, lead: Lead, person: User) -> bool:
    """Whether that list has the lead in it, as the lead now is."""
    return origin.given and _leads_of(origin, person).holds(lead)


def _place_in(leads: "_Leads", lead: Lead, done: int) -> str:
    """Those that one dealt with, and that left the list by it, are counted along: of forty leads
    the third is "3 of 40", though only 38 are in the list by now."""
    before, after = leads.before(lead), leads.after(lead)
    if before.more:
        return ""
    if not leads.holds(lead):
        return f"{Count(before.number + after.number, more=after.more)} left"
    number = done + before.number + 1
    return f"{number:,} of {Count(number + after.number, more=after.more)}"


# --- The two kinds of list ------------------------------------------------------------------------
class _Leads(Protocol):
    """A list of leads, seen from a lead's place in it."""

    @property
    def title(self) -> str: ...
    def holds(self, lead: Lead) -> bool: ...
    def previous(self, lead: Lead) -> UUID | None: ...
    def next(self, lead: Lead) -> UUID | None: ...
    def before(self, lead: Lead) -> Count: ...
    def after(self, lead: Lead) -> Count: ...


def _leads_of(origin: CameFrom, person: User) -> _Leads:
    return _Untaken(person) if origin.is_waiting else _Filtered(origin.query, person)


class _Untaken:
    """Those who wait and whom nobody has taken: the overview's list."""

    title = "Waiting for a first contact"

    def __init__(self, person: User) -> None:
        self.organisation = person.organisation

    def holds(self, lead: Lead) -> bool:
        return waiting.holds(lead)

    def previous(self, lead: Lead) -> UUID | None:
        found = waiting.previous_untaken(lead, self.organisation)
        return None if found is None else found.id

    def next(self, lead: Lead) -> UUID | None:
        found = waiting.next_untaken(lead, self.organisation)
        return None if found is None else found.id

    def before(self, lead: Lead) -> Count:
        return waiting.count_before(lead, self.organisation, most=MOST_COUNTED)

    def after(self, lead: Lead) -> Count:
        return waiting.count_after(lead, self.organisation, most=MOST_COUNTED)


class _Filtered:
    """The list of leads under a query of its own."""

    def __init__(self, query: str, person: User) -> None:
        said = QueryDict(query, mutable=True)
        for name in POSITION:
            said.pop(name, None)
        self.filters = LeadFilterForm(said, person)
        self._listing = self.filters.listing()

    @property
    def title(self) -> str:
        return self.filters.title

    def holds(self, lead: Lead) -> bool:
        return leads_of(self.filters).filter(id=lead.id).exists()

    def previous(self, lead: Lead) -> UUID | None:
        return _first(self._listing.read(self._from(lead, backwards=True), 1))

    def next(self, lead: Lead) -> UUID | None:
        return _first(self._listing.read(self._from(lead), 1))

    def before(self, lead: Lead) -> Count:
        return self._listing.count_beyond(self._from(lead, backwards=True), most=MOST_COUNTED)

    def after(self, lead: Lead) -> Count:
        return self._listing.count_beyond(self._from(lead), most=MOST_COUNTED)

    def _from(self, lead: Lead, *, backwards: bool = False) -> Stretch:
        order = self._listing.order
        place = tuple(column.value(lead) for column in order)
        return Stretch(order, place, backwards=backwards)


def _first(leads: list[Lead]) -> UUID | None:
    return leads[0].id if leads else None
