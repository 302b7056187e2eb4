"""A lead's wording and its page's address, for templates (leads/wording.py, neighbours.py)."""

from collections.abc import Iterable
from functools import cache
from typing import Any

from django import template
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.http import urlencode
from django.utils.safestring import SafeString

from leads import phones, wording
from leads.models import Lead
from leads.models.choices import PERSON_STATUSES, LeadStatus
from leads.pages.list_url import list_query
from leads.pages.neighbours import FROM
from leads.temperature import temperature

register = template.Library()
register.filter("temperature", temperature)
register.filter("looking_for", wording.looking_for)
register.filter("more_wanted", wording.more_wanted)
register.filter("telephone_link", wording.telephone_link)
register.filter("e_mail_link", wording.e_mail_link)
register.filter("shown_phone", phones.shown)
register.filter("budget", wording.budget)
register.filter("fact_label", wording.fact_label)


@register.filter
def status_label(status: str) -> str:
    """The word for a status; an event keeps only its value."""
    return LeadStatus(status).label if status in LeadStatus.values else status


@register.simple_tag
@cache
def status_options(status: str) -> SafeString:
    """Options of the statuses that a person moves a lead to, this one chosen, in an order of their
    own, so that whoever steps through them finds each where it was.

    They are the same in all rows of a list that have the status, and therefore made once.
    """
    first = () if status in PERSON_STATUSES else (LeadStatus(status),)
    return format_html_join(
        "",
        '<option value="{}"{}>{}</option>',
        (
            (each.value, SafeString(" selected") if each == status else "", each.label)
            for each in (*first, *PERSON_STATUSES)
        ),
    )


@register.simple_tag(takes_context=True)
def draft_keys(context: Any, form: str, merged: Iterable[Lead]) -> str:
    """The names under which the browser keeps what is typed into that form of the page's lead.

    Its own comes first, then those of leads that became this one: what was typed about them is
    typed about it.
    """
    own = context.request.resolver_match.kwargs["lead_id"]
    ids = dict.fromkeys([own, *(lead.id for lead in merged)])
    return " ".join(f"{form}:{id_}" for id_ in ids)


@register.simple_tag(takes_context=True)
def lead_address(context: Any, lead: Lead) -> str:
    """The lead's page, as it is linked from the lead list: with the list one comes from."""
    query = list_query(context.request.GET.urlencode())
    return reverse("leads:detail", args=[lead.id]) + "?" + urlencode({FROM: query})
