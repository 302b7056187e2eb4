"""Who looks after a lead, and when to come back to it."""

from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpResponse, QueryDict
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
NOBODY_OF_YOURS = "That is nobody of your agency who can look after leads."
NOT_SAID = "The page did not say how things stood. Choose again."


class AssigneeForm(forms.Form):
    """A person of the agency or nobody, and who it was when the person chose."""

    assignee = forms.CharField(
        max_length=36, error_messages={"required": "Choose who looks after the lead."}
    )
    seen = forms.CharField(max_length=36, error_messages={"required": NOT_SAID})

    def __init__(self, lead: Lead, people: QuerySet[User], data: QueryDict) -> None:
        super().__init__(data)
        self.lead, self.people = lead, people

    def clean_assignee(self) -> User | None:
        asked: str = self.cleaned_data["assignee"]
        if asked == _name_of(self.lead.assignee_id):
            return self.lead.assignee  # as it stands, be it somebody who left
        if asked == NOBODY:
            return None
        try:
            return self.people.get(id=UUID(asked))
        except (ValueError, User.DoesNotExist):
            raise forms.ValidationError(NOBODY_OF_YOURS) from None

    def is_overtaken(self) -> bool:
        """Whether somebody else gave the lead away meanwhile, and not to the same person."""
        wanted: User | None = self.cleaned_data["assignee"]
        seen: str = self.cleaned_data["seen"]
        return wanted != self.lead.assignee and seen != _name_of(self.lead.assignee_id)


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

    def is_overtaken(self, lead: Lead) -> bool:
        """Whether somebody else set another day meanwhile, and not the same."""
        return lead.follow_up_on not in (self.day(), self.cleaned_data["seen"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        day = cleaned.get("follow_up_on")
        passed = day is not None and day < today() and day != cleaned.get("seen")
        if passed and not cleaned.get("preset"):
            self.add_error("follow_up_on", "This day has passed. Choose today or a later one.")
        return cleaned


@require_POST
def change_assignee(request: SignedInRequest, lead_id: UUID) -> HttpResponse:
    """Give the lead to somebody or to nobody, unless somebody else did meanwhile."""
    with transaction.atomic():
        lead = lead_page.lead_or_404(request, lead_id, locked=True)
        form = AssigneeForm(lead, assignable(request.organisation), request.POST)
        overtaken = form.is_valid() and form.is_overtaken()
        if form.is_valid() and not overtaken:
            assign(lead, form.cleaned_data["assignee"], by=actor_of(request))
    if not form.is_valid():
        return _refused(request, lead, form)
    if overtaken:
        meanwhile = _by_assignment(request, lead, form.cleaned_data["assignee"])
        return _overtaken(request, lead, meanwhile)
    return _done(request, lead)


@require_POST
def change_follow_up(request: SignedInRequest, lead_id: UUID) -> HttpResponse:
    """Set or clear the day, unless somebody else did meanwhile."""
    form = FollowUpForm(request.POST)
    with transaction.atomic():
        lead = lead_page.lead_or_404(request, lead_id, locked=True)
        overtaken = form.is_valid() and form.is_overtaken(lead)
        if form.is_valid() and not overtaken:
            set_follow_up(lead, form.day(), by=actor_of(request))
    if not form.is_valid():
        return _refused(request, lead, form)
    if overtaken:
        wrote = {"follow_up_on": form.day()}
        (meanwhile,) = overtaken_facts(lead, request.organisation, wrote, wrote)
        return _overtaken(request, lead, meanwhile, wrote_day=form.day())
    return _done(request, lead)


def _name_of(id_: UUID | None) -> str:
    return NOBODY if id_ is None else str(id_)


def _by_assignment(request: SignedInRequest, lead: Lead, wanted: User | None) -> Overtaken:
    return Overtaken(
        label="Assignee",
        stands=lead.assignee.name if lead.assignee else NOBODY,
        wrote=wanted.name if wanted else NOBODY,
        by=last_change(lead, request.organisation, EventKind.ASSIGNMENT),
    )


def _done(request: SignedInRequest, lead: Lead) -> HttpResponse:
    parts = (lead_page.standing, lead_page.handling)
    return lead_page.changed(request, lead, "Saved", "leads/_handling_swap.html", *parts)


def _refused(request: SignedInRequest, lead: Lead, form: forms.Form) -> HttpResponse:
    faults = [fault for faults in form.errors.values() for fault in faults]
    part = lead_page.handling
    return lead_page.refused(request, lead, "leads/_handling.html", part, handling_faults=faults)


def _overtaken(
    request: SignedInRequest, lead: Lead, overtaken: Overtaken, **more: Any
) -> HttpResponse:
    more["handling_overtaken"] = overtaken
    parts = (lead_page.standing, lead_page.handling)
    return lead_page.refused(request, lead, "leads/_handling_swap.html", *parts, **more)
