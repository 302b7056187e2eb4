"""Merging two leads that are one person, and taking them apart again."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods, require_POST

from foundation.web.pages import SeeOther
from leads import origin_and_consent
from leads.corrections import as_text
from leads.facts import is_known
from leads.merging import CannotMerge, merge, unmerge
from leads.models import FACT_FIELDS, Lead
from leads.pages import lead_page
from leads.pages.neighbours import came_from
from leads.wording import UNKNOWN, fact_label, value_in_words
from organisations.requests import SignedInRequest, actor_of
from organisations.sending_once import sent_once


class MergeForm(forms.Form):
    """With which lead, and which of the two stands afterwards (the older, if it is not said)."""

    other = forms.UUIDField()
    survivor = forms.UUIDField(required=False)


class UnmergeForm(forms.Form):
    event = forms.UUIDField()


@require_http_methods(["GET", "HEAD", "POST"])
@sent_once()
def merge_leads(request: SignedInRequest, lead_id: UUID) -> HttpResponse:
    """Both leads side by side (GET `?other=`), then merge them (POST)."""
    lead = lead_page.lead_or_404(request, lead_id)
    form = MergeForm(request.POST if request.method == "POST" else request.GET)
    other = _other(request, form)
    if other is None or other == lead:
        return _page(request, lead, None, "Choose another lead of your agency to merge with.")
    if request.method != "POST":
        return _page(request, lead, other)
    older, newer = sorted((lead, other), key=lambda each: (each.created_at, each.id))
    survivor = newer if form.cleaned_data["survivor"] == newer.id else older
    gone = newer if survivor is older else older
    try:
        survivor, gone = merge(
            request.organisation,
            survivor_id=survivor.id,
            other_id=gone.id,
            by=actor_of(request),
        )
    except CannotMerge as reason:
        return _page(request, lead, other, str(reason))
    messages.success(request, f"Merged with {gone.display_name}. The history can undo it.")
    return SeeOther(lead_page.url_of(request, survivor))


@require_POST
@sent_once()
def unmerge_leads(request: SignedInRequest, lead_id: UUID) -> HttpResponse:
    """Undo the last merge into this lead, named by its event."""
    lead = lead_page.lead_or_404(request, lead_id)
    form = UnmergeForm(request.POST)
    try:
        if not form.is_valid():
            raise CannotMerge("The page did not say which merge to undo. Look at the history.")
        other = unmerge(
            request.organisation,
            survivor_id=lead.id,
            event_id=form.cleaned_data["event"],
            by=actor_of(request),
        )
    except CannotMerge as reason:
        page = ("leads/detail.html", lead_page.whole)  # by HTMX too: no part of it asks for this
        return lead_page.refused(request, lead, *page, faults=[str(reason)])
    messages.success(request, f"{other.display_name} is a lead of its own again.")
    return SeeOther(lead_page.url_of(request, lead))


def _other(request: SignedInRequest, form: MergeForm) -> Lead | None:
    """The lead to merge with; another agency's is a 404 as everywhere."""
    if not form.is_valid():
        return None
    leads = Lead.objects.for_organisation(request.organisation).select_related("assignee")
    return get_object_or_404(leads, id=form.cleaned_data["other"])


def _page(
    request: SignedInRequest, lead: Lead, other: Lead | None, fault: str | None = None
) -> HttpResponse:
    context: dict[str, Any] = {
        "lead": lead,
        "other": other,
        "url": lead_page.url_of(request, lead),
        "carried": came_from(request).carried,
        "fault": fault,
    }
    if other is not None:
        older, newer = sorted((lead, other), key=lambda each: (each.created_at, each.id))
        context |= {
            "older": older,
            "newer": newer,
            "compared": _compared(older, newer),
            "has_origin_or_consent": origin_and_consent.is_known(older, newer),
        }
    return render(request, "leads/merging.html", context, status=422 if fault else 200)


def _compared(one: Lead, other: Lead) -> list[tuple[str, str, str, bool]]:
    """Label, what each says, and whether they contradict, of every fact that either knows."""
    lines = [
        (fact_label(field), _words(one, field), _words(other, field))
        for field in (*FACT_FIELDS, *origin_and_consent.COLUMNS, "status", "follow_up_on")
        if is_known(one, field) or is_known(other, field)
    ]
    people = [lead.assignee.name if lead.assignee else "nobody" for lead in (one, other)]
    lines.append(("Assignee", people[0], people[1]))
    unsaid = (UNKNOWN, "nobody")
    return [
        (label, first, second, first != second and not {first, second} & {*unsaid})
        for label, first, second in lines
    ]


def _words(lead: Lead, field: str) -> str:
    return value_in_words(field, as_text(getattr(lead, field)) if is_known(lead, field) else None)
