"""A lead's page."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from leads.merging import became
from leads.models import Lead
from leads.pages import lead_page
from leads.pages.neighbours import came_from
from organisations.changes.position import position_of
from organisations.requests import SignedInRequest


@require_safe
def lead_detail(request: SignedInRequest, lead_id: UUID) -> HttpResponse:
    """All that is known of a lead; one that was merged leads to the lead it became."""
    position = position_of(request)
    leads = Lead.objects.for_organisation(request.organisation).select_related("assignee")
    lead = get_object_or_404(leads.defer("search"), id=lead_id)
    if lead.merged_into_id is not None:
        its_page = reverse("leads:detail", args=[became(lead)])
        return redirect(its_page + came_from(request).carried)
    context = lead_page.whole(request, lead) | {"position": position}
    return render(request, "leads/detail.html", context)
