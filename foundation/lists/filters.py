"""Filters of a list: a GET form, every choice in the address."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import Q
from django.http import QueryDict
from django.utils.formats import date_format

from foundation.days import Period, midnight
from foundation.lists import widgets
from foundation.lists.paging import Count

# Where one is in a list, which a change of its filters forgets.
POSITION = ("after", "before")
MOST_WORDS = 8  # of a search: each costs the index a reading of its own


@dataclass(frozen=True, slots=True)
class FilterInForce:
    """One choice that narrows the list, and the address of the list without it."""

    field: str
    value: str
    url: str  # beginning with `?`


@dataclass(frozen=True, slots=True)
class Misread:
    """A parameter of the address that was not understood, and what would have been."""

    name: str
    faults: list[str]
    accepted: list[tuple[str, str]]  # values or parameters, each with its label; none: any text


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    label: str
    chosen: bool
    count: Count | None = None  # of the rows that have it, where that is shown


@dataclass(frozen=True, slots=True)
class ChoiceGroup:
    """Choices of one field that the bar shows together, and what was wrong with the field."""

    field: str
    title: str
    choices: list[Choice]
    faults: list[str]


def one_of(label: str, choices: Iterable[tuple[str, Any]]) -> Any:
    """A select of which one may be chosen; `choices` may be grouped, as Django has it."""
    said = "“%(value)s” is not one of these, so this narrows nothing here."
    return forms.ChoiceField(
        label=label,
        choices=[("", "Any"), *choices],
        required=False,
        widget=widgets.Select,
        error_messages={"invalid_choice": said},
    )


def any_of(label: str, choices: Iterable[tuple[str, str]], noun: str, nouns: str) -> Any:
    """Boxes of which any may be ticked."""
    said = f"“%(value)s” is not a {noun}, so {nouns} narrow nothing here."
    return forms.MultipleChoiceField(
        label=label, choices=list(choices), required=False, error_messages={"invalid_choice": said}
    )


def search_field(label: str, *, form: str, placeholder: str) -> Any:
    """A field for what is searched for; it stands outside the form that has the id `form`."""
    return forms.CharField(
        label=label,
        required=False,
        max_length=200,
        error_messages={"max_length": "Search for at most 200 characters; nothing is searched."},
        widget=widgets.TextInput(
            attrs={
                "type": "search",
                "form": form,
                "placeholder": placeholder,
                "autocomplete": "off",
                "enterkeyhint": "search",
                "dir": "auto",
            }
        ),
    )


def checked_search(text: str, *, words: int, has_any: bool) -> str:
    """The search as typed; ValidationError where it has nothing to look up, or too many words."""
    if text and not has_any:
        raise forms.ValidationError("Search for letters or digits; this narrows nothing here.")
    if words > MOST_WORDS:
        raise forms.ValidationError("Search for at most eight words; nothing is searched.")
    return text


def day_field(label: str) -> Any:
    said = "This is not a day such as 2026-06-01, so it narrows nothing here."
    years = "Choose a day between the years 2000 and 2100; this one narrows nothing here."
    return forms.DateField(
        label=label,
        required=False,
        input_formats=["%Y-%m-%d"],
        widget=widgets.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"invalid": said},
        validators=[
            MinValueValidator(date(2000, 1, 1), years),
            MaxValueValidator(date(2100, 12, 31), years),
        ],
    )


class FilterForm(forms.Form):
    """A faulty value is named beside its field and narrows nothing; the other fields do."""

    # Fields that say how the list is shown, which narrow nothing, and what each is unless said.
    SHOWING: Mapping[str, str] = {}
    # Fields that stand open above the list, and those that open with "More filters".
    FIRST: Collection[str] = ()
    MORE: Collection[str] = ()
    # Fields of which the second is at least the first, where both are said.
    IN_ORDER: Collection[tuple[str, str]] = (("since", "until"),)

    def __init__(self, query: QueryDict) -> None:
        said = QueryDict(mutable=True)
        for name, values in query.lists():
            said.setlist(name, [value for value in values if value != ""])  # empty says nothing
        for field, unless_said in self.SHOWING.items():
            said.setdefault(field, unless_said)
        super().__init__(said)
        self.asked = query
        fields: dict[str, Any] = self.fields
        for name, choices in self._known_choices().items():
            fields[name].choices = choices
        self.full_clean()

    def _known_choices(self) -> Mapping[str, list[tuple[str, Any]]]:
        """Choices that only the database knows, by their fields."""
        return {}

    def clean(self) -> dict[str, Any]:
        for first, last in self.IN_ORDER:
            least, most = self.cleaned_data.get(first), self.cleaned_data.get(last)
            if least is None or most is None or least <= most:
                continue
            what = "This day is before" if isinstance(most, date) else "This is below"
            self.add_error(last, f"{what} the first, so it narrows nothing here.")
        return self.cleaned_data

    def _days(self, column: str, *, prefix: str = "") -> Q:
        """What `column` must be for the days asked for: the agency's, the last one whole.

        They are asked for by fields named `period`, `since` and `until`, after the prefix.
        """
        period, since, until = (
            self.cleaned_data.get(f"{prefix}{name}") for name in ("period", "since", "until")
        )
        days = Q()
        if period:
            days &= Q(**{f"{column}__gte": midnight(Period(period).first_day)})
        if since:
            days &= Q(**{f"{column}__gte": midnight(since)})
        if until:
            days &= Q(**{f"{column}__lt": midnight(until, days_later=1)})
        return days

    def chosen(self, field: str) -> list[str]:
        """The field's valid choices, in the order of the form; none where it is faulty."""
        return [value for value, _ in self._said(field)]

    @cached_property
    def in_force(self) -> list[FilterInForce]:
        """Every choice that narrows the list, as the person may take it away again."""
        return [
            FilterInForce(str(self[field].label), label, self._without(field, value))
            for field in self.fields
            if field not in self.SHOWING
            for value, label in self._said(field)
        ]

    @property
    def clear_address(self) -> str:
        """The list with no filter in force, shown as it is."""
        return self._url_of({name: self.chosen(name) for name in self.SHOWING})

    @property
    def query(self) -> str:
        """The valid choices as the query of an address: what a saved view keeps."""
        return self._url_of({name: self.chosen(name) for name in self.fields})[1:]

    @property
    def first_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.FIRST]

    @property
    def more_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.MORE]

    @property
    def more_in_force(self) -> int:
        """How many of the fields behind "More filters" narrow the list or are at fault."""
        return sum(bool(self.chosen(name) or name in self.errors) for name in self.MORE)

    @property
    def more_at_fault(self) -> bool:
        """Whether one of them has a fault, which is said beside it."""
        return any(name in self.errors for name in self.MORE)

    @property
    def export_query(self) -> str:
        """What an export is asked with, `?` included: all that narrows, no page of it."""
        return self._url_of({name: self.chosen(name) for name in self.fields})

    @property
    def tidy(self) -> QueryDict:
        """The address as it was said, faults and position included, without what says nothing.

        A form sends its empty fields too; an address that people pass on is better without.
        """
        tidy = QueryDict(mutable=True)
        for name, values in self.asked.lists():
            if kept := [v for v in values if v != "" and v != self.SHOWING.get(name)]:
                tidy.setlist(name, kept)
        return tidy

    @property
    def faults(self) -> list[str]:
        """Every fault with its field's name, for where the fields themselves are not shown."""
        return [
            f"{self[name].label}: {fault}"
            for name, faults in self.errors.items()
            for fault in faults
        ]

    @property
    def misread(self) -> list[Misread]:
        """All that the address says and the list cannot follow, unknown parameters included."""
        unknown = [name for name in self.tidy if name not in {*self.fields, *POSITION}]
        known = [(name, str(self[name].label)) for name in self.fields]
        return [
            *(Misread(n, [f"“{n}” is no filter of this list."], known) for n in unknown),
            *(Misread(n, [*map(str, said)], self._accepted(n)) for n, said in self.errors.items()),
        ]

    def _accepted(self, field: str) -> list[tuple[str, str]]:
        """The field's choices; none where it takes any text, and its fault says of which form."""
        return self._labels(field) if isinstance(self.fields[field], forms.ChoiceField) else []

    def _group(
        self,
        field: str,
        title: str,
        values: Collection[str],
        *,
        with_faults: bool = True,
        counts: Mapping[str, int] | None = None,
    ) -> ChoiceGroup:
        chosen = self.chosen(field)
        return ChoiceGroup(
            field,
            title,
            [
                Choice(v, label, v in chosen, None if counts is None else Count(counts.get(v, 0)))
                for v, label in self._labels(field)
                if v in values
            ],
            [str(fault) for fault in self.errors.get(field, [])] if with_faults else [],
        )

    def count_line(self, count: Count, one: str, many: str = "") -> str:
        """`1,204 leads`, or, where a filter is in force, `37 leads match`."""
        if not self.in_force:
            return count.of(one, many)
        return f"{count.of(one, many)} {'matches' if count.number == 1 else 'match'}"

    def _said(self, field: str) -> list[tuple[str, str]]:
        """What was validly said in the field: each value as the address has it, and in words."""
        said = self.cleaned_data.get(field)
        if said in (None, "", []) or said == self.SHOWING.get(field):
            return []
        if isinstance(self.fields[field], forms.ChoiceField):
            values = said if isinstance(said, list) else [said]
            return [(value, label) for value, label in self._labels(field) if value in values]
        if isinstance(said, date):
            return [(said.isoformat(), date_format(said, "j F Y"))]
        return [(str(said), str(said))]

    def _labels(self, field: str) -> list[tuple[str, str]]:
        return [(value, label) for value, label in _ungrouped(self.fields[field]) if value != ""]

    def _without(self, field: str, value: str) -> str:
        return self._url_of(
            {
                name: [v for v in self.chosen(name) if (name, v) != (field, value)]
                for name in self.fields
            }
        )

    def _url_of(self, values: Mapping[str, list[str]]) -> str:
        url = QueryDict(mutable=True)
        for name, said in values.items():
            if said:
                url.setlist(name, said)
        return "?" + url.urlencode()


def _ungrouped(field: Any) -> Iterator[tuple[str, str]]:
    """The field's choices, out of their groups."""
    for value, label in field.choices:
        if isinstance(label, list | tuple):
            yield from ((str(each), str(words)) for each, words in label)
        else:
            yield str(value), str(label)
