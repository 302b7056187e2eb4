"""What a lead's page is made of: each part as the context of its fragment."""

from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django_htmx.http import HttpResponseClientRedirect

from foundation.days import today
from foundation.lists.paging import page_of
from foundation.web.pages import SeeOther, announce, wants_fragment
from leads.assignment import assignable
from leads.duplicates import possible_duplicates
from leads.follow_ups import in_words, is_overdue, preset_days
from leads.history import history_of
from leads.merging import became, merged_leads
from leads.models import Lead
from leads.models.choices import PERSON_STATUSES, REACHED, LeadStatus, LostReason
from leads.origin_and_consent import ConsentSaid, consent_said
from leads.pages.neighbours import came_from, way_through
from leads.pages.note_form import NoteForm
from leads.pages.quoted_score import score_context
from leads.wording import e_mail_link, fact_groups, origin, signals, telephone_link
from organisations.hours.reading import hours_of
from organisations.models import User
from organisations.requests import SignedInRequest

PAGE_CONVERSATIONS = 50
# What the bar offers beside the first act; the rest is behind More.
BESIDE = (LeadStatus.QUALIFIED, LeadStatus.LOST)
# What is worth a first act, by where the lead stands; none where it has come all the way.
FIRST_ACTS = {
    LeadStatus.CONTACTED: LeadStatus.QUALIFIED,
    LeadStatus.QUALIFIED: LeadStatus.CONVERTED,
}


def lead_or_404(request: SignedInRequest, lead_id: UUID, *, locked: bool = False) -> Lead:
    """The agency's unmerged lead with its assignee; `locked` until the transaction ends."""
    leads = Lead.objects.for_organisation(request.organisation).unmerged().defer("search")
    # With the lock the assignee is read after it: what was joined while waiting is out of date.
    leads = leads.select_for_update() if locked else leads.select_related("assignee")
    return get_object_or_404(leads, id=lead_id)


def became_or_404(request: SignedInRequest, lead_id: UUID) -> Lead:
    """The lead, locked; where it was merged away while somebody wrote, the one that it became."""
    leads = Lead.objects.for_organisation(request.organisation).defer("search")
    while True:  # until no merge came between the two statements
        lead = get_object_or_404(leads, id=lead_id)
        unmerged = leads.unmerged().select_for_update()
        if (found := unmerged.filter(id=became(lead)).first()) is not None:
            return found


def url_of(request: SignedInRequest, lead: Lead) -> str:
    """The lead's page, with the list that the person came from."""
    return reverse("leads:detail", args=[lead.id]) + came_from(request).carried


# --- Parts ---------------------------------------------------------------------------------------
def head(request: SignedInRequest, lead: Lead) -> dict[str, Any]:
    """The bar: who it is, how to reach them, where the lead stands, what can be done; the way
    through the list one came from above it, and the history below."""
    origin, day = came_from(request), today()
    presets = preset_days(day, hours_of(request.organisation))
    return {
        "lead": lead,
        "url": url_of(request, lead),
        "carried": origin.carried,
        "origin": origin,
        "way": way_through(origin, lead, request.user),
        "telephone": telephone_link(lead),
        "e_mail": e_mail_link(lead),
        "signals": signals(lead),
        "follow_up": in_words(lead.follow_up_on, day) if lead.follow_up_on else None,
        "overdue": is_overdue(lead.follow_up_on, day),
        "today": day,
        "follow_up_presets": {name: words for name, (_, words) in presets.items()},
        "people": _people(request, lead),
        "is_mine": lead.assignee_id == request.user.id,
        "history": history_of(lead, request.user, QueryDict()),
        **_offered(lead),
    }


