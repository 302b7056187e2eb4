"""The list that a person came from: the way back to it, and the leads before and after this one.

A link from the list carries the list's own query as `from`. It is only ever read as filters of the
lead list, whatever it says, so it leads nowhere else.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.exceptions import TooManyFieldsSent
from django.db.models import F, QuerySet
from django.db.models.fields.tuple_lookups import TupleGreaterThan, TupleLessThan
from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils.http import urlencode

from leads.filters import LeadFilterForm
from leads.models import Lead
from organisations.filters import POSITION
from organisations.models import User

FROM = "from"
_LONGEST = 2_000  # characters of a query
_MOST_FIELDS = 100


@dataclass(frozen=True, slots=True)
class CameFrom:
    """A list of leads, as its query says it; empty for the plain list."""

    query: str  # cleaned: without anything but the list's own parameters
    given: bool  # whether the address said where one came from at all

    @property
    def list_address(self) -> str:
        """The list again, on the page where one left it."""
        address = reverse("leads:list")
        return f"{address}?{self.query}" if self.query else address

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


def list_query(text: str) -> str:
    """A query of the lead list with nothing in it but what the list understands."""
    try:
        asked = QueryDict(text, mutable=True)
    except TooManyFieldsSent:
        return ""
    known = {*LeadFilterForm.base_fields, *POSITION}
    for name in list(asked):
        values = [value for value in asked.getlist(name) if value and "\x00" not in value]
        if name in known and values:
            asked.setlist(name, values[:_MOST_FIELDS])
        else:
            del asked[name]
    return asked.urlencode()


def neighbours(lead: Lead, person: User, origin: CameFrom) -> Neighbours:
    """The leads on either side in that list, each by one look-up at the lead's own place in it.

    The place is kept even where the lead itself has left the list, by being moved say.
    """
    if not origin.given:
        return NONE
    address = QueryDict(origin.query, mutable=True)
    for name in POSITION:
        address.pop(name, None)
    filters = LeadFilterForm(address)
    leads = filters.narrow(Lead.objects.for_organisation(person.organisation).standing())
    listed, columns, place = _in_order(leads, lead)
    # Lists run downwards: what comes next is less.
    after = listed.filter(TupleLessThan(columns, place))
    before = listed.filter(TupleGreaterThan(columns, place)).reverse()
    return Neighbours(previous=_first(before), next=_first(after))


def _in_order(leads: Any, lead: Lead) -> tuple[QuerySet[Lead], tuple[Any, ...], tuple[Any, ...]]:
    """The list in its order, the order's columns, and this lead's values of them."""
    return leads.newest_first(), (F("created_at"), F("id")), (lead.created_at, lead.id)


def _first(leads: QuerySet[Lead]) -> UUID | None:
    return leads.values_list("id", flat=True).first()
