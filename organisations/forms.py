"""Forms about people."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib.auth import forms as auth_forms

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


class PasswordResetForm(auth_forms.PasswordResetForm):
    """The e-mail of somebody who forgot their password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = "E-mail"
        self.fields["email"].widget.attrs["autocomplete"] = "username"

    def get_users(self, email: str) -> Iterable[User]:
        """The one person who signs in with this e-mail, if they may at all."""
        try:
            person = User.objects.get_by_natural_key(email)
        except User.DoesNotExist:
            return []
        return [person] if person.may_sign_in and person.has_usable_password() else []


class NewPasswordForm(auth_forms.SetPasswordForm):  # type: ignore[type-arg]  # not generic at run time
    """A new password, typed twice."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["new_password1"].help_text = ""  # the template says it
        self.fields["new_password2"].label = "New password again"


class ProfileForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    """What a person chooses for themselves; who they are is their admin's to say."""

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
