"""What an admin fills in about the agency's account."""

from typing import Any

from django import forms

from foundation.name_field import NameField
from organisations.models import Organisation, TwoStepRule


class AgencyNameForm(forms.Form):
    name = NameField(
        label="Agency's name",
        error_messages={"required": "Give the agency a name."},
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )


class TwoStepRuleForm(forms.Form):
    rule = forms.TypedChoiceField(
        label="Required of",
        choices=TwoStepRule.choices,
        coerce=TwoStepRule,
        widget=forms.RadioSelect,
        error_messages={
            "required": "Choose of whom it is required.",
            "invalid_choice": "Choose nobody, admins or everybody.",
        },
    )


class CloseForm(forms.Form):
    """The agency's name, typed, so that nobody closes an account by a slip of the mouse."""

    typed = forms.CharField(
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def __init__(self, organisation: Organisation, *args: Any) -> None:
        super().__init__(*args)
        self.organisation = organisation
        self.fields["typed"].label = f"Type “{organisation.name}” to confirm"

    def clean_typed(self) -> str:
        typed: str = self.cleaned_data["typed"]
        if _plain(typed) != _plain(self.organisation.name):
            raise forms.ValidationError("That is not the agency's name. Nothing was closed.")
        return typed


def _plain(text: str) -> str:
    """Without regard to case and to how many spaces stand between words."""
    return " ".join(text.casefold().split())
