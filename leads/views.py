"""The list of leads, a lead's page, and moving a lead along."""

from uuid import UUID

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from leads import lead_page
from leads.actors import Actor
from leads.filters import LeadFilterForm
from leads.forms import MoveForm
from leads.list_actions import beside_the_list
from leads.merging import became
from leads.models import EventKind, Lead, LeadStatus
from leads.neighbours import came_from
from leads.overtaking import last_change
from organisations.paging import count_of, page_of
from organisations.web import SignedInRequest, announce, render_page, wants_fragment


@require_safe
def lead_list(request: SignedInRequest) -> HttpResponse:
    """Leads of the person's agency, newest first, narrowed by the filters in the address."""
    filters = LeadFilterForm(request.GET)
    leads = filters.narrow(Lead.objects.for_organisation(request.organisation).standing())
    page = page_of(leads.newest_first(), request.GET)
    count_line = filters.count_line(count_of(leads), "lead", "leads")
    context = {"filters": filters, "page": page, "count_line": count_line}
    context |= beside_the_list(request)
    response = render_page(request, "leads/list.html", "leads/_results_swap.html", context)
    return announce(response, count_line) if wants_fragment(request) else response


@require_safe
def lead_detail(request: SignedInRequest, lead_id: UUID) -> HttpResponse:
    """All that is known of a lead; one that was merged leads to the lead it became."""
    leads = Lead.objects.for_organisation(request.organisation).select_related("assignee")
    lead = get_object_or_404(leads.defer("search"), id=lead_id)
    if lead.merged_into_id is not None:
        standing_lead = reverse("leads:detail", args=[became(lead)])
        return redirect(standing_lead + came_from(request).carried)
    return render(request, "leads/detail.html", lead_page.whole(request, lead))


@require_POST
def change_lead_status(request: SignedInRequest, lead_id: UUID) -> HttpResponse:
    """Move the lead, unless it was moved since the person's page was made."""
    form = MoveForm(request.POST)
    with transaction.atomic():
        lead = lead_page.lead_or_404(request, lead_id, locked=True)
        if form.is_valid() and form.cleaned_data["seen"] == lead.status:
            status = LeadStatus(form.cleaned_data["status"])
            lead.change_status(status, by=Actor.for_person(request.user))
            words = f"Moved to {status.label}"
            context = lead_page.standing(request, lead)
            return lead_page.changed(request, lead, "leads/_standing_swap.html", words, context)
    return _not_moved(request, lead, form)


def _not_moved(request: SignedInRequest, lead: Lead, form: MoveForm) -> HttpResponse:
    context = lead_page.standing(request, lead)
    if form.is_valid():  # then what it saw no longer stood
        context["overtaken_by"] = last_change(lead, request.organisation, EventKind.STATUS)
        context["overtaken"] = True
    else:
        context["faults"] = [fault for faults in form.errors.values() for fault in faults]
    return lead_page.refused(request, lead, "leads/_standing_swap.html", context)
