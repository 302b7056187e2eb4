"""The list of leads."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from foundation.lists.listing import Listing
from foundation.lists.paging import Count
from foundation.web.pages import address_of, announce, push_address, render_page, wants_fragment
from leads.models import Lead
from leads.models.choices import PERSON_STATUSES
from leads.models.saved_view import SavedView
from leads.models.tally import LeadTally
from leads.pages.filters import LeadFilterForm
from leads.pages.lead_row import row_context
from leads.pages.list_address import cleaned
from organisations.requests import SignedInRequest

NO_LEAD = UUID(int=0)


@require_safe
def lead_list(request: SignedInRequest) -> HttpResponse:
    """Leads of the person's agency, narrowed and sorted as the address says."""
    filters = LeadFilterForm(request.GET, request.user)
    is_swap = wants_fragment(request)
    if not is_swap and filters.tidy != request.GET:
        return redirect(address_of(request, filters.tidy))
    # What the page's links are made from.
    request.GET = filters.tidy  # type: ignore[assignment]  # a QueryDict that may change
    listing = filters.listing()
    page = listing.page(request.GET, size=filters.page_size)
    for lead in page.rows:
        lead.assignee = filters.people.get(str(lead.assignee_id))
    tally = LeadTally.objects.for_organisation(request.organisation).by_status()
    count_line = filters.count_line(_count(filters, listing, tally), "lead")
    context = {
        "filters": filters,
        "chip_groups": filters.chip_groups(tally),
        "page": page,
        "count_line": count_line,
        "is_swap": is_swap,
    } | _around_the_rows(request, filters)
    response = render_page(request, "leads/list.html", "leads/_results_swap.html", context)
    if not is_swap:
        return response
    return push_address(request, announce(response, count_line))


def _count(filters: LeadFilterForm, listing: Listing[Lead], tally: Mapping[str, int]) -> Count:
    """How many leads match; by status alone the tally knows it."""
    if not filters.is_by_status_alone:
        return listing.count()
    statuses = filters.chosen("status") or tally
    return Count(sum(tally.get(status, 0) for status in statuses))


def _around_the_rows(request: SignedInRequest, filters: LeadFilterForm) -> dict[str, Any]:
    """What the list's page needs besides its rows: saved views, what leads can be changed to, and
    the newest lead that it can have shown."""
    leads = Lead.objects.for_organisation(request.organisation)
    return {
        "saved_views": list(SavedView.objects.of(request.user).by_name()),
        "people": [person for person in filters.people.values() if person.is_active],
        "newest": leads.order_by("-id").values_list("id", flat=True).first() or NO_LEAD,
        "filter_query": cleaned(filters),
        "moves": PERSON_STATUSES,
    } | row_context(request, filters)
