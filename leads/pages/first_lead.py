"""The very first lead, which pages without any wait for."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from foundation.web.pages import announce
from leads.models import Lead
from organisations.requests import SignedInRequest


@require_safe
def first_lead(request: SignedInRequest) -> HttpResponse:
    """A link to the agency's first lead; 204 while there is none. Ids are made in the writing."""
    leads = Lead.objects.for_organisation(request.organisation).unmerged().defer("search")
    lead = leads.order_by("id").first()
    if lead is None:
        return HttpResponse(status=204)
    response = render(request, "leads/_first_lead.html", {"lead": lead})
    return announce(response, f"Your first lead is here: {lead.display_name}")
