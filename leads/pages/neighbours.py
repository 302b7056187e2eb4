"""The list that a person came from: the way back to it, and the leads before and after this one.

A link from the list carries the list's own query as `from`. It is only ever read as filters of the
lead list, whatever it says, so it leads nowhere else.
"""

from dataclasses import dataclass
from uuid import UUID

from django.http import HttpRequest, QueryDict
from django.utils.http import urlencode

from foundation.lists.filters import POSITION
from foundation.lists.paging import Stretch
from leads.models import Lead
from leads.pages.filters import LeadFilterForm
from leads.pages.list_url import list_query, list_url
from organisations.models import User

FROM = "from"
_LONGEST = 2_000  # characters of a query


@dataclass(frozen=True, slots=True)
class CameFrom:
    """A list of leads, as its query says it; empty for the plain list."""

    query: str  # cleaned: without anything but the list's own parameters
    given: bool  # whether the address said where one came from at all

    @property
    def list_url(self) -> str:
        """The list again, on the page where one left it."""
        return list_url(self.query)

    @property
    def carried(self) -> str:
        """What this page's own links and forms append, `?` included, so that it is not lost."""
        return "?" + urlencode({FROM: self.query}) if self.given else ""


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The ids of the leads before and after this one; None at either end."""

    previous: UUID | None
    next: UUID | None


NONE = Neighbours(None, None)


def came_from(request: HttpRequest) -> CameFrom:
    """Where `?from=` says that the person came from."""
    said = request.GET.get(FROM)
    if said is None or len(said) > _LONGEST:
        return CameFrom("", given=False)
    return CameFrom(list_query(said), given=True)


def neighbours(lead: Lead, person: User, origin: CameFrom) -> Neighbours:
    """The leads on either side in that list, each by one look-up at the lead's own place in it.

    The place is kept even where the lead itself has left the list, by being moved say.
    """
    if not origin.given:
        return NONE
    url = QueryDict(origin.query, mutable=True)
    for name in POSITION:
        url.pop(name, None)
    listing = LeadFilterForm(url, person).listing()
    place = tuple(column.value(lead) for column in listing.order)
    return Neighbours(
        previous=_first(listing.read(Stretch(listing.order, place, backwards=True), 1)),
        next=_first(listing.read(Stretch(listing.order, place), 1)),
    )


def _first(leads: list[Lead]) -> UUID | None:
    return leads[0].id if leads else None
