"""The hours of a day as people write them: `9:00–12:30, 13:30–17:30`, and read back."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from itertools import pairwise

from django.utils.formats import date_format

from organisations.hours.opening import A_DAY, Minutes

MOST_SPANS = 3
_CLOSED = "closed"
_BETWEEN_TIMES = range(60, 120)  # minutes after midnight within which clocks change
_TIME = r"(\d{1,2})(?:[:.](\d{2}))?\s*(am|pm)?"
_SPAN = re.compile(rf"\s*{_TIME}\s*(?:-|–|—|to|until)\s*{_TIME}\s*", re.IGNORECASE)
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class NotUnderstood(ValueError):
    """Why the hours cannot be taken, in words for who wrote them."""


def in_words(minutes: Minutes) -> str:
    """`9:00–12:30, 13:30–17:30`, or `closed`."""
    times = [f"{minute // 60}:{minute % 60:02}" for minute in minutes]
    spans = [f"{opens}–{closes}" for opens, closes in zip(times[::2], times[1::2], strict=True)]
    return ", ".join(spans) or _CLOSED


def read(written: str) -> list[int]:
    """The minutes of what somebody wrote, `9-17:30` and `9am to 5.30pm` too; empty for a closed
    day. Raises NotUnderstood."""
    if written.strip().lower() in ("", _CLOSED):
        return []
    minutes = [minute for span in written.split(",") for minute in _read_span(span)]
    if len(minutes) > 2 * MOST_SPANS:
        raise NotUnderstood("Give at most three spans of hours a day.")
    if any(later <= earlier for earlier, later in pairwise(minutes)):
        raise NotUnderstood("Each time must be later than the one before it.")
    return minutes


def week_in_words(week: Sequence[Minutes]) -> list[tuple[str, str]]:
    """Days of equal hours together: `Monday to Friday`, `9:00–17:30`."""
    lines: list[tuple[str, str]] = []
    first = 0
    for day in range(len(week)):
        if day + 1 < len(week) and list(week[day + 1]) == list(week[day]):
            continue
        days = _WEEKDAYS[day] if first == day else f"{_WEEKDAYS[first]} to {_WEEKDAYS[day]}"
        lines.append((days, in_words(week[day])))
        first = day + 1
    return lines


def days_in_words(days: Mapping[date, Minutes]) -> list[tuple[date, str, str]]:
    """Each day with its own words and its hours': `Friday 25 December 2026`, `closed`."""
    return [(day, date_format(day, "l j F Y"), in_words(days[day])) for day in sorted(days)]


def _read_span(written: str) -> tuple[int, int]:
    found = _SPAN.fullmatch(written)
    if found is None:
        said = f"“{written.strip()[:40]}” is no span of hours. " if written.strip() else ""
        raise NotUnderstood(
            f"{said}Write hours such as 9:00–17:30, several with a comma between them."
        )
    opens, closes = _minute(*found.groups()[:3]), _minute(*found.groups()[3:])
    return opens, closes


def _minute(hour: str, minute: str | None, half: str | None) -> int:
    hours, minutes = int(hour), int(minute or 0)
    if half is not None:
        if not 1 <= hours <= 12:
            raise NotUnderstood(f"“{hour} {half}” is no time of day.")
        hours = hours % 12 + (12 if half.lower() == "pm" else 0)
    if minutes > 59 or 60 * hours + minutes > A_DAY:
        raise NotUnderstood(f"“{hour}:{minutes:02}” is no time of day.")
    if 60 * hours + minutes in _BETWEEN_TIMES:
        raise NotUnderstood("Choose a time before 1:00 or from 2:00 on: clocks change between.")
    return 60 * hours + minutes
