"""The list of leads, a lead's page, and moving a lead along."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from leads.actors import Actor
from leads.filters import LeadFilterForm
from leads.forms import MoveForm
from leads.listing import Listing
from leads.models import PERSON_STATUSES, EventKind, Lead, LeadEvent, LeadStatus, LeadTally
from leads.scoring import score_lead
from leads.wording import e_mail_link, fact_groups, telephone_link
from organisations.paging import Count
from organisations.web import (
    SeeOther,
    SignedInRequest,
    address_of,
    announce,
    push_address,
    render_page,
    wants_fragment,
)

MOST_EVENTS = 100
MOST_CONVERSATIONS = 50
FIRST_MOVES = (
    LeadStatus.CONTACTED,
    LeadStatus.QUALIFIED,
    LeadStatus.CONVERTED,
    LeadStatus.LOST,
)


@require_safe
def lead_list(request: SignedInRequest) -> HttpResponse:
    """Leads of the person's agency, narrowed and sorted as the address says."""
    filters = LeadFilterForm(request.GET, request.user)
    is_swap = wants_fragment(request)
    if not is_swap and filters.tidy != request.GET:
        return redirect(address_of(request, filters.tidy))
    # What the page's links are made from.
    request.GET = filters.tidy  # type: ignore[assignment]  # a QueryDict that may change
    listing = filters.listing()
    page = listing.page(request.GET, size=filters.page_size)
    for lead in page.rows:
        lead.assignee = filters.people.get(str(lead.assignee_id))
    tally = LeadTally.objects.for_organisation(request.organisation).by_status()
    count_line = filters.count_line(_count(filters, listing, tally), "lead", "leads")
    context = {
        "filters": filters,
        "chip_groups": filters.chip_groups(tally),
        "page": page,
        "count_line": count_line,
        "is_swap": is_swap,
    }
    response = render_page(request, "leads/list.html", "leads/_results_swap.html", context)
    if not is_swap:
        return response
    return push_address(request, announce(response, count_line))


def _count(filters: LeadFilterForm, listing: Listing, tally: Mapping[str, int]) -> Count:
    """How many leads match; by status alone the tally knows it."""
    if not filters.is_by_status_alone:
        return listing.count()
    statuses = filters.chosen("status") or tally
    return Count(sum(tally.get(status, 0) for status in statuses))


@require_safe
def lead_detail(request: SignedInRequest, lead_id: UUID) -> HttpResponse:
    """All that is known of a lead; one that was merged leads to the lead it became."""
    lead = get_object_or_404(Lead.objects.for_organisation(request.organisation), id=lead_id)
    if lead.merged_into_id is not None:
        return redirect("leads:detail", lead.merged_into_id)
    return render(request, "leads/detail.html", _standing(request, lead) | _record(request, lead))


@require_POST
def change_lead_status(request: SignedInRequest, lead_id: UUID) -> HttpResponse:
    """Move the lead, unless it was moved since the person's page was made."""
    leads = Lead.objects.for_organisation(request.organisation).standing()
    form = MoveForm(request.POST)
    with transaction.atomic():
        lead = get_object_or_404(leads.select_for_update(of=("self",)), id=lead_id)
        if form.is_valid() and form.cleaned_data["seen"] == lead.status:
            status = LeadStatus(form.cleaned_data["status"])
            lead.change_status(status, by=Actor.for_person(request.user))
            return _moved(request, lead)
    return _not_moved(request, lead, form)


def _moved(request: SignedInRequest, lead: Lead) -> HttpResponse:
    words = f"Moved to {LeadStatus(lead.status).label}"
    if wants_fragment(request):
        response = render(request, "leads/_standing_swap.html", _standing(request, lead))
        return announce(response, words)
    messages.success(request, words)
    return SeeOther("leads:detail", lead.id)


def _not_moved(request: SignedInRequest, lead: Lead, form: MoveForm) -> HttpResponse:
    context = _standing(request, lead)
    if form.is_valid():  # then what it saw no longer stood
        context["overtaken_by"] = next(
            (event for event in context["events"] if event.kind == EventKind.STATUS), None
        )
        context["overtaken"] = True
    else:
        context["faults"] = [fault for faults in form.errors.values() for fault in faults]
    if wants_fragment(request):
        return render(request, "leads/_standing_swap.html", context, status=422)
    return render(request, "leads/detail.html", context | _record(request, lead), status=422)


def _standing(request: SignedInRequest, lead: Lead) -> dict[str, Any]:
    """Where the lead stands, where it can be moved, and its history."""
    events = LeadEvent.objects.for_organisation(request.organisation).filter(lead=lead)
    offered = [status for status in PERSON_STATUSES if status != lead.status]
    return {
        "lead": lead,
        "telephone": telephone_link(lead),
        "e_mail": e_mail_link(lead),
        "first_moves": [status for status in offered if status in FIRST_MOVES],
        "more_moves": [status for status in offered if status not in FIRST_MOVES],
        "events": list(events.newest_first()[:MOST_EVENTS]),
    }


def _record(request: SignedInRequest, lead: Lead) -> dict[str, Any]:
    """What the lead said and what follows from it: conversations, score, facts.

    The only conversation comes with its messages; of several each opens on request.
    """
    ours = lead.conversations.for_organisation(request.organisation)
    # A higher app's rows, read by reverse relation; the annotations are beyond the types.
    conversations: list[Any] = list(ours.with_what_was_said().newest_first()[:MOST_CONVERSATIONS])
    only = conversations[0] if len(conversations) == 1 else None
    visitor_messages = sum(c.visitor_message_count for c in conversations)
    return {
        "conversations": conversations,
        "messages_of_only": only.latest_messages() if only else [],
        "score": score_lead(lead, visitor_messages),
        "fact_groups": fact_groups(lead),
    }
