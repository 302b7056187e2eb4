"""Word of leads that arrived since the list was made, in its title too."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from foundation.ids import parse_uuid
from leads.models.choices import LeadStatus
from leads.models.tally import LeadTally
from leads.pages.filters import LeadFilterForm
from leads.pages.list_url import cleaned, leads_of, list_url
from organisations.requests import SignedInRequest

MOST_ANNOUNCED = 99


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
    tally = LeadTally.objects.for_organisation(request.organisation).by_status()
    context = {
        "filters": filters,
        "hot_waiting": tally.get(LeadStatus.HOT, 0),
        "number": number,
        "most": MOST_ANNOUNCED,
        "url": list_url(cleaned(filters)),
    }
    return render(request, "leads/_arrived.html", context)
