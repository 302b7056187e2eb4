"""Moving a lead along, from its page or from its row in the list."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from foundation.lists.paging import Count
from foundation.web.pages import SeeOther, announce, wants_fragment
from leads import moving
from leads.acts import Act
from leads.changed_meanwhile import last_change
from leads.losing import LONGEST_WORDS, LostFor
from leads.models import EventKind, Lead
from leads.models.choices import PERSON_STATUSES, LeadStatus, LostReason
from leads.pages import lead_page
from leads.pages.acts import ActForm, SeenForm, act_on
from leads.pages.bulk import nothing_changed
from leads.pages.bulk_forms import ShownForm
from leads.pages.filters import LeadFilterForm
from leads.pages.lead_row import row_context, rows_of
from leads.pages.list_counts import Matching, counts, is_matching
from leads.pages.list_url import list_url
from leads.pages.text_fields import Prose
from organisations.requests import SignedInRequest, actor_of


class MoveForm(SeenForm):
    """A lead's next status, and the status that the page showed when the person chose."""

    status = forms.ChoiceField(
        choices=[(status.value, status.label) for status in PERSON_STATUSES],
        error_messages={
            "required": "Choose where to move the lead.",
            "invalid_choice": "A lead cannot be moved to “%(value)s”. Choose one of those offered.",
        },
    )

    @property
    def to(self) -> LeadStatus:
        """Where the lead is to be moved; the form must be valid."""
        return LeadStatus(self.cleaned_data["status"])


class LeadMoveForm(MoveForm, ActForm):
    """A move from the bar of a lead: with it the person may take the lead, and go on to the next.

    A lead that is lost may have a reason; that nothing of the list fits is said in words.
    """

    mine = forms.BooleanField(required=False)
    goes_on = forms.BooleanField(required=False)
    lost_reason = forms.ChoiceField(
        required=False,
        choices=[("", ""), *LostReason.choices],
        error_messages={"invalid_choice": "“%(value)s” is not one of the reasons offered."},
    )
    lost_words = Prose(
        label="In your words", required=False, empty_value=None, max_length=LONGEST_WORDS
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("lost_reason") == LostReason.OTHER and not cleaned.get("lost_words"):
            self.add_error("lost_words", "Say in a few words why, or choose another reason.")
        return cleaned

    def act(self) -> Act:
        said = self.cleaned_data
        reason = said["lost_reason"] if self.to == LeadStatus.LOST else ""
        return Act(
            status=self.to,
            lost_for=LostFor(LostReason(reason), said["lost_words"]) if reason else None,
            is_mine=said["mine"],
            note=said["text"],
        )

    def words(self) -> str:
        return f"Moved to {self.to.label}"


@require_POST
def change_lead_status(request: SignedInRequest, lead_id: UUID) -> HttpResponse:
    """Move the lead, unless it was moved since the person's page was made."""
    form = LeadMoveForm(request.POST)
    goes_on = form.is_valid() and form.cleaned_data["goes_on"]
    return act_on(request, lead_id, form, goes_on=goes_on)


@require_POST
def change_status_in_list(request: SignedInRequest, lead_id: UUID) -> HttpResponse:
    """Move the lead from its row, unless it was moved since the row was made."""
    form, filters = MoveForm(request.POST), LeadFilterForm(request.GET, request.user)
    is_swap = wants_fragment(request)
    matched = is_swap and is_matching(filters, lead_id)  # asked before the move changes it
    moved = _move(request, lead_id, form)
    lead = lead_page.lead_or_404(request, lead_id)
    fault = None if moved else _fault(request, lead, form)
    if not is_swap:
        if fault is not None:
            return nothing_changed(request, [fault], back=request.GET.urlencode())
        messages.success(request, _words(lead, form))
        return SeeOther(list_url(request.GET.urlencode()))
    context = {
        "rows": rows_of(request, filters, [lead]),
        "fault": fault,
        **row_context(request, filters),
        **counts(filters),
    }
    context["matching"] = _matching_now(request, filters, lead_id, matched=matched)
    response = render(request, "leads/_row_swap.html", context, status=422 if fault else 200)
    return announce(response, fault or _words(lead, form))


def _matching_now(
    request: SignedInRequest, filters: LeadFilterForm, lead_id: UUID, *, matched: bool
) -> Matching | None:
    """All that match of what the page shows, now that the lead was moved; None where unknown.

    Not as many as there are by now: what arrived since the page is not changed from it.
    """
    form = ShownForm(request.POST)
    if not form.is_valid() or form.cleaned_data["said"] is None:
        return None
    more = is_matching(filters, lead_id) - matched
    return Matching(Count(max(0, form.cleaned_data["said"] + more)))


def _move(request: SignedInRequest, lead_id: UUID, form: MoveForm) -> bool:
    """Move the lead as the form asks; whether the form was good, and what it saw still stood."""
    if not form.is_valid():
        return False
    seen = LeadStatus(form.cleaned_data["seen"])
    moved = moving.move(
        lead_id,
        form.to,
        organisation_id=request.organisation.id,
        by=actor_of(request),
        seen=seen,
    )
    if moved is None:
        raise Http404
    return moved.was == seen


def _words(lead: Lead, form: MoveForm) -> str:
    return f"{lead.display_name} moved to {form.to.label}"


def _fault(request: SignedInRequest, lead: Lead, form: MoveForm) -> str:
    """Why the lead was not moved as asked, in words."""
    if not form.is_valid():
        return " ".join(form.faults)
    last = last_change(lead, request.organisation, EventKind.STATUS)
    now = LeadStatus(lead.status).label
    if last is None:
        return f"Not moved: this lead is {now} by now."
    return f"Not moved: {last.actor_name} moved this lead to {now} meanwhile."
