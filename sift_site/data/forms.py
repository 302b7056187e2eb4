"""What an admin says about how long leads are kept."""

from django import forms

from conversations.retention import SUGGESTED

_FOR_EVER = ""
_LENGTHS = (6, 12, 18, 24, 36, 60, 84, 120)  # months


def in_words(months: int) -> str:
    """`18 months`, `2 years`."""
    return f"{months // 12} years" if months % 12 == 0 and months > 12 else f"{months} months"


class RetentionForm(forms.Form):
    """For how many months after the last message; blank: for ever."""

    months = forms.TypedChoiceField(
        label="Erase leads",
        required=False,
        coerce=int,
        empty_value=None,
        choices=[
            (_FOR_EVER, "Never by themselves"),
            *(
                (months, f"{in_words(months)} after the last message"
                 + (" (suggested)" if months == SUGGESTED else ""))
                for months in _LENGTHS
            ),
        ],
        error_messages={"invalid_choice": "Choose one of the lengths."},
    )  # fmt: skip
