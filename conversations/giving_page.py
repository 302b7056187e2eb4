"""Giving a conversation to another lead, and taking it back."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_http_methods, require_POST

from conversations.giving import CannotGive, give, take_back
from conversations.models import Conversation
from conversations.reading import conversation_or_404
from conversations.said import Sayings, first_of_each, lead_of
from foundation.web.pages import SeeOther, announce, render_page, wants_fragment
from leads import search
from leads.duplicates import Duplicate, possible_duplicates
from leads.history import labels_of
from leads.models import Lead
from leads.pages import lead_page
from leads.pages.neighbours import came_from
from organisations.requests import SignedInRequest, actor_of
from organisations.sending_once import sent_once

MOST_FOUND = 20
NEW = "new"


class FindForm(forms.Form):
    """For which lead somebody looks."""

    q = forms.CharField(label="Find a lead", required=False, max_length=200)


class GiveForm(forms.Form):
    """To which lead, or NEW; `seen` is the one whose conversation it was on the page."""

    seen = forms.UUIDField()
    to = forms.CharField()

    def clean_to(self) -> UUID | None:
        said = self.cleaned_data["to"]
        return None if said == NEW else forms.UUIDField().clean(said)


class TakeBackForm(forms.Form):
    giving = forms.UUIDField()


@require_http_methods(["GET", "HEAD", "POST"])
@sent_once()
def give_conversation(request: SignedInRequest, conversation_id: UUID) -> HttpResponse:
    """Whose it may be, with a search (GET `?q=`); then give it to that lead (POST)."""
    conversation = conversation_or_404(request, conversation_id)
    if request.method != "POST":
        return _page(request, conversation)
    form = GiveForm(request.POST)
    if not form.is_valid():
        return _page(request, conversation, "Choose the lead whose conversation it is.")
    to = form.cleaned_data["to"]
    if to is not None:  # another agency's is a 404 as everywhere
        get_object_or_404(Lead.objects.for_organisation(request.organisation), id=to)
    try:
        receiver = give(
            request.organisation,
            conversation.id,
            seen=form.cleaned_data["seen"],
            to=to,
            by=actor_of(request),
        )
    except CannotGive as reason:
        return _page(request, conversation_or_404(request, conversation_id), str(reason))
    words = f"The conversation is {receiver.display_name}’s now. The history can take it back."
    messages.success(request, words)
    return SeeOther(lead_page.url_of(request, receiver))


@require_POST
@sent_once()
def take_conversation_back(request: SignedInRequest, conversation_id: UUID) -> HttpResponse:
    """Undo the giving that the history names by its event; else say why, and offer to give it."""
    conversation = conversation_or_404(request, conversation_id)
    form = TakeBackForm(request.POST)
    try:
        if not form.is_valid():
            raise CannotGive("The page did not say what to take back. Look at the history.")
        giver = take_back(
            request.organisation,
            conversation.id,
            giving_id=form.cleaned_data["giving"],
            by=actor_of(request),
        )
    except CannotGive as reason:
        return _page(request, conversation_or_404(request, conversation_id), str(reason))
    messages.success(request, f"The conversation is {giver.display_name}’s again.")
    return SeeOther(lead_page.url_of(request, giver))


def _page(
    request: SignedInRequest, conversation: Conversation, fault: str | None = None
) -> HttpResponse:
    """The page, or for HTMX the leads among which to choose; 422 where there is a fault."""
    lead = conversation.lead
    form = FindForm(request.GET)
    found = _found(request, form, lead)
    context: dict[str, Any] = {
        "conversation": conversation,
        "lead": lead,
        "url": lead_page.url_of(request, lead),
        "carried": came_from(request).carried,
        "from_list": request.GET.get("from", ""),
        "form": form,
        "found": found,
        "fault": fault,
        "chosen": request.POST.get("to", ""),
    }
    if not wants_fragment(request):
        context |= _what_it_said(request, conversation)
    status = 422 if fault else 200
    page, fragment = "conversations/giving.html", "conversations/_giving_found.html"
    response = render_page(request, page, fragment, context, status=status)
    if found is None or not wants_fragment(request):
        return response
    return announce(response, f"{len(found)} found" if found else "Nobody found")


def _found(request: SignedInRequest, form: FindForm, lead: Lead) -> list[Lead] | None:
    """Unmerged leads that the search finds, the newest first; None where nothing is asked."""
    typed = form.cleaned_data["q"] if form.is_valid() else ""
    if not typed:
        return None
    asked = search.query(request.organisation.id, typed, {})
    if asked is None:  # nothing in it can be looked up
        return []
    leads = Lead.objects.for_organisation(request.organisation).unmerged().exclude(id=lead.id)
    return list(leads.found_by(asked).defer("search").newest_first()[:MOST_FOUND])


def _what_it_said(request: SignedInRequest, conversation: Conversation) -> dict[str, Any]:
    """Who it may be by what it said, and what would go along."""
    lead = conversation.lead
    sayings = Sayings(lead, request.organisation)
    told = lead_of(first_of_each(sayings.tellings(conversation.id)))
    suggested = {
        each.lead.id: each
        for each in (*_like(told, request), *_like(lead, request))
        if each.lead.id != lead.id
    }
    going = labels_of(sayings.alone(conversation.id))
    return {"told": told, "suggested": list(suggested.values()), "going": going}


def _like(lead: Lead, request: SignedInRequest) -> list[Duplicate]:
    return possible_duplicates(lead, request.organisation)
