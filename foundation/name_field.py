"""What a person or an agency is called, as a form takes it."""

from typing import Any

from django import forms

from foundation.names import as_name, is_name


class NameField(forms.CharField):
    """One line of printable characters: nothing that breaks a line or turns a text around.

    The same as the commands take. It ends up in letters and headings.
    """

    default_error_messages = {
        "max_length": "A name has at most %(limit_value)d characters; this has %(show_value)d.",
    }

    def __init__(self, *, max_length: int = 200, **options: Any) -> None:
        super().__init__(max_length=max_length, **options)

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        return as_name(text) if isinstance(text, str) else text

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """A name is typed the way it is read."""
        return super().widget_attrs(widget) | {"dir": "auto"}

    def validate(self, value: str | None) -> None:
        super().validate(value)
        if value and not is_name(value):
            raise forms.ValidationError("Give a name of printable characters on one line.")
