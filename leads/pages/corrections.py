"""Correcting what is known of a lead, in place or on a page of its own."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from foundation.web.pages import render_page
from leads.changed_meanwhile import overtaken_facts
from leads.corrections import correct, let_go
from leads.merging import became, merged_leads
from leads.models import Lead
from leads.pages import lead_page
from leads.pages.corrections_form import FactForm
from leads.pages.neighbours import came_from
from organisations.actors import Actor
from organisations.changes.numbering import numbered_last
from organisations.requests import SignedInRequest, actor_of


@require_http_methods(["GET", "HEAD", "POST"])
def correct_facts(request: SignedInRequest, lead_id: UUID) -> HttpResponse:
    """The form with every fact; a POST saves what the person changed of what they saw.

    Of a lead that was merged away meanwhile this is the page of the one that it became.
    """
    if request.method == "POST":
        return _save(request, lead_id)
    lead = get_object_or_404(Lead.objects.for_organisation(request.organisation), id=lead_id)
    if lead.merged_into_id is not None:
        url = reverse("leads:facts", args=[became(lead)])
        return redirect(url + came_from(request).carried)
    return _form(request, lead, FactForm.showing(lead))


def _save(request: SignedInRequest, lead_id: UUID) -> HttpResponse:
    form = FactForm(request.POST)
    with numbered_last():
        lead = lead_page.became_or_404(request, lead_id)
        overtaken = form.overtaken(lead) if form.is_valid() else []
        if not overtaken:
            _correct(lead, form, by=actor_of(request))
    if not form.is_valid():
        return _form(request, lead, form, status=422)
    is_merged_away = lead.id != lead_id
    if overtaken:
        return _overtaken(request, lead, form, overtaken, is_merged_away)
    if is_merged_away:
        return lead_page.merged_away(request, lead, "what you corrected")
    return lead_page.changed(
        request, lead, "Facts saved", "leads/_corrections_swap.html",
        lead_page.head, lead_page.facts, lead_page.duplicates,
    )  # fmt: skip


def _correct(lead: Lead, form: FactForm, *, by: Actor) -> None:
    """Save what the person changed; nothing where the form has a fault, or is found one here."""
    if form.is_valid():
        form.check_order(lead)
    if form.is_valid():
        let_go(lead, set(form.cleaned_data["let_go"]) - set(form.changes()), by=by)
        correct(lead, form.changes(), by=by)


def _overtaken(
    request: SignedInRequest, lead: Lead, form: FactForm, fields: list[str], is_merged_away: bool
) -> HttpResponse:
    overtaken = overtaken_facts(lead, request.organisation, fields, form.changes())
    newer = form.brought_up_to_date(lead)
    told = {"overtaken": overtaken, "is_merged_away": is_merged_away}
    return _form(request, lead, newer, status=422, **told)


def _form(
    request: SignedInRequest,
    lead: Lead,
    form: FactForm,
    *,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    context = {
        "lead": lead,
        "form": form,
        "url": lead_page.url_of(request, lead),
        "carried": came_from(request).carried,
        "merged": merged_leads(lead),
        **more,
    }
    return render_page(
        request, "leads/corrections.html", "leads/_corrections_form.html", context, status=status
    )
