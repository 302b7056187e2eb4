"""The list of leads, and a lead's page."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from foundation.ids import uuid7
from foundation.web.pages import address_of, announce, push_address, render_page, wants_fragment
from leads.merging import became
from leads.models import Lead
from leads.pages import lead_page
from leads.pages.filters import LeadFilterForm
from leads.pages.list_actions import beside_the_list
from leads.pages.list_counts import counts
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
    made = uuid7()  # before anything is read: what comes from here on is not on the page
    listing = filters.listing()
    page = listing.page(request.GET, size=filters.page_size)
    for lead in page.rows:
        lead.assignee = filters.people.get(str(lead.assignee_id))
    context = {
        "filters": filters,
        "made": made,
        "page": page,
        "is_swap": is_swap,
        **counts(filters, listing),
        **beside_the_list(request, filters),
    }
    response = render_page(request, "leads/list.html", "leads/_results_swap.html", context)
    if not is_swap:
        return response
    return push_address(request, announce(response, context["count_line"]))


@require_safe
def lead_detail(request: SignedInRequest, lead_id: UUID) -> HttpResponse:
    """All that is known of a lead; one that was merged leads to the lead it became."""
    leads = Lead.objects.for_organisation(request.organisation).select_related("assignee")
    lead = get_object_or_404(leads.defer("search"), id=lead_id)
    if lead.merged_into_id is not None:
        standing_lead = reverse("leads:detail", args=[became(lead)])
        return redirect(standing_lead + came_from(request).carried)
    return render(request, "leads/detail.html", lead_page.whole(request, lead))
