"""Fields in which people write words."""

from typing import Any

from django import forms


class Line(forms.CharField):
    """A text of one line; empty means unknown."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"required": False, "empty_value": None} | options)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """It is typed the way it is read: from the right, where it is Arabic or Hebrew."""
        return super().widget_attrs(widget) | {"dir": "auto"}


class Prose(forms.CharField):
    """A text of many lines, in which a line ends with one character, whatever the browser sends."""

    widget = forms.Textarea

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """It is typed the way it is read, likewise."""
        return super().widget_attrs(widget) | {"dir": "auto"}

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str):
            value = value.replace("\r\n", "\n").replace("\r", "\n")
        return super().to_python(value)
