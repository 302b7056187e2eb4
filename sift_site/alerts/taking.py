"""Where "I take it" in a letter leads: the page asks for one press, which takes the lead.

A letter's link is fetched by programs that look for harm in it, so it changes nothing by itself.
"""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from leads import phones
from leads.models import Lead
from leads.models.choices import SCORED_STATUSES
from leads.wording import looking_for, more_wanted, telephone_link
from organisations.requests import SignedInRequest


@require_safe
def take_asked(request: SignedInRequest, lead_id: UUID) -> HttpResponse:
    """The lead in short and the one press; or who has it already, or that it waits no more."""
    leads = Lead.objects.for_organisation(request.organisation).unmerged().defer("search")
    lead = get_object_or_404(leads.select_related("assignee"), id=lead_id)
    context = {
        "lead": lead,
        "phone": phones.shown(lead.phone) if lead.phone else "",
        "telephone": telephone_link(lead),
        "wants": looking_for(lead),
        "more": more_wanted(lead),
        "waits": lead.status in SCORED_STATUSES,
        "is_mine": lead.assignee_id == request.user.id,
    }
    return render(request, "alerts/take.html", context)
