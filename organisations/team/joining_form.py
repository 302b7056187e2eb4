"""What an invited person says of themselves."""

from typing import Any

from django import forms

from foundation.name_field import NameField
from organisations.models import Invitation, User
from organisations.signing_in.forms import NewPasswordForm


class JoinForm(NewPasswordForm):
    """A name and a password. Agency, e-mail and role are the invitation's, whatever is sent."""

    name = NameField(
        label="Your name",
        error_messages={"required": "Say what you are called."},
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    field_order = ["name"]

    def __init__(self, invitation: Invitation, *args: Any) -> None:
        # A person whom the password must not resemble; never saved.
        person = User(
            organisation=invitation.organisation,
            email=invitation.email,
            name=invitation.name or "",
        )
        super().__init__(person, *args)
        self.fields["name"].initial = invitation.name
        first, again = self.fields["new_password1"], self.fields["new_password2"]
        first.label, again.label = "Password", "Password again"
        first.error_messages["required"] = "Choose a password."
        again.error_messages["required"] = "Type the password a second time."

    def clean(self) -> dict[str, Any] | None:
        """The password must not resemble the name either."""
        self.user.name = self.cleaned_data.get("name", "")
        return super().clean()
