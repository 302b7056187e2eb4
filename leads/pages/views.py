"""The list of leads, and a lead's page."""

from collections.abc import Mapping
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from foundation.lists.listing import Listing
from foundation.lists.paging import Count
from foundation.web.pages import address_of, announce, push_address, render_page, wants_fragment
from leads.merging import became
from leads.models import Lead
from leads.models.tally import LeadTally
from leads.pages import lead_page
from leads.pages.filters import LeadFilterForm
from leads.pages.list_actions import beside_the_list
from leads.pages.neighbours import came_from
from organisations.requests import SignedInRequest


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
    } | beside_the_list(request, filters)
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


@require_safe
def lead_detail(request: SignedInRequest, lead_id: UUID) -> HttpResponse:
    """All that is known of a lead; one that was merged leads to the lead it became."""
    leads = Lead.objects.for_organisation(request.organisation).select_related("assignee")
    lead = get_object_or_404(leads.defer("search"), id=lead_id)
    if lead.merged_into_id is not None:
        standing_lead = reverse("leads:detail", args=[became(lead)])
        return redirect(standing_lead + came_from(request).carried)
    return render(request, "leads/detail.html", lead_page.whole(request, lead))