def _offered(lead: Lead) -> dict[str, Any]:
    """The moves that the bar offers; never the status that stands."""
    to_contact = lead.status not in REACHED
    first = None if to_contact else FIRST_ACTS.get(LeadStatus(lead.status))
    beside = [status for status in BESIDE if status not in (lead.status, first)]
    rest = [status for status in PERSON_STATUSES if status not in (lead.status, first, *beside)]
    return {
        "to_contact": to_contact,
        "first_move": first,
        "may_qualify": LeadStatus.QUALIFIED in beside,
        "reasons_to_lose": LostReason.choices if LeadStatus.LOST in beside else [],
        "more_moves": rest,
    }


def _people(request: SignedInRequest, lead: Lead) -> list[User]:
    """Those who can look after the lead, and whoever does though they are no longer active."""
    people = list(assignable(request.organisation))
    if lead.assignee is not None and lead.assignee not in people:
        people.append(lead.assignee)
    return people


def facts(request: SignedInRequest, lead: Lead) -> dict[str, Any]:
    """The score with its reasons, and the facts."""
    return {
        "lead": lead,
        **score_context(lead, request.organisation),
        "fact_groups": fact_groups(lead),
        "came_by": origin(lead),
        "consent": _consent(request, lead),
    }


def _consent(request: SignedInRequest, lead: Lead) -> ConsentSaid | None:
    """Asked for only where there is one."""
    if lead.marketing_consent is None:
        return None
    return consent_said(lead, merged_leads(lead), request.organisation)


def conversations(request: SignedInRequest, lead: Lead, query: QueryDict) -> dict[str, Any]:
    """Its conversations, newest first; the only one comes with its messages.

    Of several each opens on request.
    """
    # A higher app's rows, read by reverse relation.
    ours = lead.conversations.for_organisation(request.organisation).newest_first()
    page: Any = page_of(ours, query, size=PAGE_CONVERSATIONS)
    alone = len(page.rows) == 1 and page.newer is None and page.older is None
    return {
        "lead": lead,
        "conversations": page,
        "messages_of_only": page.rows[0].latest_messages() if alone else [],
    }


def duplicates(request: SignedInRequest, lead: Lead) -> dict[str, Any]:
    """Leads that may be the same person."""
    return {
        "lead": lead,
        "carried": came_from(request).carried,
        "duplicates": possible_duplicates(lead, request.organisation),
    }


def whole(request: SignedInRequest, lead: Lead) -> dict[str, Any]:
    """All of the page."""
    return {
        **head(request, lead),
        **facts(request, lead),
        **conversations(request, lead, QueryDict()),
        **duplicates(request, lead),
        "note_form": NoteForm(),
    }


# --- Answers -------------------------------------------------------------------------------------
Part = Callable[[SignedInRequest, Lead], dict[str, Any]]  # one of those above


def changed(
    request: SignedInRequest, lead: Lead, words: str, fragment: str, *parts: Part, **more: Any
) -> HttpResponse:
    """What was posted is done: the changed parts for HTMX, else back to the lead's page."""
    if wants_fragment(request):
        context = _together(request, lead, parts) | more
        return announce(render(request, fragment, context), words)
    messages.success(request, words)
    return SeeOther(url_of(request, lead))


def merged_away(request: SignedInRequest, survivor: Lead, words: str) -> HttpResponse:
    """What was posted about a lead that was merged meanwhile is done: on to the one it became."""
    into = f"This lead was merged into {survivor.display_name} while you wrote"
    messages.success(request, f"{into}: {words} stands here.")
    url = url_of(request, survivor)
    return HttpResponseClientRedirect(url) if wants_fragment(request) else SeeOther(url)


def refused(
    request: SignedInRequest, lead: Lead, fragment: str, *parts: Part, **more: Any
) -> HttpResponse:
    """What was posted was not done: 422 with the parts that say why, or with the lead's page."""
    if wants_fragment(request):
        return render(request, fragment, _together(request, lead, parts) | more, status=422)
    return render(request, "leads/detail.html", whole(request, lead) | more, status=422)


def _together(request: SignedInRequest, lead: Lead, parts: Iterable[Part]) -> dict[str, Any]:
    context = {"lead": lead, "carried": came_from(request).carried}
    for part in parts:
        context |= part(request, lead)
    return context
