"""The list of leads."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from foundation.ids import uuid7
from foundation.web.pages import announce, push_url_of, render_page, url_of, wants_fragment
from leads.models import Lead
from leads.models.choices import PERSON_STATUSES
from leads.models.saved_view import SavedView
from leads.pages.filters import LeadFilterForm
from leads.pages.lead_row import row_context, rows_of
from leads.pages.list_counts import counts
from leads.pages.list_url import cleaned
from organisations.changes.position import position_of
from organisations.requests import SignedInRequest

NO_LEAD = UUID(int=0)


@require_safe
def lead_list(request: SignedInRequest) -> HttpResponse:
    """Leads of the person's agency, narrowed and sorted as the address says."""
    filters = LeadFilterForm(request.GET, request.user)
    is_swap = wants_fragment(request)
    if not is_swap and filters.tidy != request.GET:
        return redirect(url_of(request, filters.tidy))
    # What the page's links are made from.
    request.GET = filters.tidy  # type: ignore[assignment]  # a QueryDict that may change
    # Before anything is read: what comes from here on is not on the page.
    made, position = uuid7(), position_of(request)
    listing = filters.listing()
    page = listing.page(request.GET, size=filters.page_size)
    context = {
        "filters": filters,
        "made": made,
        "position": position,
        "page": page,
        "rows": rows_of(request, filters, page.rows),
        "is_swap": is_swap,
        **counts(filters, listing),
        **_around_the_rows(request, filters),
    }
    response = render_page(request, "leads/list.html", "leads/_results_swap.html", context)
    if not is_swap:
        return response
    return push_url_of(request, announce(response, context["count_line"]))


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
