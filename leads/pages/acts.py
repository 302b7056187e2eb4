"""The bar at the head of a lead: what a person does with one press, and taking it back."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRedirect

from foundation.web.pages import SeeOther, announce, wants_fragment
from leads import acts
from leads.acts import Act
from leads.changed_meanwhile import last_change, overtaken_facts
from leads.models import EventKind, Lead, LeadEvent
from leads.models.choices import LeadStatus
from leads.notes import LONGEST_NOTE
from leads.pages import lead_page
from leads.pages.neighbours import came_from, is_in, next_in
from leads.pages.note_form import NoteForm
from leads.pages.text_fields import Prose
from leads.undoing_acts import changed_since, find_act, undo
from organisations.changes.numbering import numbered_last
from organisations.requests import SignedInRequest, actor_of

LONGEST_WAY_BACK = 1_000  # characters; a message's address travels in a cookie
NOT_SAID = "The page did not say where the lead stood. Choose again."
_FRAGMENT = "leads/_lead_head_swap.html"


class SeenForm(forms.Form):
    """Where the lead stood on the page on which somebody acts."""

    seen = forms.ChoiceField(
        choices=LeadStatus.choices,
        error_messages={"required": NOT_SAID, "invalid_choice": NOT_SAID},
    )

    @property
    def faults(self) -> list[str]:
        """What is wrong with it, in words."""
        return [str(fault) for faults in self.errors.values() for fault in faults]


class ActForm(SeenForm):
    """What somebody does to a lead by one press, and a note that they wrote beside it."""

    seen_assignee = forms.CharField(required=False, max_length=36)
    text = Prose(label="Note", required=False, max_length=LONGEST_NOTE)

    def act(self) -> Act:
        """What the person asks for; the form must be valid."""
        raise NotImplementedError

    def words(self) -> str:
        """What was done, once it is."""
        raise NotImplementedError

    def overtaken_by(self, lead: Lead, request: SignedInRequest) -> EventKind | None:
        """What of the lead somebody else changed since, if it is something that is acted on."""
        if lead.status != self.cleaned_data["seen"]:
            return EventKind.STATUS
        is_somebodys = lead.assignee_id not in (None, request.user.id)
        is_news = str(lead.assignee_id) != self.cleaned_data["seen_assignee"]
        is_taken = self.act().is_mine and is_somebodys and is_news
        return EventKind.ASSIGNMENT if is_taken else None


def act_on(
    request: SignedInRequest, lead_id: UUID, form: ActForm, *, goes_on: bool = False
) -> HttpResponse:
    """Do what the form asks, unless somebody else was quicker; then back to the lead.

    With `goes_on` it leads to the next lead of the list one came from, where there is one.
    """
    with numbered_last():
        lead = lead_page.lead_or_404(request, lead_id, locked=True)
        overtaken = form.overtaken_by(lead, request) if form.is_valid() else None
        is_to_do = form.is_valid() and overtaken is None
        done = _do(request, lead, form.act(), goes_on=goes_on) if is_to_do else None
    if done is None:
        return _refused(request, lead, form, overtaken)
    if done.onwards is None:
        _offer_undo(request, lead, done, form.words())
        return _stays(request, lead, form)
    _offer_undo(request, lead, done, f"{lead.display_name}: {form.words()}")
    is_swap = wants_fragment(request)
    return HttpResponseClientRedirect(done.onwards) if is_swap else SeeOther(done.onwards)


@dataclass(frozen=True, slots=True)
class _Done:
    """What was done, and the page of the next lead, if one goes on to it."""

    act_id: UUID
    onwards: str | None


def _do(request: SignedInRequest, lead: Lead, act: Act, *, goes_on: bool) -> _Done:
    """Act on the lead, which is locked. Its place in the list is asked for before it leaves it."""
    origin, person = came_from(request), request.user
    following = next_in(origin, lead, person) if goes_on else None
    was_in_it = following is not None and is_in(origin, lead, person)
    act_id = acts.do(lead, act, person=person, by=actor_of(request))
    if following is None:
        return _Done(act_id, onwards=None)
    is_out_of_it = was_in_it and not is_in(origin, lead, person)
    onwards = reverse("leads:detail", args=[following]) + origin.with_done(is_out_of_it).carried
    return _Done(act_id, onwards)


def _offer_undo(request: SignedInRequest, lead: Lead, done: _Done, words: str) -> None:
    """Have the next page say what was done, with an Undo."""
    carried = came_from(request).carried
    way_back = carried if len(carried) <= LONGEST_WAY_BACK else ""
    url = reverse("leads:undo_act", args=[lead.id, done.act_id]) + way_back
    messages.add_message(request, settings.MESSAGE_LEVEL_DONE, words, extra_tags=url)


def _stays(request: SignedInRequest, lead: Lead, form: ActForm) -> HttpResponse:
    """The lead's page as it now is; for HTMX what of it changed, the written note's form too."""
    if not wants_fragment(request):
        return SeeOther(lead_page.url_of(request, lead))
    context = lead_page.head(request, lead) | {"with_messages": True}
    if form.cleaned_data["text"]:
        context["note_form"] = NoteForm()
    return announce(render(request, _FRAGMENT, context), form.words())


def _refused(
    request: SignedInRequest, lead: Lead, form: ActForm, overtaken: EventKind | None
) -> HttpResponse:
    """422: why nothing was done. What was written beside it stays in its field."""
    told: dict[str, Any] = {"faults": form.faults}
    if overtaken is not None:
        told |= {"overtaken": overtaken, "overtaken_by": _who(request, lead, overtaken)}
    wrote = form["text"].value()
    if wrote and not wants_fragment(request):
        told["note_form"] = NoteForm({"text": wrote})
    return lead_page.refused(request, lead, _FRAGMENT, lead_page.head, **told)


def _who(request: SignedInRequest, lead: Lead, changed: EventKind) -> LeadEvent | None:
    """The event by which somebody else was quicker, where it is found."""
    if changed != EventKind.FIELD:
        return last_change(lead, request.organisation, changed)
    wrote = {"follow_up_on": None}
    (follow_up,) = overtaken_facts(lead, request.organisation, wrote, wrote)
    return follow_up.by


# --- Undo -----------------------------------------------------------------------------------------
@require_POST
def undo_act(request: SignedInRequest, lead_id: UUID, act_id: UUID) -> HttpResponse:
    """Take one act back, for the person who did it or an admin; then to the lead's page.

    The address carries the list as it was when the lead was acted on.
    """
    with numbered_last():
        lead = lead_page.lead_or_404(request, lead_id, locked=True)
        fault = _undone(request, lead, act_id)
    if fault:
        messages.warning(request, fault)
    else:
        messages.success(request, f"Undone: {lead.display_name} is as before.")
    origin = came_from(request)
    return SeeOther(reverse("leads:detail", args=[lead.id]) + origin.carried)


def _undone(request: SignedInRequest, lead: Lead, act_id: UUID) -> str:
    """Undo it; empty, or why nothing was undone."""
    done = find_act(lead, request.organisation, act_id)
    if done is None:
        return "Nothing was left to undo."
    if not done.may_be_undone_by(request.user):
        raise PermissionDenied("Only the person who did this, or an admin, can undo it.")
    if done.is_over:
        return "Nothing changed: Undo is offered for an hour."
    if since := changed_since(lead, request.organisation, done):
        return _words_of_change(since, act_id)
    undo(lead, request.organisation, done, by=actor_of(request))
    return ""


def _words_of_change(since: LeadEvent, act_id: UUID) -> str:
    if since.payload.get("undoes") == str(act_id):
        return "Nothing was left to undo: it is undone already."
    return f"Nothing was undone: {since.actor_name} changed this lead since."
