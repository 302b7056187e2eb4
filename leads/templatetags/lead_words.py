"""A lead's wording, for templates (leads/wording.py)."""

from django import template

from leads import wording
from leads.models import LeadStatus
from leads.temperature import temperature

register = template.Library()
register.filter("temperature", temperature)
register.filter("looking_for", wording.looking_for)
register.filter("more_wanted", wording.more_wanted)
register.filter("telephone_link", wording.telephone_link)
register.filter("e_mail_link", wording.e_mail_link)
register.filter("budget", wording.budget)
register.filter("fact_label", wording.fact_label)


@register.filter
def status_label(status: str) -> str:
    """The word for a status; an event keeps only its value."""
    return LeadStatus(status).label if status in LeadStatus.values else status
