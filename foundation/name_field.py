"""What a person or an agency is called, as a form takes it."""

from typing import Any

from django import forms


class NameField(forms.CharField):
    """One line of printable characters: nothing that breaks a line or turns a text around.

    The same as the commands take. It ends up in letters and headings.
    """

    default_error_messages = {
        "max_length": "A name has at most %(limit_value)d characters; this has %(show_value)d.",
    }

    def __init__(self, *, max_length: int = 200, **options: Any) -> None:
        super().__init__(max_length=max_length, **options)

    def validate(self, value: str | None) -> None:
        super().validate(value)
        if value and not value.isprintable():
            raise forms.ValidationError("Give a name of printable characters on one line.")
