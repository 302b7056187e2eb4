"""Answers of the menus in a lead's bar: who looks after it, and when to come back to it."""

from typing import Any

from django import forms
from django.http import HttpResponse

from leads.changed_meanwhile import Overtaken
from leads.models import Lead
from leads.pages import lead_page
from organisations.requests import SignedInRequest

NOT_SAID = "The page did not say how things stood. Choose again."
_FRAGMENT = "leads/_lead_head_swap.html"


def done(request: SignedInRequest, lead: Lead) -> HttpResponse:
    return lead_page.changed(request, lead, "Saved", _FRAGMENT, lead_page.head)


def refused(request: SignedInRequest, lead: Lead, form: forms.Form) -> HttpResponse:
    faults = [fault for faults in form.errors.values() for fault in faults]
    return lead_page.refused(request, lead, _FRAGMENT, lead_page.head, faults=faults)


def overtaken(
    request: SignedInRequest, lead: Lead, by_whom: Overtaken, **more: Any
) -> HttpResponse:
    more["handling_overtaken"] = by_whom
    return lead_page.refused(request, lead, _FRAGMENT, lead_page.head, **more)
