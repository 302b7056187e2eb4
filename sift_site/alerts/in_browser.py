"""GET /alerts/hot: the hot leads that wait, for pages that stand open.

A page asks once it is there, and again when its pulse says that something moved
(static/js/alerts.js). So no page counts them while it is made.
"""

from django.http import HttpResponse, JsonResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from leads.models import Lead
from leads.models.choices import LeadStatus
from leads.models.tally import LeadTally
from organisations.requests import SignedInRequest

MOST_NAMED = 20  # of which a page can tell which are new


@require_safe
def hot_leads(request: SignedInRequest) -> HttpResponse:
    """How many they are; and the newest that nobody has taken, with what each is called and where
    it is."""
    ours = request.organisation
    tally = LeadTally.objects.for_organisation(ours).by_status()
    hot = Lead.objects.for_organisation(ours).waiting().filter(status=LeadStatus.HOT)
    newest = hot.filter(assignee=None).only("name").newest_first()[:MOST_NAMED]
    return JsonResponse(
        {
            "waiting": tally.get(LeadStatus.HOT, 0),
            "newest": [
                {
                    "id": str(lead.id),
                    "name": lead.display_name,
                    "url": reverse("leads:detail", args=[lead.id]),
                }
                for lead in newest
            ],
        }
    )
