"""What a person says of a webhook: where it goes, what it is told, and from where on again."""

from datetime import timedelta
from typing import Any

from django import forms
from django.db import models
from django.utils import timezone

from foundation.name_field import NameField
from organisations.models import ChangeType
from webhooks.destinations import LONGEST_URL, Refused, checked_url
from webhooks.models import Endpoint, Include
from webhooks.models.endpoint import EVERYTHING, LONGEST_DESCRIPTION

FURTHEST_BACK = timedelta(days=90)

# As people say what the types are.
TYPES = [
    (ChangeType.LEAD_CREATED, "A lead arrives"),
    (ChangeType.LEAD_UPDATED, "A lead’s facts or score change"),
    (ChangeType.LEAD_STATUS_CHANGED, "A lead is moved"),
    (ChangeType.LEAD_ASSIGNED, "A lead is assigned"),
    (ChangeType.LEAD_MERGED, "Leads are merged"),
    (ChangeType.LEAD_UNMERGED, "A merge is undone"),
    (ChangeType.LEAD_ERASED, "A lead is erased"),
    (ChangeType.CONVERSATION_CREATED, "A conversation begins"),
    (ChangeType.CONVERSATION_CLOSED, "A conversation is closed"),
    (ChangeType.CONVERSATION_REOPENED, "A conversation goes on"),
    (ChangeType.CONVERSATION_MOVED, "A conversation is given to another lead"),
    (ChangeType.MESSAGE_ADDED, "Messages are added"),
]


class Told(models.TextChoices):
    """Of what."""

    ALL = "all", "Everything"
    SOME = "some", "Only what is ticked"


class EndpointForm(forms.Form):
    """An endpoint as people set it."""

    url = forms.CharField(
        label="Address",
        max_length=LONGEST_URL,
        widget=forms.URLInput(
            attrs={"autocomplete": "off", "spellcheck": "false", "inputmode": "url"}
        ),
        error_messages={
            "required": "Give the address that events are sent to.",
            "max_length": "An address has at most %(limit_value)d characters.",
        },
    )
    description = NameField(
        label="What it is for",
        required=False,
        max_length=LONGEST_DESCRIPTION,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    told = forms.ChoiceField(
        label="It is told",
        choices=Told.choices,
        initial=Told.ALL,
        error_messages={
            "required": "Choose what it is told.",
            "invalid_choice": "Choose one of the two.",
        },
    )
    types = forms.MultipleChoiceField(
        label="Only of these",
        required=False,
        choices=TYPES,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": "Choose among those that are listed."},
    )
    include = forms.ChoiceField(
        label="Each event brings",
        choices=Include.choices,
        initial=Include.LEAD,
        error_messages={
            "required": "Choose what each event brings.",
            "invalid_choice": "Choose one of the two.",
        },
    )

    def clean_url(self) -> str:
        try:
            return checked_url(self.cleaned_data["url"])
        except Refused as refused:
            raise forms.ValidationError(f"The address {refused}.") from None

    def clean(self) -> dict[str, Any]:
        """Types and the choice of them go together: nobody's tick is passed over in silence."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if "types" in cleaned and "told" in cleaned:
            if cleaned["told"] == Told.SOME and not cleaned["types"]:
                self.add_error("types", "Tick at least one.")
            if cleaned["told"] == Told.ALL and cleaned["types"]:
                self.add_error("told", "Choose “Only what is ticked”, or take the ticks away.")
        return cleaned

    def values(self) -> dict[str, Any]:
        """What an endpoint keeps of it. The form is valid."""
        some = self.cleaned_data["told"] == Told.SOME
        return {
            "url": self.cleaned_data["url"],
            "description": self.cleaned_data["description"] or None,
            "types": self.cleaned_data["types"] if some else EVERYTHING,
            "include": Include(self.cleaned_data["include"]),
        }

    @staticmethod
    def initial_of(endpoint: Endpoint) -> dict[str, Any]:
        everything = endpoint.is_told_everything
        return {
            "url": endpoint.url,
            "description": endpoint.description,
            "told": Told.ALL if everything else Told.SOME,
            "types": [] if everything else endpoint.types,
            "include": endpoint.include,
        }


class ReplayForm(forms.Form):
    """From where on it is told again: a moment, or a position of the feed."""

    since = forms.DateTimeField(
        label="All that happened since",
        required=False,
        widget=forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"}),
        error_messages={"invalid": "Give a date and a time."},
    )
    after = forms.IntegerField(
        label="Or all after the position",
        required=False,
        min_value=0,
        max_value=2**62,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={"invalid": "Give a whole number."},
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        since, after = cleaned.get("since"), cleaned.get("after")
        if not self.errors and (since is None) == (after is None):
            self.add_error("since", "Give either a moment or a position.")
        if since is not None and since < timezone.now() - FURTHEST_BACK:
            self.add_error("since", "Changes are kept for 90 days: give a later moment.")
        return cleaned
