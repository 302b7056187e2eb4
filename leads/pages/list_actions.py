"""What the list of leads offers beside its rows: a move within a row, and word of new leads."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_POST, require_safe

from foundation.ids import parse_uuid
from foundation.web.pages import SeeOther, announce, wants_fragment
from leads import moving
from leads.changed_meanwhile import last_change
from leads.models import EventKind, Lead
from leads.models.choices import PERSON_STATUSES, LeadStatus
from leads.models.saved_view import SavedView
from leads.pages.bulk import nothing_changed
from leads.pages.filters import LeadFilterForm
from leads.pages.forms import MoveForm
from leads.pages.list_address import cleaned, leads_of, list_address
from organisations.requests import SignedInRequest, actor_of

MOST_ANNOUNCED = 99
NO_LEAD = UUID(int=0)


def beside_the_list(request: SignedInRequest, filters: LeadFilterForm) -> dict[str, Any]:
    """What the list's page needs besides its rows: saved views, what leads can be changed to, and
    the newest lead that it can have shown."""
    leads = Lead.objects.for_organisation(request.organisation)
    return {
        "saved_views": list(SavedView.objects.of(request.user).by_name()),
        "people": [person for person in filters.people.values() if person.is_active],
        "newest": leads.order_by("-id").values_list("id", flat=True).first() or NO_LEAD,
        "filter_query": cleaned(filters),
        "moves": PERSON_STATUSES,
    } | _for_a_row(request, filters)


def _for_a_row(request: SignedInRequest, filters: LeadFilterForm) -> dict[str, Any]:
    return {
        "back": cleaned(filters, with_position=True),
        # One text for all rows: the tag would make another for each, which does not compress.
        "token": get_token(request),
    }


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
    context = {
        "number": number,
        "most": MOST_ANNOUNCED,
        "address": list_address(cleaned(filters)),
    }
    return render(request, "leads/_arrived.html", context)


@require_POST
def change_status_in_list(request: SignedInRequest, lead_id: UUID) -> HttpResponse:
    """Move the lead from its row, unless it was moved since the row was made."""
    leads = Lead.objects.for_organisation(request.organisation).standing()
    form = MoveForm(request.POST)
    with transaction.atomic():
        lead = get_object_or_404(leads.select_for_update(), id=lead_id)
        fault = _fault(form, lead)
        if fault is None:
            moving.change_status(
                lead, LeadStatus(form.cleaned_data["status"]), by=actor_of(request)
            )
    if not wants_fragment(request):
        if fault is not None:
            return nothing_changed(request, [fault], back=request.GET.urlencode())
        messages.success(request, _moved(lead))
        return SeeOther(list_address(request.GET.urlencode()))
    filters = LeadFilterForm(request.GET, request.user)
    context = {"lead": lead, "fault": fault} | _for_a_row(request, filters)
    response = render(request, "leads/_row_swap.html", context, status=422 if fault else 200)
    return announce(response, fault or _moved(lead))


def _moved(lead: Lead) -> str:
    return f"{lead.display_name} moved to {LeadStatus(lead.status).label}"


def _fault(form: MoveForm, lead: Lead) -> str | None:
    """Why the lead cannot be moved as asked, in words; None where it can."""
    if not form.is_valid():
        return " ".join(str(fault) for faults in form.errors.values() for fault in faults)
    if form.cleaned_data["seen"] == lead.status:
        return None
    last = last_change(lead, lead.organisation, EventKind.STATUS)
    now = LeadStatus(lead.status).label
    if last is None:
        return f"Not moved: this lead is {now} by now."
    return f"Not moved: {last.actor_name} moved this lead to {now} meanwhile."
