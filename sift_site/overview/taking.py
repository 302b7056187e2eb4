"""One press by which a person takes a lead that waits for its first contact, and opens it.

It assigns the lead and no more: to have taken it is not to have called. Of two who press at once
the second is told who has it, and stays with the list, where the next one waits.
"""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_POST

from foundation.web.pages import SeeOther
from leads.assignment import assign
from leads.changed_meanwhile import last_change
from leads.models import EventKind, Lead
from leads.models.choices import SCORED_STATUSES, LeadStatus
from organisations.changes.numbering import numbered_last
from organisations.requests import SignedInRequest, actor_of
from sift_site.overview import waiting
from sift_site.overview.periods import period_of
from sift_site.overview.words import isolated


@require_POST
def take_lead(request: SignedInRequest, lead_id: UUID) -> HttpResponse:
    """Give the lead to the person who asks and open its page, unless somebody was quicker."""
    leads = Lead.objects.for_organisation(request.organisation).unmerged()
    with numbered_last():
        # The assignee is read after the lock: what was joined while waiting for it is out of date.
        lead = get_object_or_404(leads.select_for_update(), id=lead_id)
        is_free = lead.assignee in (None, request.user) and lead.status in SCORED_STATUSES
        if is_free:
            assign(lead, request.user, by=actor_of(request))
    if not is_free:
        messages.error(request, _fault(request, lead))
        return SeeOther(_way_back(request.GET))
    messages.success(request, f"{isolated(lead.display_name)} is yours now.")
    return SeeOther(waiting.url_of(lead))


def _fault(request: SignedInRequest, lead: Lead) -> str:
    """Why the lead is no longer to be taken, in words."""
    if lead.assignee is not None and lead.assignee != request.user:
        return f"{isolated(lead.assignee.name)} has taken {isolated(lead.display_name)} already."
    status = LeadStatus(lead.status).label
    moved = last_change(lead, request.organisation, EventKind.STATUS)
    by = f"{isolated(moved.actor_name)} moved it to {status}" if moved else f"it is {status}"
    return f"{isolated(lead.display_name)} no longer waits: {by}."


def _way_back(query: QueryDict) -> str:
    """The overview of the period that it was pressed on."""
    period, _ = period_of(query)
    return f"{reverse('overview')}?period={period}" if "period" in query else reverse("overview")
