"""What an admin fills in about people: whom to invite, and who may do what."""

from django import forms

from foundation.name_field import NameField
from organisations.models import Role

_CHOOSE_A_ROLE = {
    "required": "Choose what they may do.",
    "invalid_choice": "Choose one of the two roles.",
}


class InviteForm(forms.Form):
    """Which agency and who invites is never the form's to say."""

    email = forms.EmailField(
        label="E-mail",
        max_length=254,
        error_messages={
            "required": "Give the e-mail of the person to add.",
            "invalid": "This is no e-mail address.",
            "max_length": "An e-mail has at most %(limit_value)d characters.",
        },
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    name = NameField(
        required=False, empty_value=None, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    role = forms.ChoiceField(
        choices=Role.choices,
        initial=Role.AGENT,
        widget=forms.RadioSelect,
        error_messages=_CHOOSE_A_ROLE,
    )


class RoleForm(forms.Form):
    role = forms.ChoiceField(choices=Role.choices, error_messages=_CHOOSE_A_ROLE)
