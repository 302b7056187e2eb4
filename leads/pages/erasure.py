"""The person's right to what is kept of them, and to its end. For admins."""

import json
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from foundation.lists.csv_files import only_export_of
from foundation.web.pages import SeeOther
from leads.erasure import erase
from leads.merging import lock_merging
from leads.models import Lead
from leads.pages import lead_page
from leads.pages.neighbours import came_from
from leads.visitor_export import visitor_export
from organisations.audit import record
from organisations.changes.numbering import numbered_last
from organisations.models import AuditAction, AuditTarget
from organisations.requests import SignedInRequest, actor_of, admin_required
from organisations.sending_once import sent_once
from organisations.signing_in.recent_sign_in import (
    recent_sign_in_before_download,
    recent_sign_in_required,
)

WORD = "erase"


class EraseForm(forms.Form):
    """The lead's name or the word, typed, so that nobody erases by a slip of the mouse."""

    typed = forms.CharField(max_length=200, required=False)

    def __init__(self, lead: Lead, *args: Any) -> None:
        super().__init__(*args)
        self.auto_id = "erase-%s"
        self.lead = lead
        said = f"“{lead.name}” or “{WORD}”" if lead.name else f"“{WORD}”"
        self.fields["typed"].label = f"Type {said} to confirm"
        self.fields["typed"].widget.attrs |= {"autocomplete": "off", "spellcheck": "false"}

    def clean_typed(self) -> str:
        typed: str = self.cleaned_data["typed"]
        accepted = {_plain(WORD), _plain(self.lead.name or WORD)}
        if _plain(typed) not in accepted:
            raise forms.ValidationError("That is not what was asked for. Nothing was erased.")
        return typed


def _plain(text: str) -> str:
    """Without regard to case and to how many spaces stand between words."""
    return " ".join(text.casefold().split())


@require_http_methods(["GET", "HEAD", "POST"])
@admin_required
@recent_sign_in_required
@sent_once()
def erase_lead(request: SignedInRequest, lead_id: UUID) -> HttpResponse:
    """Ask first (GET), then erase the person for good (POST)."""
    if request.method != "POST":
        lead = lead_page.lead_or_404(request, lead_id)
        return _question(request, lead, EraseForm(lead))
    with numbered_last():
        lock_merging(request.organisation)  # what was merged into it goes too
        lead = lead_page.lead_or_404(request, lead_id, locked=True)
        form = EraseForm(lead, request.POST)
        if form.is_valid():
            erase(lead, request.organisation, by=actor_of(request))
    if not form.is_valid():
        return _question(request, lead, form)
    messages.success(request, "The lead and all that was kept of the person were erased.")
    return SeeOther(came_from(request).list_url)


def _question(request: SignedInRequest, lead: Lead, form: EraseForm) -> HttpResponse:
    context = {
        "lead": lead,
        "form": form,
        "url": lead_page.url_of(request, lead),
        "carried": came_from(request).carried,
    }
    return render(request, "leads/erasure.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@admin_required
@recent_sign_in_before_download
def export_lead(request: SignedInRequest, lead_id: UUID) -> HttpResponse:
    """All that is kept of the person, as a JSON file; 429 while another export is being made."""
    lead = lead_page.lead_or_404(request, lead_id)
    with only_export_of(request.user.pk):
        exported = visitor_export(lead, request.organisation)
        if request.method != "HEAD":
            record(
                request.organisation.id,
                AuditAction.PERSON_DATA_EXPORTED,
                by=actor_of(request),
                target=AuditTarget.LEAD,
                target_id=lead.id,
            )
    response = HttpResponse(
        json.dumps(exported, ensure_ascii=False, indent=2), content_type="application/json"
    )
    response["Content-Disposition"] = f'attachment; filename="lead-{lead.id}.json"'
    return response
