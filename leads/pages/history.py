"""Notes, and what does not fit on a lead's page: earlier history, earlier conversations."""

from uuid import UUID

from django.http import HttpResponse
from django.views.decorators.http import require_POST, require_safe

from foundation.web.pages import render_page
from leads.history import history_of
from leads.models import Lead
from leads.notes import add_note
from leads.pages import lead_page
from leads.pages.note_form import NoteForm
from organisations.changes.numbering import numbered_last
from organisations.requests import SignedInRequest, actor_of
from organisations.sending_once import sent_once


@require_safe
def lead_history(request: SignedInRequest, lead_id: UUID) -> HttpResponse:
    """A page of the history, the latest first; HTMX asks for what follows the page it has."""
    lead = lead_page.lead_or_404(request, lead_id)
    context = {
        "lead": lead,
        "url": lead_page.url_of(request, lead),
        "history": history_of(lead, request.user, request.GET),
    }
    return render_page(request, "leads/history.html", "leads/_history_events.html", context)


@require_safe
def lead_conversations(request: SignedInRequest, lead_id: UUID) -> HttpResponse:
    """A page of the lead's conversations, likewise."""
    lead = lead_page.lead_or_404(request, lead_id)
    context = lead_page.conversations(request, lead, request.GET)
    context["url"] = lead_page.url_of(request, lead)
    return render_page(
        request, "leads/conversations.html", "leads/_conversation_list.html", context
    )


def _show_note_again(request: SignedInRequest, lead_id: UUID) -> HttpResponse:
    return _written(request, lead_page.became_or_404(request, lead_id), lead_id)


@require_POST
@sent_once(again=_show_note_again)
def write_note(request: SignedInRequest, lead_id: UUID) -> HttpResponse:
    """Write a note into the history of the lead, or of the one that it became meanwhile."""
    form = NoteForm(request.POST)
    with numbered_last():
        lead = lead_page.became_or_404(request, lead_id)
        if form.is_valid():
            add_note(lead, form.cleaned_data["text"], by=actor_of(request))
    if not form.is_valid():
        return lead_page.refused(request, lead, "leads/_note_form.html", note_form=form)
    return _written(request, lead, lead_id)


def _written(request: SignedInRequest, lead: Lead, lead_id: UUID) -> HttpResponse:
    """The history with the note, of the lead that was meant or of what it became."""
    if lead.id != lead_id:
        return lead_page.merged_away(request, lead, "your note")
    fragment, part = "leads/_note_swap.html", lead_page.head
    return lead_page.changed(request, lead, "Note added", fragment, part, note_form=NoteForm())
