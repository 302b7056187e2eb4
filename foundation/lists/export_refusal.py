"""An export whose filters are not all understood is refused: it would hold more than was asked for.

A list can show beside its field what is wrong with a filter, and leave it out; a file cannot.
"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render, resolve_url

from foundation.lists.filters import FilterForm


def refusal(request: HttpRequest, filters: FilterForm, *, list_view: str) -> HttpResponse | None:
    """422, naming what is wrong and what is accepted; None where all was understood.

    The page leads back to the list, under those filters that were understood.
    """
    misread = filters.misread
    if not misread:
        return None
    back = resolve_url(list_view) + (f"?{filters.query}" if filters.query else "")
    context = {"misread": misread, "back": back}
    return render(request, "lists/export_refused.html", context, status=422)
