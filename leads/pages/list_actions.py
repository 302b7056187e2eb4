"""What the list of leads offers beside its rows, and word of new leads."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.views.decorators.http import require_safe

from foundation.ids import parse_uuid
from leads.models import Lead
from leads.models.choices import PERSON_STATUSES
from leads.models.saved_view import SavedView
from leads.pages.filters import LeadFilterForm
from leads.pages.list_address import cleaned, leads_of, list_address
from organisations.requests import SignedInRequest

MOST_ANNOUNCED = 99
NO_LEAD = UUID(int=0)


def beside_the_list(request: SignedInRequest, filters: LeadFilterForm) -> dict[str, Any]:
    """What the list's page needs besides its rows: saved views, what leads can be changed to, and
    the newest lead that it can have shown."""
    leads = Lead.objects.for_organisation(request.organisation)
    return {
        "saved_views": list(SavedView.objects.of(request.user).by_name()),
        "people": [person for person in filters.people.values() if person.is_active],
        "newest": leads.order_by("-id").values_list("id", flat=True).first() or NO_LEAD,
        "filter_query": cleaned(filters),
        "moves": PERSON_STATUSES,
    } | for_a_row(request, filters)


def for_a_row(request: SignedInRequest, filters: LeadFilterForm) -> dict[str, Any]:
    """What each row needs besides its lead, to be moved where it stands."""
    return {
        "back": cleaned(filters, with_position=True),
        # One text for all rows: the tag would make another for each, which does not compress.
        "token": get_token(request),
    }


@require_safe
def arrivals(request: SignedInRequest) -> HttpResponse:
    """How many leads arrived since the page was made that its filters let through.

    `newest` is the newest id that the page can have shown: ids are made in the writing, so what
    arrived since is above it, whatever its own date; one index leads there. 204 where the page
    says so already.
    """
    newest = parse_uuid(request.GET.get("newest", ""))
    if newest is None:
        return HttpResponse(status=204)
    filters = LeadFilterForm(request.GET, request.user)
    arrived = leads_of(filters).filter(id__gt=newest)
    number = arrived[: MOST_ANNOUNCED + 1].count()
    if number == 0 or request.GET.get("shown") == str(number):
        return HttpResponse(status=204)
    context = {
        "number": number,
        "most": MOST_ANNOUNCED,
        "address": list_address(cleaned(filters)),
    }
    return render(request, "leads/_arrived.html", context)
