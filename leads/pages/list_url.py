"""The list's address: which leads it asks for, and what of it is worth keeping.

The one place in which acts on the list (changing many, announcing new ones, saving a view) depend
on the list's filters.
"""

from django.core.exceptions import TooManyFieldsSent
from django.http import QueryDict
from django.urls import reverse

from foundation.lists.filters import POSITION
from leads.models import Lead, LeadQuerySet
from leads.pages.filters import LeadFilterForm

_MOST_VALUES = 100  # of one parameter


def leads_of(filters: LeadFilterForm) -> LeadQuerySet:
    """The asking person's agency's leads that the filters let through, in no order."""
    return filters.narrow(Lead.objects.for_organisation(filters.person.organisation).unmerged())


def cleaned(filters: LeadFilterForm, *, with_position: bool = False) -> str:
    """The address's query with known and faultless filters alone; empty where nothing narrows.

    The order is the form's, so one choice has one spelling. The place in the list is kept only
    on request.
    """
    kept = QueryDict(filters.query, mutable=True)
    if with_position:
        for name in POSITION:
            kept.setlist(name, [value for value in filters.asked.getlist(name)[-1:] if value])
    return kept.urlencode()


def list_query(text: str) -> str:
    """A query of the lead list with nothing in it but what the list understands."""
    try:
        asked = QueryDict(text, mutable=True)
    except TooManyFieldsSent:
        return ""
    known = {*LeadFilterForm.base_fields, *POSITION}
    for name in list(asked):
        values = [value for value in asked.getlist(name) if value and "\x00" not in value]
        if name in known and values:
            asked.setlist(name, values[:_MOST_VALUES])
        else:
            del asked[name]
    return asked.urlencode()


def list_url(query: str = "") -> str:
    """The list under this query; whatever in it is not the list's own is left out."""
    kept = list_query(query)
    return reverse("leads:list") + (f"?{kept}" if kept else "")
