"""Sums of money as people type them: `350000`, `£350,000`, `350.000`, `350k`, `1.25m`."""

import re
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

_PLAIN = re.compile(r"-?\d+(?:\.0{1,2})?")  # the zeros are pence
# Groups of three, whatever divides them; so 350.000 is never 350 pounds with three noughts.
_GROUPED = re.compile(r"\d{1,3}([,. ’'])\d{3}(?:\1\d{3})*(?:\.00?)?")
_SHORT = re.compile(r"(\d{1,9}(?:\.\d{1,6})?) ?([km])", re.IGNORECASE)
_TIMES = {"k": 1_000, "m": 1_000_000}


class PoundsField(forms.IntegerField):
    """Whole pounds; what could be read in two ways is refused."""

    widget = forms.TextInput

    def to_python(self, value: Any) -> Any:
        if not isinstance(value, str):
            return super().to_python(value)
        said = " ".join(value.replace("£", " ").split())
        return super().to_python(self._digits(said)) if said else None

    def _digits(self, said: str) -> str:
        if _PLAIN.fullmatch(said):
            return said.partition(".")[0]
        if grouped := _GROUPED.fullmatch(said):
            return said.removesuffix(".00").removesuffix(".0").replace(grouped[1], "")
        if short := _SHORT.fullmatch(said):
            pounds = Decimal(short[1]) * _TIMES[short[2].lower()]
            if pounds == pounds.to_integral_value():
                return str(int(pounds))
        raise ValidationError(self.error_messages["invalid"], code="invalid")
