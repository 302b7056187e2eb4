"""What a visitor fills in on a hosted form, and the conversation that it begins."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django import forms
from django.http import QueryDict

from conversations.choices import MessageRole
from conversations.intake.stamps import Stamp
from conversations.posted_format import ConsentGiven, Origin, PostedConversation, PostedMessage
from foundation.name_field import NameField
from leads.facts import LARGEST_BUDGET, LeadFacts
from leads.models.choices import Channel, Consent, Intent, Timeline
from leads.pages.pounds import PoundsField

LONGEST_MESSAGE = 5_000  # characters
_LONGEST_ORIGIN = 500
_LOOKING = {Intent.BUY: "Looking to buy", Intent.RENT: "Looking to rent"}
_NOTHING_SAID = "Please contact me."


class EnquiryForm(forms.Form):
    """One enquiry. `website` is seen by robots alone; the last four come along unseen."""

    intent = forms.ChoiceField(
        label="I want to",
        required=False,
        choices=[("", "Choose"), *Intent.choices],
    )
    timeline = forms.ChoiceField(
        label="When", required=False, choices=[("", "Choose"), *Timeline.choices]
    )
    area = forms.CharField(label="Area", required=False, max_length=200)
    bedrooms = forms.IntegerField(
        label="Bedrooms, at least", required=False, min_value=0, max_value=50
    )
    budget = PoundsField(
        label="Budget, at most (£)",
        required=False,
        min_value=0,
        max_value=LARGEST_BUDGET,
        widget=forms.TextInput(attrs={"inputmode": "text", "autocomplete": "off"}),
        error_messages={"invalid": "Give an amount in pounds, 350000 or 350k, say."},
    )
    name = NameField(
        label="Name", required=False, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    email = forms.EmailField(
        label="E-mail",
        required=False,
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={"invalid": "Check the e-mail address: it should be like name@example.com."},
    )
    phone = forms.CharField(
        label="Phone",
        required=False,
        max_length=50,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
    )
    message = forms.CharField(
        label="Message",
        required=False,
        max_length=LONGEST_MESSAGE,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    consent = forms.BooleanField(required=False)
    website = forms.CharField(label="Leave this empty", required=False)
    page = forms.CharField(required=False, widget=forms.HiddenInput)
    campaign = forms.CharField(required=False, widget=forms.HiddenInput)
    property_ref = forms.CharField(required=False, widget=forms.HiddenInput)
    stamp = forms.CharField(required=False, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not ({"email", "phone"} & self.errors.keys()) and not (
            cleaned["email"] or cleaned["phone"]
        ):
            self.add_error("email", "Give an e-mail address or a phone number to be answered at.")
        return cleaned

    def conversation(self, stamp: Stamp | None, external_id: str) -> PostedConversation:
        """What the enquiry begins. The form is valid."""
        said = self.cleaned_data
        return PostedConversation(
            channel=Channel.WEBSITE,
            external_id=external_id,
            messages=[
                PostedMessage(role=MessageRole.USER, content=said["message"] or self._wish())
            ],
            lead=LeadFacts(
                name=said["name"] or None,
                email=said["email"] or None,
                phone=said["phone"] or None,
                intent=Intent(said["intent"]) if said["intent"] else None,
                area=said["area"] or None,
                bedrooms_min=said["bedrooms"],
                budget_max=said["budget"],
                timeline=Timeline(said["timeline"]) if said["timeline"] else None,
            ),
            origin=Origin(
                url=_short(said["page"]),
                campaign=_short(said["campaign"]),
                property_ref=_short(said["property_ref"]),
            ),
            consent=self._consent(stamp),
        )

    def _consent(self, stamp: Stamp | None) -> ConsentGiven | None:
        """Granted where the box was ticked, with the words beside it. One that is left as it was
        is no answer: it takes back nothing that was said elsewhere."""
        if stamp is None or stamp.wording is None or not self.cleaned_data["consent"]:
            return None
        return ConsentGiven(marketing=Consent.GRANTED, wording=stamp.wording)

    def _wish(self) -> str:
        """What they look for, in words: of an enquiry without a message this is what was said."""
        return ", ".join(self._wishes()) or _NOTHING_SAID

    def _wishes(self) -> Iterator[str]:
        said = self.cleaned_data
        if said["intent"]:
            yield _LOOKING[Intent(said["intent"])]
        if said["area"]:
            yield f"area: {said['area']}"
        if said["bedrooms"] is not None:
            yield f"bedrooms: {said['bedrooms']} or more"
        if said["budget"] is not None:
            yield f"budget: up to £{said['budget']:,}"
        if said["timeline"]:
            yield Timeline(said["timeline"]).label.lower()


def came_from(query: QueryDict, referer: str) -> dict[str, str]:
    """Where the visitor comes from, as the form's address or the browser says it, for its fields.

    The script that puts the form into a page says the page's whole address; its `utm_campaign`
    counts where the form's own address has none.
    """
    page = query.get("page") or referer
    campaign = query.get("utm_campaign") or query.get("campaign") or _campaign_of(page)
    return {
        "page": page[:_LONGEST_ORIGIN],
        "campaign": campaign[:_LONGEST_ORIGIN],
        "property_ref": query.get("property_ref", "")[:_LONGEST_ORIGIN],
    }


def _campaign_of(page: str) -> str:
    try:
        asked = parse_qs(urlsplit(page).query, max_num_fields=100)
    except ValueError:  # no address, or one of very many parts
        return ""
    return next((asked[name][0] for name in ("utm_campaign", "utm_source") if name in asked), "")


def _short(text: str) -> str | None:
    return text.strip()[:_LONGEST_ORIGIN] or None
