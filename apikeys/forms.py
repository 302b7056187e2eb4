"""What a new key is made of."""

from datetime import datetime, timedelta

from django import forms
from django.utils import timezone

from apikeys.models import LONGEST_NAME, Scope

LONGEST_LIFE = 3650  # days


class NewKeyForm(forms.Form):
    name = forms.CharField(
        max_length=LONGEST_NAME,
        error_messages={
            "required": "Give the key a name, so that you know later which system uses it.",
            "max_length": "A name has at most %(limit_value)d characters; this has %(show_value)d.",
        },
    )
    scope = forms.ChoiceField(
        choices=Scope.choices,
        initial=Scope.READ_WRITE,
        widget=forms.RadioSelect,
        error_messages={
            "required": "Choose what the key may do.",
            "invalid_choice": "Choose one of the two.",
        },
    )
    expires_in_days = forms.IntegerField(
        min_value=1,
        max_value=LONGEST_LIFE,
        required=False,
        error_messages={
            "invalid": "Give a whole number of days, or leave it empty.",
            "min_value": "Give at least one day, or leave it empty.",
            "max_value": "Give at most %(limit_value)d days, or leave it empty.",
        },
    )

    def clean_name(self) -> str:
        """What create_api_key takes too: no line breaks, nothing that turns the text around."""
        name: str = self.cleaned_data["name"]
        if not name.isprintable():
            raise forms.ValidationError("Give a name of printable characters on one line.")
        return name

    def expires_at(self) -> datetime | None:
        """When the key is to expire, None for never. The form is valid."""
        days = self.cleaned_data["expires_in_days"]
        return None if days is None else timezone.now() + timedelta(days=days)
