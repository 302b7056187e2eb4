"""A lead's wording, for templates (leads/wording.py)."""

from collections.abc import Iterable
from typing import Any

from django import template
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

from leads import phones, wording
from leads.models import Lead
from leads.models.choices import LeadStatus
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


@register.filter
def breakable(email: str) -> SafeString:
    """An e-mail address as HTML that a narrow line breaks before its @, not amid a word."""
    return mark_safe(conditional_escape(email).replace("@", "<wbr>@"))  # noqa: S308 - is escaped


@register.simple_tag(takes_context=True)
def draft_keys(context: Any, form: str, merged: Iterable[Lead]) -> str:
    """The names under which the browser keeps what is typed into that form of the page's lead.

    Its own comes first, then those of leads that became this one: what was typed about them is
    typed about it.
    """
    own = context.request.resolver_match.kwargs["lead_id"]
    ids = dict.fromkeys([own, *(lead.id for lead in merged)])
    return " ".join(f"{form}:{id_}" for id_ in ids)
