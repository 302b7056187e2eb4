"""The form in which people correct what is known of a lead.

It carries what its page showed (`seen`), so that only what the person changed is saved: edits of
different facts at the same time do not meet, and of the same fact the later is told of the earlier.
"""

import json
from typing import Any, Self

from django import forms
from django.http import QueryDict

from leads import phones
from leads.contacts import as_kept
from leads.facts import LARGEST_BUDGET
from leads.models import FACT_FIELDS, Lead
from leads.models.choices import (
    CONTACT,
    FACT_CHOICES,
    FACT_LABELS,
    FACTS,
    MONEY_AND_CHAIN,
    PAIRS,
    WANTS,
    columns_of,
)
from leads.pages.pounds import PoundsField
from leads.pages.text_fields import Line, Prose
from leads.wording import pounds

NOT_SAID = "The page did not say what it showed. Nothing was changed; look at the facts again."


class WhateverIsSent(json.JSONDecoder):
    """A decoder to which deep nesting, numbers of thousands of digits and halves of surrogate pairs
    are no JSON either.

    Django's field looks for JSONDecodeError alone.
    """

    def decode(self, text: str, *args: Any) -> Any:
        try:
            value = super().decode(text, *args)
            json.dumps(value, ensure_ascii=False).encode()  # as the page would show it again
            return value
        except (ValueError, RecursionError) as error:
            raise json.JSONDecodeError(str(error), text, 0) from None


def _pounds(label: str) -> PoundsField:
    return PoundsField(
        label=label,
        required=False,
        min_value=0,
        max_value=LARGEST_BUDGET,
        error_messages={
            "invalid": "Write whole pounds, such as 350,000 or 350k.",
            "min_value": "Write 0 or more pounds.",
            "max_value": f"Write at most £{LARGEST_BUDGET:,}.",
        },
    )


def _bedrooms(label: str) -> forms.IntegerField:
    message = "Write a whole number from 0 to 50."
    return forms.IntegerField(
        label=label,
        required=False,
        min_value=0,
        max_value=50,
        error_messages=dict.fromkeys(("invalid", "min_value", "max_value"), message),
    )


def _choice(fact: str) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(
        label=FACT_LABELS[fact],
        required=False,
        empty_value=None,
        choices=[("", "Not known"), *FACT_CHOICES[fact].choices],
        error_messages={"invalid_choice": "Choose one of those offered."},
    )


def _fields(*facts: str) -> tuple[str, ...]:
    """The fields of these facts, both of a pair."""
    return tuple(column for fact in facts for column in columns_of(fact))


