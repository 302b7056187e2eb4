"""When to come back to a lead."""

from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpResponse, QueryDict
from django.utils.functional import cached_property
from django.views.decorators.http import require_POST

from foundation.days import today
from leads.acts import Act
from leads.changed_meanwhile import overtaken_facts
from leads.follow_ups import PRESETS, in_words, preset_days, set_follow_up
from leads.models import EventKind, Lead
from leads.pages import handling, lead_page
from leads.pages.acts import NOT_SAID, ActForm, act_on
from organisations.changes.numbering import numbered_last
from organisations.hours.opening import OpeningHours
from organisations.hours.reading import hours_of
from organisations.models import Organisation
from organisations.requests import SignedInRequest, actor_of


class OnWorkingDays(forms.Form):
    """A form whose days are those on which the agency works; asked for when they are used."""

    def __init__(self, data: QueryDict, organisation: Organisation) -> None:
        super().__init__(data)
        self._organisation = organisation

    @cached_property
    def hours(self) -> OpeningHours:
        return hours_of(self._organisation)


class FollowUpForm(OnWorkingDays):
    """A day, or a button for one, and the day that stood when the person chose."""

    follow_up_on = forms.DateField(
        required=False, error_messages={"invalid": "Write a day, such as 2026-06-01."}
    )
    preset = forms.ChoiceField(
        required=False, choices=[(name, name) for name in (*PRESETS, "none")]
    )
    seen = forms.DateField(required=False, error_messages={"invalid": handling.NOT_SAID})

    def day(self) -> date | None:
        """The day that was asked for; None to clear it."""
        if preset := self.cleaned_data["preset"]:
            return preset_days(today(), self.hours)[preset][0] if preset in PRESETS else None
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


class NoAnswerForm(OnWorkingDays, ActForm):
    """A call that nobody answered: it is noted, and the lead is come back to on a working day."""

    seen_follow_up = forms.DateField(required=False, error_messages={"invalid": NOT_SAID})

    @property
    def _day(self) -> date:
        return self.hours.next_working_day(today())

    def act(self) -> Act:
        return Act(is_no_answer=True, follow_up_on=self._day, note=self.cleaned_data["text"])

    def words(self) -> str:
        return f"No answer. {in_words(self._day, today())}"

    def overtaken_by(self, lead: Lead, request: SignedInRequest) -> EventKind | None:
        if lead.follow_up_on != self.cleaned_data["seen_follow_up"]:
            return EventKind.FIELD
        return super().overtaken_by(lead, request)


@require_POST
def note_no_answer(request: SignedInRequest, lead_id: UUID) -> HttpResponse:
    """Note that nobody answered and set the follow-up, unless the lead was changed meanwhile."""
    return act_on(request, lead_id, NoAnswerForm(request.POST, request.organisation))


@require_POST
def change_follow_up(request: SignedInRequest, lead_id: UUID) -> HttpResponse:
    """Set or clear the day, unless somebody else did meanwhile."""
    form = FollowUpForm(request.POST, request.organisation)
    with numbered_last():
        lead = lead_page.lead_or_404(request, lead_id, locked=True)
        overtaken = form.is_valid() and form.is_overtaken(lead)
        if form.is_valid() and not overtaken:
            set_follow_up(lead, form.day(), by=actor_of(request))
    if not form.is_valid():
        return handling.refused(request, lead, form)
    if overtaken:
        wrote = {"follow_up_on": form.day()}
        (meanwhile,) = overtaken_facts(lead, request.organisation, wrote, wrote)
        return handling.overtaken(request, lead, meanwhile, wrote_day=form.day())
    return handling.done(request, lead)
