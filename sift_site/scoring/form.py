"""What an admin fills in about the score: points for each fact."""

from collections.abc import Iterator
from dataclasses import dataclass

from django import forms
from django.forms import BoundField

from leads.agency_weights import MOST, Points, points_of
from leads.models.choices import FACT_CHOICES
from leads.scoring import CONVERSATION, STANDARD, Weights
from leads.wording import fact_label


@dataclass(frozen=True, slots=True)
class Group:
    """A fact with a field for each of its values."""

    label: str
    fields: list[BoundField]


class WeightsForm(forms.Form):
    """A field for each key of the points; what is left out stays as it is by standard."""

    def __init__(self, data: object = None, *, weights: Weights = STANDARD) -> None:
        super().__init__(data)  # type: ignore[arg-type]  # a QueryDict
        for key, points in points_of(weights).items():
            self.fields[key] = forms.IntegerField(
                label=_label(key),
                min_value=0,
                max_value=MOST,
                initial=points,
                widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
                error_messages={
                    "required": f"Give points from 0 to {MOST}.",
                    "invalid": f"Give points from 0 to {MOST}, as a whole number.",
                    "min_value": f"Give points from 0 to {MOST}.",
                    "max_value": f"Give points from 0 to {MOST}.",
                },
            )

    @property
    def points(self) -> Points:
        return {key: self.cleaned_data[key] for key in self.fields}

    def groups(self) -> Iterator[Group]:
        by_fact: dict[str, list[BoundField]] = {}
        for key in self.fields:
            by_fact.setdefault(key.partition(".")[0], []).append(self[key])
        for fact, fields in by_fact.items():
            yield Group(fact_label(fact), fields)


def _label(key: str) -> str:
    """`As soon as possible`, `8 messages or more`; for a fact of one weight its own word."""
    fact, _, value = key.partition(".")
    if fact == CONVERSATION:
        return f"{value} messages or more"
    return str(FACT_CHOICES[fact](value).label) if value else fact_label(fact)
