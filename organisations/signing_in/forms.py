"""Forms of who is not signed in yet: e-mail and password, a code, a forgotten password."""

from typing import Any

from django import forms
from django.contrib.auth import forms as auth_forms

from organisations.account_emails import account_key
from organisations.signing_in.webauthn import ANSWER_LONGEST


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
        # The e-mail comes back with a form that failed; the password does not.
        self.fields["password"].widget = forms.PasswordInput(
            attrs={"autocomplete": "current-password"}
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


class SecondStepForm(CodeForm):
    """The same, or what a browser answers for a passkey."""

    passkey = forms.CharField(
        max_length=ANSWER_LONGEST,
        required=False,
        error_messages={"max_length": "This is no passkey."},
        widget=forms.HiddenInput,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # The template asks for a code; what a passkey's button sends has none.
        self.fields["code"].required = not self.data.get("passkey")


class AccountEmailField(forms.EmailField):
    """The e-mail of an account in any spelling; its value is the account's key."""

    def to_python(self, value: Any) -> str:
        return account_key(super().to_python(value) or "")


class PasswordResetForm(forms.Form):
    """The e-mail of somebody who forgot their password."""

    email = AccountEmailField(
        label="E-mail", max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "username"})
    )


class NewPasswordForm(auth_forms.SetPasswordForm):  # type: ignore[type-arg]  # not generic at run time
    """A new password, typed twice."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["new_password1"].help_text = ""  # the template says it
        self.fields["new_password2"].label = "New password again"
