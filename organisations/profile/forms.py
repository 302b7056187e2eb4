"""Forms about oneself: name, looks, time zone, password."""

from typing import Any, cast

from django import forms
from django.contrib.auth import forms as auth_forms

from foundation.name_field import NameField
from foundation.time_zones import time_zones_by_region
from organisations.models import Theme, User
from organisations.models.passkey import NAME_LONGEST
from organisations.signing_in.forms import NewPasswordForm
from organisations.signing_in.webauthn import ANSWER_LONGEST


class ChangePasswordForm(NewPasswordForm, auth_forms.PasswordChangeForm):
    """The same, and the password of now."""

    error_messages = auth_forms.PasswordChangeForm.error_messages | {
        "password_incorrect": "This is not your password."
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["old_password"].label = "Your password now"
        self.fields["old_password"].widget.attrs.pop("autofocus", None)


class NewPasskeyForm(forms.Form):
    """A passkey that the browser has made, and what to call it."""

    name = NameField(
        label="Name",
        max_length=NAME_LONGEST,
        error_messages={"required": "Give the passkey a name."},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    passkey = forms.CharField(
        max_length=ANSWER_LONGEST,
        error_messages={
            "required": "Your browser made no passkey. Try again, with JavaScript on.",
            "max_length": "This is no passkey.",
        },
        widget=forms.HiddenInput,
    )


class ProfileForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    """How pages look and work for a person."""

    theme = forms.ChoiceField(
        choices=Theme.choices,
        widget=forms.RadioSelect,
        error_messages={
            "required": "Choose a theme.",
            "invalid_choice": "Choose one of the three themes.",
        },
    )

    class Meta:
        model = User
        fields = ["theme", "shortcuts"]
        labels = {"shortcuts": "Single-key shortcuts"}


class AboutForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    """A person's name, and the zone of the times they are shown."""

    name = NameField(
        error_messages={"required": "Enter your name."},
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    time_zone = forms.ChoiceField(
        label="Time zone",
        error_messages={
            "required": "Choose a time zone.",
            "invalid_choice": "Choose one of the time zones listed.",
        },
    )

    class Meta:
        model = User
        fields = ["name", "time_zone"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast("forms.ChoiceField", self.fields["time_zone"]).choices = time_zones_by_region()
