"""What an admin fills in about the agency's hours: a line for each day, as people write hours."""

from typing import Any

from django import forms

from foundation.days import today
from organisations.hours.changing import NewHours
from organisations.hours.words import NotUnderstood, in_words, read
from organisations.models import Nation, Organisation
from organisations.models.opening_hours import WEEKDAYS

_LONGEST = 100  # characters of a day's hours
_MOST_UNTAKEN = 10_000  # open minutes: some four weeks of office hours


class HoursField(forms.CharField):
    """The hours of a day; cleaned, they are minutes, none for a closed day."""

    def __init__(self, **options: Any) -> None:
        widget = forms.TextInput(attrs={"autocomplete": "off", "placeholder": "closed"})
        super().__init__(required=False, max_length=_LONGEST, widget=widget, **options)

    def clean(self, value: Any) -> Any:
        try:
            return read(super().clean(value))
        except NotUnderstood as fault:
            raise forms.ValidationError(str(fault)) from None


class HoursForm(forms.Form):
    """The agency's week, whose bank holidays it keeps, and after how long a lead is everybody's."""

    monday = HoursField()
    tuesday = HoursField()
    wednesday = HoursField()
    thursday = HoursField()
    friday = HoursField()
    saturday = HoursField()
    sunday = HoursField()
    nation = forms.ChoiceField(
        label="Bank holidays of",
        choices=Nation.choices,
        error_messages={"invalid_choice": "Choose one of the three."},
    )
    untaken_minutes = forms.IntegerField(
        label="All admins hear of a hot lead that nobody took after",
        required=False,
        min_value=1,
        max_value=_MOST_UNTAKEN,
        error_messages={
            "invalid": "Give a whole number of minutes, or leave it empty.",
            "min_value": "Give one minute at least, or leave it empty.",
            "max_value": f"Give at most {_MOST_UNTAKEN:,} minutes.",
        },
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )

    @classmethod
    def of(cls, organisation: Organisation) -> "HoursForm":
        """Filled in with what stands."""
        week = {day: in_words(getattr(organisation, day)) for day in WEEKDAYS}
        rest = {name: getattr(organisation, name) for name in ("nation", "untaken_minutes")}
        return cls(initial=week | rest)

    @property
    def days(self) -> list[forms.BoundField]:
        return [self[day] for day in WEEKDAYS]

    @property
    def new_hours(self) -> NewHours:
        """What a valid form says."""
        said = self.cleaned_data
        week = {day: said[day] for day in WEEKDAYS}
        return NewHours(Nation(said["nation"]), week, said["untaken_minutes"])


class SpecialDayForm(forms.Form):
    """A day with hours of its own."""

    day = forms.DateField(
        label="Day",
        error_messages={"required": "Choose a day.", "invalid": "This is no date."},
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    hours = HoursField(label="Hours")

    def clean_day(self) -> Any:
        day = self.cleaned_data["day"]
        if day < today():
            raise forms.ValidationError("Choose today or a later day.")
        return day


class ForgottenDayForm(forms.Form):
    """Which day is to have no hours of its own any more: a button's, never typed."""

    day = forms.DateField()
