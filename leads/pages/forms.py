"""What people may change of a lead."""

from typing import Any

from django import forms

from leads.models.choices import PERSON_STATUSES, LeadStatus


class MoveForm(forms.Form):
    """A lead's next status, and the status that the page showed when the person chose."""

    status = forms.ChoiceField(
        choices=[(status.value, status.label) for status in PERSON_STATUSES],
        error_messages={
            "required": "Choose where to move the lead.",
            "invalid_choice": "A lead cannot be moved to “%(value)s”. Choose one of those offered.",
        },
    )
    seen = forms.ChoiceField(
        choices=LeadStatus.choices,
        error_messages={
            "required": "The page did not say where the lead stood. Choose again.",
            "invalid_choice": "The page did not say where the lead stood. Choose again.",
        },
    )


class Line(forms.CharField):
    """A text of one line; empty means unknown."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"required": False, "empty_value": None} | options)


class Prose(forms.CharField):
    """A text of many lines, in which a line ends with one character, whatever the browser sends."""

    widget = forms.Textarea

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str):
            value = value.replace("\r\n", "\n").replace("\r", "\n")
        return super().to_python(value)
