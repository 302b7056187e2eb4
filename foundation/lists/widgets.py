"""Fields of a filter bar as HTML, without a template: a list has two dozen, whatever it shows."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from django import forms
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString


class _Input(forms.TextInput):
    """An `<input>`; its kind is among the attributes where it is not the widget's own."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        kind = {"type": self.input_type} | self.build_attrs(self.attrs, attrs)
        shown = self.format_value(value)
        said = "" if shown is None else format_html(' value="{}"', shown)
        return format_html('<input name="{}"{}{}>', name, said, flatatt(kind))


class TextInput(_Input):
    pass


class NumberInput(_Input, forms.NumberInput):
    pass


class DateInput(_Input, forms.DateInput):
    pass


class Select(forms.Select):
    """A `<select>`, kept for the next who chose the same among the same."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        said = {"name": name} | self.build_attrs(self.attrs, attrs)
        chosen = tuple(map(str, self.format_value(value)))
        return _select(tuple(said.items()), _hashable(self.choices), chosen)


def _hashable(choices: Iterable[Any]) -> tuple[Any, ...]:
    return tuple(
        (value, _hashable(label) if isinstance(label, list | tuple) else label)
        for value, label in choices
    )


@lru_cache(maxsize=512)
def _select(
    attributes: tuple[tuple[str, Any], ...], choices: tuple[Any, ...], chosen: tuple[str, ...]
) -> SafeString:
    options = format_html_join("", "{}", ((_option(one, chosen),) for one in choices))
    return format_html("<select{}>{}</select>", flatatt(dict(attributes)), options)


def _option(choice: tuple[Any, Any], chosen: tuple[str, ...]) -> SafeString:
    """An option; a group of them where its label holds choices."""
    value, label = choice
    if isinstance(label, tuple):
        options = format_html_join("", "{}", ((_option(one, chosen),) for one in label))
        return format_html('<optgroup label="{}">{}</optgroup>', value, options)
    selected = SafeString(" selected") if str(value) in chosen else ""
    return format_html('<option value="{}"{}>{}</option>', value, selected, label)