class FactForm(forms.Form):
    """Every fact of a lead; an empty field means unknown (CONTRACT.md, section 1)."""

    name = Line(label="Name", max_length=200)
    email = Line(
        label="E-mail",
        max_length=254,
        widget=forms.TextInput(
            attrs={"inputmode": "email", "autocapitalize": "off", "spellcheck": "false"}
        ),
    )
    phone = Line(label="Phone", max_length=50, widget=forms.TextInput(attrs={"inputmode": "tel"}))
    area = Line(label="Area", max_length=200)
    bedrooms_min = _bedrooms("Bedrooms, at least")
    bedrooms_max = _bedrooms("Bedrooms, at most")
    viewing_requested = forms.BooleanField(label="Asked for a viewing", required=False)
    summary = Prose(
        label="Summary",
        required=False,
        empty_value=None,
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    budget_min = _pounds("Budget, from (£)")
    budget_max = _pounds("Budget, up to (£)")
    # One for each fact with a closed set of values: in a class's body, locals() is its namespace.
    locals().update({fact: _choice(fact) for fact in FACT_CHOICES})
    let_go = forms.MultipleChoiceField(
        required=False, choices=[(fact.name, fact.label) for fact in FACTS]
    )
    seen = forms.JSONField(
        decoder=WhateverIsSent,
        widget=forms.HiddenInput,
        error_messages={"required": NOT_SAID, "invalid": NOT_SAID},
    )

    GROUPS = (
        ("Contact", _fields(*CONTACT)),
        ("Wants", _fields(*WANTS, "summary")),
        ("Money and chain", _fields(*MONEY_AND_CHAIN)),
    )
    field_order = [field for _, fields in GROUPS for field in fields]

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{"auto_id": "fact-%s"} | options)

    @classmethod
    def showing(cls, lead: Lead) -> Self:
        """The form as it is opened: the facts as they stand."""
        facts = facts_of(lead)
        shown = {field: _as_shown(field, value) for field, value in facts.items()}
        return cls(initial={**shown, "seen": facts})

    @property
    def groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        return [(title, [self[field] for field in fields]) for title, fields in self.GROUPS]

    def clean_seen(self) -> dict[str, Any]:
        seen = self.cleaned_data["seen"]
        if not isinstance(seen, dict) or set(seen) != set(FACT_FIELDS):
            raise forms.ValidationError(NOT_SAID)
        return seen

    def changes(self) -> dict[str, Any]:
        """What the person changed of what they saw, by field; the form must be valid."""
        seen = self.cleaned_data["seen"]
        return {
            field: as_kept(field, self.cleaned_data[field])
            for field in FACT_FIELDS
            if self.cleaned_data[field] not in _untouched(field, seen[field])
        }

    def overtaken(self, lead: Lead) -> list[str]:
        """The facts that the person changed and somebody else changed meanwhile, otherwise."""
        seen = self.cleaned_data["seen"]
        return [
            field
            for field, value in self.changes().items()
            if getattr(lead, field) not in (seen[field], value)
        ]

    def check_order(self, lead: Lead) -> None:
        """Name at its field a least that would stand above its most, as the lead would then be."""
        changes = self.changes()
        for least, most in PAIRS.values():
            low, high = (changes.get(field, getattr(lead, field)) for field in (least, most))
            if low is None or high is None or low <= high:
                continue
            if least in changes:
                self.add_error(least, f"Write at most {_number(most, high)}, or raise the other.")
            else:
                self.add_error(most, f"Write at least {_number(least, low)}, or lower the other.")

    def brought_up_to_date(self, lead: Lead) -> "FactForm":
        """What the person wrote, on top of the lead as it now stands: saved again, it holds."""
        facts, changes = facts_of(lead), self.changes()
        data = QueryDict(mutable=True)
        for field in FACT_FIELDS:
            stands = _as_shown(field, facts[field])
            value = self.cleaned_data[field] if field in changes else stands
            if value is not None and value is not False:
                data[field] = str(value)
        data.setlist("let_go", self.cleaned_data["let_go"])
        data["seen"] = json.dumps(facts)
        return type(self)(data)


def facts_of(lead: Lead) -> dict[str, Any]:
    """The lead's facts by field, as JSON can say them."""
    return {field: getattr(lead, field) for field in FACT_FIELDS}


def _as_shown(field: str, value: Any) -> Any:
    """The fact as its field shows it: a number as people here write it."""
    return phones.shown(value) if field == "phone" and isinstance(value, str) else value


def _untouched(field: str, value: Any) -> tuple[Any, Any]:
    """What the field brings back where nobody touched it; pages of before showed it as kept."""
    return _through_a_form(field, _as_shown(field, value)), _through_a_form(field, value)


def _through_a_form(field: str, value: Any) -> Any:
    """The value as a browser sends it back untouched.

    A text field of one line drops line breaks, and Django the outer spaces.
    """
    if not isinstance(value, str):
        return value
    if field == "summary":
        value = value.replace("\r\n", "\n").replace("\r", "\n")
    else:
        value = value.replace("\r", "").replace("\n", "")
    return value.strip() or None


def _number(field: str, value: int) -> str:
    return pounds(value) if field.startswith("budget") else str(value)
