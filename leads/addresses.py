"""The list's address: which leads it asks for, and what of it is worth keeping.

The one place in which acts on the list (changing many, announcing new ones, saving a view) depend
on the list's filters.
"""

from django.http import QueryDict
from django.urls import reverse

from leads.filters import LeadFilterForm
from leads.models import Lead, LeadQuerySet
from organisations.filters import POSITION
from organisations.models import Organisation


def leads_of(organisation: Organisation, address: QueryDict) -> LeadQuerySet:
    """The agency's leads that the filters in the address let through, in no order."""
    leads = Lead.objects.for_organisation(organisation).standing()
    return LeadFilterForm(address).narrow(leads)


def cleaned(address: QueryDict, *, with_position: bool = False) -> str:
    """The address's query with known and faultless filters alone; empty where nothing narrows.

    The order is the form's, so one choice has one spelling. The place in the list is kept only
    on request.
    """
    filters = LeadFilterForm(address)
    kept = QueryDict(mutable=True)
    for name in filters.fields:
        if name not in POSITION and name not in filters.errors:
            kept.setlist(name, [value for value in address.getlist(name) if value.strip()])
    if with_position:
        for name in POSITION:
            kept.setlist(name, [value for value in address.getlist(name)[-1:] if value])
    return kept.urlencode()


def list_address(query: str = "") -> str:
    """The list under this query; whatever in it is not the list's own is left out."""
    kept = cleaned(QueryDict(query), with_position=True)
    return reverse("leads:list") + (f"?{kept}" if kept else "")
