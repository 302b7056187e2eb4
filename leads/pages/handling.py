"""Who looks after a lead, and when to come back to it."""

from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.db import transaction
from django.http import HttpResponse
from django.views.decorators.http import require_POST

from foundation.days import today
from leads.assignment import assign, assignable
from leads.changed_meanwhile import Overtaken, last_change, overtaken_facts
from leads.follow_ups import PRESETS, set_follow_up
from leads.models import EventKind, Lead
from leads.pages import lead_page
from organisations.models import User
from organisations.requests import SignedInRequest, actor_of

NOBODY = "nobody"
NOT_SAID = "The page did not say how things stood. Choose again."


class AssigneeForm(forms.Form):
    """A person of the agency or nobody, and who it was when the person chose."""

    assignee = forms.CharField(
        max_length=36, error_messages={"required": "Choose who looks after the lead."}
    )
    seen = forms.CharField(max_length=36, error_messages={"required": NOT_SAID})


class FollowUpForm(forms.Form):
    """A day, or a button for one, and the day that stood when the person chose."""

    follow_up_on = forms.DateField(
        required=False, error_messages={"invalid": "Write a day, such as 2026-06-01."}
    )
    preset = forms.ChoiceField(
        required=False, choices=[(name, name) for name in (*PRESETS, "none")]
    )
    seen = forms.DateField(required=False, error_messages={"invalid": NOT_SAID})

    def day(self) -> date | None:
        """The day that was asked for; None to clear it."""
        if preset := self.cleaned_data["preset"]:
            return today() + PRESETS[preset] if preset in PRESETS else None
        asked: date | None = self.cleaned_data["follow_up_on"]
        return asked

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        day = cleaned.get("follow_up_on")
        passed = day is not None and day < today() and day != cleaned.get("seen")
        if passed and not cleaned.get("preset"):
            self.add_error("follow_up_on", "This day has passed. Choose today or a later one.")
        return cleaned


@require_POST
@transaction.atomic
def change_assignee(request: SignedInRequest, lead_id: UUID) -> HttpResponse:
    """Give the lead to somebody or to nobody, unless somebody else did meanwhile."""
    lead = lead_page.lead_or_404(request, lead_id, locked=True)
    form = AssigneeForm(request.POST)
    if not form.is_valid():
        return _refused(request, lead, form)
    asked = form.cleaned_data["assignee"]
    if asked == _name_of(lead.assignee_id):
        return _done(request, lead)  # as it stands: perhaps both chose the same
    person = None if asked == NOBODY else _person(request, asked)
    if asked != NOBODY and person is None:
        form.add_error("assignee", "That is nobody of your agency who can look after leads.")
        return _refused(request, lead, form)
    if form.cleaned_data["seen"] != _name_of(lead.assignee_id):
        return _overtaken(request, lead, _by_assignment(request, lead, person))
    assign(lead, person, by=actor_of(request))
    return _done(request, lead)


@require_POST
@transaction.atomic
def change_follow_up(request: SignedInRequest, lead_id: UUID) -> HttpResponse:
    """Set or clear the day, unless somebody else did meanwhile."""
    lead = lead_page.lead_or_404(request, lead_id, locked=True)
    form = FollowUpForm(request.POST)
    if not form.is_valid():
        return _refused(request, lead, form)
    day = form.day()
    if day != lead.follow_up_on and form.cleaned_data["seen"] != lead.follow_up_on:
        wrote = {"follow_up_on": day}
        meanwhile = overtaken_facts(lead, request.organisation, wrote, wrote)
        return _overtaken(request, lead, meanwhile[0], wrote_day=day)
    set_follow_up(lead, day, by=actor_of(request))
    return _done(request, lead)


def _name_of(id_: UUID | None) -> str:
    return NOBODY if id_ is None else str(id_)


def _person(request: SignedInRequest, text: str) -> User | None:
    """The agency's active person of that id; another agency's is nobody."""
    try:
        return assignable(request.organisation).filter(id=UUID(text)).first()
    except ValueError:
        return None


def _by_assignment(request: SignedInRequest, lead: Lead, wanted: User | None) -> Overtaken:
    return Overtaken(
        label="Assignee",
        stands=lead.assignee.name if lead.assignee else NOBODY,
        wrote=wanted.name if wanted else NOBODY,
        by=last_change(lead, request.organisation, EventKind.ASSIGNMENT),
    )


def _done(request: SignedInRequest, lead: Lead) -> HttpResponse:
    context = lead_page.standing(request, lead) | lead_page.handling(request, lead)
    return lead_page.changed(request, lead, "leads/_handling_swap.html", "Saved", context)


def _refused(request: SignedInRequest, lead: Lead, form: forms.Form) -> HttpResponse:
    faults = [fault for faults in form.errors.values() for fault in faults]
    context = lead_page.handling(request, lead) | {"handling_faults": faults}
    return lead_page.refused(request, lead, "leads/_handling.html", context)


def _overtaken(
    request: SignedInRequest, lead: Lead, overtaken: Overtaken, **more: Any
) -> HttpResponse:
    context = lead_page.standing(request, lead) | lead_page.handling(request, lead)
    context |= {"handling_overtaken": overtaken, **more}
    return lead_page.refused(request, lead, "leads/_handling_swap.html", context)
