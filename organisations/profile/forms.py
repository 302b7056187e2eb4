"""Forms about people."""

from typing import Any, cast

from django import forms
from django.contrib.auth import forms as auth_forms

from foundation.name_field import NameField
from foundation.time_zones import time_zones_by_region
from organisations.models import Theme, User


class SignInForm(auth_forms.AuthenticationForm):
    """E-mail and password. One message for any failure: it tells nobody who has an account."""

    error_messages = {
        "invalid_login": "This e-mail and password do not match. Check both and try again.",
        "inactive": "This e-mail and password do not match. Check both and try again.",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = "E-mail"
        self.fields["username"].widget = forms.EmailInput(
            attrs={"autocomplete": "username", "maxlength": 254}
        )
        # A form that failed comes back as it was, so that one slip costs one correction.
        self.fields["password"].widget = forms.PasswordInput(
            attrs={"autocomplete": "current-password"}, render_value=True
        )


class CodeForm(forms.Form):
    """A code of an authenticator app, or a recovery code, with or without the gaps in it."""

    code = forms.CharField(
        label="Code",
        max_length=40,
        error_messages={"required": "Enter a code."},
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )


class PasswordResetForm(forms.Form):
    """The e-mail of somebody who forgot their password."""

    email = forms.EmailField(
        label="E-mail", max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "username"})
    )


class NewPasswordForm(auth_forms.SetPasswordForm):  # type: ignore[type-arg]  # not generic at run time
    """A new password, typed twice."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["new_password1"].help_text = ""  # the template says it
        self.fields["new_password2"].label = "New password again"


class ChangePasswordForm(NewPasswordForm, auth_forms.PasswordChangeForm):
    """The same, and the password of now."""

    error_messages = auth_forms.PasswordChangeForm.error_messages | {
        "password_incorrect": "This is not your password."
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["old_password"].label = "Your password now"
        self.fields["old_password"].widget.attrs.pop("autofocus", None)


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
