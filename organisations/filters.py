"""Filters of a list: a GET form, every choice in the address."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import QueryDict

from organisations.paging import Count

# Where one is in a list, which a change of its filters forgets.
POSITION = ("after", "before")


@dataclass(frozen=True, slots=True)
class FilterInForce:
    """One choice that narrows the list, and the address of the list without it."""

    field: str
    value: str
    address: str  # beginning with `?`


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    label: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class ChoiceGroup:
    """Choices of one field that the bar shows together, and what was wrong with the field."""

    field: str
    title: str
    choices: list[Choice]
    faults: list[str]


class FilterForm(forms.Form):
    """A faulty value is named beside its field and narrows nothing; the other fields do."""

    def __init__(self, address: QueryDict) -> None:
        super().__init__(address)
        self.address = address
        self.full_clean()

    def chosen(self, field: str) -> list[str]:
        """The field's valid choices, in the order of the form; none where it is faulty."""
        said = self.cleaned_data.get(field) or []
        return [value for value, _ in self._labels(field) if value in said]

    @property
    def in_force(self) -> list[FilterInForce]:
        """Every choice that narrows the list, as the person may take it away again."""
        return [
            FilterInForce(str(self[field].label), label, self._without(field, value))
            for field in self.fields
            for value, label in self._labels(field)
            if value in self.chosen(field)
        ]

    @property
    def groups(self) -> list[ChoiceGroup]:
        """What the bar shows, in its order."""
        return [
            self._group(name, str(self[name].label), [value for value, _ in self._labels(name)])
            for name in self.fields
        ]

    def _group(
        self, field: str, title: str, values: Collection[str], *, with_faults: bool = True
    ) -> ChoiceGroup:
        chosen = self.chosen(field)
        return ChoiceGroup(
            field,
            title,
            [Choice(v, label, v in chosen) for v, label in self._labels(field) if v in values],
            [str(fault) for fault in self.errors.get(field, [])] if with_faults else [],
        )

    def count_line(self, count: Count, one: str, many: str) -> str:
        """`1,204 leads`, or, where a filter is in force, `37 leads match`."""
        if not self.in_force:
            return count.of(one, many)
        return f"{count.of(one, many)} {'matches' if count.number == 1 else 'match'}"

    def _labels(self, field: str) -> list[tuple[str, str]]:
        choices: Any = self.fields[field]
        return [(str(value), str(label)) for value, label in choices.choices]

    def _without(self, field: str, value: str) -> str:
        rest = QueryDict(mutable=True)
        for name in self.fields:
            kept = [v for v in self.chosen(name) if (name, v) != (field, value)]
            if kept:
                rest.setlist(name, kept)
        return "?" + rest.urlencode()
