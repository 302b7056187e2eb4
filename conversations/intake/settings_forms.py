"""What an admin says of an intake address."""

import re
from typing import Any
from urllib.parse import urlsplit

from django import forms

from conversations.intake_addresses import (
    LONGEST_LINE,
    LONGEST_NAME,
    LONGEST_URL,
    LONGEST_WORDING,
    IntakeAddress,
    IntakeKind,
)
from foundation.name_field import NameField

MOST_SITES = 20
_ORIGIN = re.compile(r"https?://[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[0-9]{1,5})?")


def _name_field() -> NameField:
    return NameField(
        label="Name",
        max_length=LONGEST_NAME,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "Give it a name that your colleagues know it by."},
    )


class NewAddressForm(forms.Form):
    """Another address: what comes there, and what it is called."""

    kind = forms.ChoiceField(
        label="What comes there",
        choices=IntakeKind.choices,
        initial=IntakeKind.FORM,
        error_messages={
            "required": "Choose what comes there.",
            "invalid_choice": "Choose one of the three.",
        },
    )
    name = _name_field()


class MailForm(forms.Form):
    """What is set of a mailbox: its name."""

    name = _name_field()

    @staticmethod
    def initial_of(address: IntakeAddress) -> dict[str, Any]:
        return {"name": address.name}

    def values(self) -> dict[str, Any]:
        """What the address keeps of it. The form is valid."""
        return {"name": self.cleaned_data["name"]}


class SmsForm(MailForm):
    """Besides its name, what its sender signs with. It is never shown again."""

    auth_token = forms.CharField(
        label="Twilio’s auth token",
        required=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    forget = forms.BooleanField(label="Forget the token that is stored", required=False)

    def values(self) -> dict[str, Any]:
        values = super().values()
        if self.cleaned_data["forget"]:
            return values | {"auth_token": None}
        if self.cleaned_data["auth_token"]:
            return values | {"auth_token": self.cleaned_data["auth_token"]}
        return values


class FormForm(MailForm):
    """What a hosted form says, and which sites may show it in a frame."""

    line = forms.CharField(
        label="A line of text",
        required=False,
        max_length=LONGEST_LINE,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    privacy_url = forms.URLField(
        label="Privacy notice",
        required=False,
        max_length=LONGEST_URL,
        assume_scheme="https",
        error_messages={"invalid": "Give the address of a page, https://…"},
    )
    consent_wording = forms.CharField(
        label="Question about marketing",
        required=False,
        max_length=LONGEST_WORDING,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    frame_sites = forms.CharField(
        label="Sites that may show it in a frame",
        required=False,
        max_length=LONGEST_URL * MOST_SITES,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
    )

    def clean_privacy_url(self) -> str:
        url: str = self.cleaned_data["privacy_url"]
        if url and urlsplit(url).scheme not in {"http", "https"}:
            raise forms.ValidationError("Give the address of a page, https://…")
        return url

    def clean_frame_sites(self) -> list[str]:
        sites = [
            line.strip().rstrip("/").lower() for line in self.cleaned_data["frame_sites"].split()
        ]
        if len(sites) > MOST_SITES:
            raise forms.ValidationError(f"At most {MOST_SITES} sites.")
        for site in sites:
            if len(site) > LONGEST_URL or not _ORIGIN.fullmatch(site):
                raise forms.ValidationError(
                    "Give each site on a line, as https://www.example.co.uk, without a path."
                )
        return list(dict.fromkeys(sites))

    @staticmethod
    def initial_of(address: IntakeAddress) -> dict[str, Any]:
        return {
            "name": address.name,
            "line": address.line,
            "privacy_url": address.privacy_url,
            "consent_wording": address.consent_wording,
            "frame_sites": "\n".join(address.frame_sites),
        }

    def values(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        texts = {name: cleaned[name] or None for name in ("line", "privacy_url", "consent_wording")}
        return super().values() | texts | {"frame_sites": cleaned["frame_sites"]}


FORM_OF: dict[str, type[MailForm]] = {
    IntakeKind.FORM: FormForm,
    IntakeKind.SMS: SmsForm,
    IntakeKind.MAIL: MailForm,
}
