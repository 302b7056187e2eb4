"""What a person says of a key: its name, what it may do, until when, and from where."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.db import models
from django.utils import timezone

from apikeys import networks
from apikeys.models import LONGEST_NAME, ApiKey, Scope
from foundation.days import AGENCY_ZONE, today
from foundation.name_field import NameField

LONGEST_LIFE = 3650  # days


class Expiry(models.TextChoices):
    NEVER = "never", "Never"
    IN_30_DAYS = "30", "In 30 days"
    IN_90_DAYS = "90", "In 90 days"
    IN_365_DAYS = "365", "In 365 days"
    ON_A_DATE = "date", "On a date"


class NameForm(forms.Form):
    name = NameField(
        max_length=LONGEST_NAME,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={
            "required": "Give the key a name, so that you know later which system uses it.",
        },
    )

    def name_is_taken(self) -> None:
        """Say so beside the field: the database knew."""
        self.add_error("name", "Another key has this name. Choose one that tells them apart.")


class ExpiryForm(forms.Form):
    expires = forms.ChoiceField(
        choices=Expiry.choices,
        initial=Expiry.NEVER,
        error_messages={
            "required": "Choose when the key is to expire.",
            "invalid_choice": "Choose one of the five.",
        },
    )
    expires_on = forms.DateField(
        label="Last day, if on a date",
        required=False,
        input_formats=["%Y-%m-%d"],
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"invalid": "Give a date such as 2027-03-31."},
    )

    def clean_expires_on(self) -> date | None:
        day: date | None = self.cleaned_data["expires_on"]
        if day is None:
            return None
        if day < today():
            raise forms.ValidationError("Give a day that is not over yet.")
        if day > today() + timedelta(days=LONGEST_LIFE):
            raise forms.ValidationError("Give a day within the next ten years.")
        return day

    def clean(self) -> dict[str, Any]:
        """A date and the choice of a date go together: nobody's date is passed over in silence."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        on_a_date = cleaned.get("expires") == Expiry.ON_A_DATE
        if "expires_on" in cleaned and "expires" in cleaned:
            if on_a_date and cleaned["expires_on"] is None:
                self.add_error("expires_on", "Give the last day on which the key is to work.")
            if not on_a_date and cleaned["expires_on"] is not None:
                self.add_error("expires", "Choose “On a date”, or clear the last day.")
        return cleaned

    def expires_at(self) -> datetime | None:
        """When the key is to expire, None for never. The form is valid."""
        expires = Expiry(self.cleaned_data["expires"])
        if expires is Expiry.NEVER:
            return None
        if expires is Expiry.ON_A_DATE:  # it works to the end of that day
            return datetime.combine(self.cleaned_data["expires_on"], time.max, AGENCY_ZONE)
        return timezone.now() + timedelta(days=int(expires))


class NetworksForm(forms.Form):
    allowed_from = forms.CharField(
        label="Addresses it may be used from",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false", "autocomplete": "off"}),
        error_messages={"max_length": "Give at most %(limit_value)d characters."},
    )

    def clean_allowed_from(self) -> list[str]:
        """The networks; none where the key may be used from anywhere."""
        try:
            return networks.read_networks(self.cleaned_data["allowed_from"])
        except networks.Misread as misread:
            raise forms.ValidationError(str(misread)) from None


class NewKeyForm(NameForm, ExpiryForm, NetworksForm):
    scope = forms.ChoiceField(
        label="What it may do",
        choices=Scope.choices,
        initial=Scope.READ_WRITE,
        widget=forms.RadioSelect,
        error_messages={
            "required": "Choose what the key may do.",
            "invalid_choice": "Choose one of the three.",
        },
    )


class EditKeyForm(NameForm, NetworksForm):
    """What may be changed of a key whose users stay: neither its text nor what it may do."""

    @staticmethod
    def initial_of(key: ApiKey) -> dict[str, str]:
        return {"name": key.name, "allowed_from": networks.write_networks(key.allowed_networks)}


class RollForm(ExpiryForm):
    HOURS = [
        ("0", "Not at all: it stops at once"),
        ("1", "1 hour"),
        ("24", "24 hours"),
        ("168", "7 days"),
        ("720", "30 days"),
    ]
    hours = forms.ChoiceField(
        label="The old key goes on working for",
        choices=HOURS,
        initial="24",
        error_messages={
            "required": "Choose how long the old key is to go on working.",
            "invalid_choice": "Choose one of the five.",
        },
    )
    field_order = ("hours", "expires", "expires_on")

    def overlap(self) -> timedelta:
        """How long the old key lives on. The form is valid."""
        return timedelta(hours=int(self.cleaned_data["hours"]))

    @staticmethod
    def initial_of(key: ApiKey) -> dict[str, Any]:
        """The new key is to live as long as the old one was meant to."""
        if key.expires_at is None:
            return {}
        days = max(1, round((key.expires_at - key.created_at) / timedelta(days=1)))
        if str(days) in Expiry.values:
            return {"expires": str(days)}
        last = today() + timedelta(days=min(days, LONGEST_LIFE))
        return {"expires": Expiry.ON_A_DATE, "expires_on": last}
