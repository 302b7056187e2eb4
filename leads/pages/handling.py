"""Answers of the box beside a lead: who looks after it, and when to come back to it."""

from typing import Any

from django import forms
from django.http import HttpResponse

from leads.changed_meanwhile import Overtaken
from leads.models import Lead
from leads.pages import lead_page
from organisations.requests import SignedInRequest

NOT_SAID = "The page did not say how things stood. Choose again."


def done(request: SignedInRequest, lead: Lead) -> HttpResponse:
    parts = (lead_page.head, lead_page.handling)
    return lead_page.changed(request, lead, "Saved", "leads/_handling_swap.html", *parts)


def refused(request: SignedInRequest, lead: Lead, form: forms.Form) -> HttpResponse:
    faults = [fault for faults in form.errors.values() for fault in faults]
    part = lead_page.handling
    return lead_page.refused(request, lead, "leads/_handling.html", part, handling_faults=faults)


def overtaken(
    request: SignedInRequest, lead: Lead, by_whom: Overtaken, **more: Any
) -> HttpResponse:
    more["handling_overtaken"] = by_whom
    parts = (lead_page.head, lead_page.handling)
    return lead_page.refused(request, lead, "leads/_handling_swap.html", *parts, **more)
