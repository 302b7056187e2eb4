"""A lead's row in the list: all that its template shows, made ready beforehand.

Fifty rows are most of what the list costs. What they have in common is made once, and each is a
dictionary, in which a template finds an entry at once: it would try an object's attributes last.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from html import escape
from typing import Any, TypedDict
from uuid import UUID

from django.middleware.csrf import get_token
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html_join
from django.utils.http import urlencode
from django.utils.safestring import SafeString

from foundation.days import today
from foundation.templatetags.icons import icon
from foundation.templatetags.times import since, waited, when
from leads import follow_ups, phones, wording
from leads.models import Lead
from leads.models.choices import PERSON_STATUSES, SCORED_STATUSES, Channel, LeadStatus
from leads.pages.filters import LeadFilterForm, Sort
from leads.pages.list_url import cleaned, list_query
from leads.pages.neighbours import FROM
from leads.temperature import temperature
from organisations.requests import SignedInRequest

_ANY = UUID(int=0)


class Row(TypedDict):
    """What the template of a row shows, escaped; empty is what is not known."""

    id: str
    url: str
    name: str
    shown_name: str
    picked: str  # id, status and assignee, as the bar's form reads them
    phone: str
    phone_shown: str
    phone_url: str
    email: str
    email_url: str
    score: int | None
    band: str | None
    band_word: str
    status: str
    mark: str
    options: str
    move_url: str
    wants: str
    more: str
    owner: str
    due: str  # `Due 1 Dec`: when somebody means to come back to the lead
    due_whole: str
    is_late: bool
    channel: str
    channel_word: str
    when: str


@dataclass(frozen=True, slots=True)
class _Shared:
    """What the rows of a page have in common."""

    filters: LeadFilterForm
    page_of: Callable[[UUID], str]
    move_of: Callable[[UUID], str]
    now: datetime
    today: date


def rows_of(request: SignedInRequest, filters: LeadFilterForm, leads: Iterable[Lead]) -> list[Row]:
    """The leads' rows, as the list shows them that is asked for by `filters`."""
    origin = urlencode({FROM: list_query(request.GET.urlencode())})
    back = cleaned(filters, with_position=True)
    shared = _Shared(
        filters,
        _addresses("leads:detail", origin),
        _addresses("leads:change_status_in_list", back),
        timezone.now(),
        today(),
    )
    return [_row(lead, shared) for lead in leads]


def _row(lead: Lead, shared: _Shared) -> Row:
    owner = shared.filters.people.get(str(lead.assignee_id))
    band = temperature(lead.score)
    due = lead.follow_up_on
    return {
        "id": SafeString(lead.id),
        "url": shared.page_of(lead.id),
        "name": _safe(lead.name),
        "shown_name": _safe(lead.display_name),
        "picked": SafeString(f"{lead.id} {lead.status} {lead.assignee_id or ''}"),
        "phone": _safe(lead.phone),
        "phone_shown": _safe(phones.shown(lead.phone) if lead.phone else None),
        "phone_url": _safe(wording.telephone_link(lead)),
        "email": _safe(lead.email),
        "email_url": _safe(wording.e_mail_link(lead)),
        "score": lead.score,
        "band": SafeString(band) if band else None,
        "band_word": SafeString(band.capitalize()) if band else "",
        "status": SafeString(lead.status),
        "mark": icon(lead.status, "mark"),
        "options": _options(lead.status),
        "move_url": shared.move_of(lead.id),
        "wants": _safe(wording.looking_for(lead)),
        "more": _safe(wording.more_wanted(lead)),
        "owner": _safe(owner.name if owner else None),
        "due": _due(due, shared.today) if due else "",
        "due_whole": _safe(follow_ups.in_words(due, shared.today) if due else None),
        "is_late": follow_ups.is_overdue(due, shared.today),
        "channel": icon(lead.source, "small"),
        "channel_word": SafeString(Channel(lead.source).label),
        "when": _received_or_waiting(lead, shared),
    }


def _safe(text: str | None) -> SafeString:
    """The text, escaped here: several are shown more than once, and Django's own way is slower."""
    return SafeString(escape(text)) if text else SafeString("")


def row_context(request: SignedInRequest, filters: LeadFilterForm) -> dict[str, Any]:
    """What rows need that is the same for each, to be moved where they stand."""
    return {
        "back": cleaned(filters, with_position=True),
        # One text for all rows: the tag would make another for each, which does not compress.
        "token": get_token(request),
        "copy": icon("copy", "small"),
    }


def _addresses(view: str, query: str) -> Callable[[UUID], str]:
    """The view's address for any lead: the URL table is asked once, and not for each row."""
    before, after = reverse(view, args=[_ANY]).split(str(_ANY))
    end = _safe(f"{after}?{query}" if query else after)
    return lambda id_: SafeString(f"{before}{id_}{end}")


def _received_or_waiting(lead: Lead, shared: _Shared) -> SafeString:
    """When it was received; in the order of the longest wait, how long it has waited if it does."""
    if shared.filters.sorted_by is Sort.WAIT and lead.status in SCORED_STATUSES:
        return since(lead.created_at, waited(shared.now - lead.created_at))
    return when(lead.created_at)


@cache
def _options(status: str) -> SafeString:
    """Options of the statuses that a person moves a lead to, this one chosen, in an order of their
    own, so that whoever steps through them finds each where it was."""
    first = () if status in PERSON_STATUSES else (LeadStatus(status),)
    return format_html_join(
        "",
        '<option value="{}"{}>{}</option>',
        (
            (each.value, SafeString(" selected") if each == status else "", each.label)
            for each in (*first, *PERSON_STATUSES)
        ),
    )


def _due(day: date, now: date) -> str:
    """`Due 1 Dec`, `Due today`, `Late 28 Nov`: few letters, as a column has little room."""
    if day == now:
        return "Due today"
    words = date_format(day, "j M" if day.year == now.year else "j M Y")
    return f"{'Late' if follow_ups.is_overdue(day, now) else 'Due'} {words}"
