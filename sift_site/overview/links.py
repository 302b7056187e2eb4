"""Addresses of the leads behind a figure, in the words of the lead list's filters."""

from functools import cache
from typing import Any

from django.urls import reverse
from django.utils.http import urlencode

from leads.models.choices import SCORED_STATUSES
from sift_site.overview.periods import Span

WAITING = [status.value for status in SCORED_STATUSES]


def leads(**filters: Any) -> str:
    """The list of the leads that pass these filters, by the names of its address."""
    return f"{_list()}?{urlencode(filters, doseq=True)}"


@cache
def _list() -> str:
    return reverse("leads:list")


def arrived(span: Span, **filters: Any) -> str:
    """Those that arrived on the days of the span."""
    # Every bar of every chart asks for one, and a day needs no quoting.
    days = f"{_list()}?since={span.first}&until={span.last}"
    return f"{days}&{urlencode(filters)}" if filters else days


def contacted(span: Span) -> str:
    """Those that were first contacted on the days of the span."""
    return leads(contacted_since=span.first, contacted_until=span.last)
