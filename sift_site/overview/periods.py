"""The stretches of days that the overview looks at, and what each is compared with."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import models
from django.http import QueryDict
from django.utils.formats import date_format

A_DAY = timedelta(days=1)
A_WEEK = timedelta(weeks=1)


@dataclass(frozen=True, slots=True)
class Span:
    """Days of the agency's, the first and the last included."""

    first: date
    last: date

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last

    def __iter__(self) -> Iterator[date]:
        return (self.first + timedelta(n) for n in range((self.last - self.first).days + 1))

    def up_to(self, last: date) -> "Span":
        """The same as far as that day, where it is longer."""
        return Span(self.first, min(self.last, last))

    @property
    def months(self) -> Iterator["Span"]:
        """The calendar months in it, the outer ones cut off where it begins and ends."""
        first = self.first
        while first <= self.last:
            following = (first.replace(day=1) + timedelta(days=32)).replace(day=1)
            yield Span(first, min(self.last, following - A_DAY))
            first = following

    @property
    def weeks(self) -> Iterator["Span"]:
        """The weeks in it, from Monday, the outer ones cut off where it begins and ends."""
        first = self.first
        while first <= self.last:
            sunday = first + (6 - first.weekday()) * A_DAY
            yield Span(first, min(self.last, sunday))
            first = sunday + A_DAY

    @property
    def is_whole_month(self) -> bool:
        following = self.last + A_DAY
        return self.first.day == following.day == 1 and (following - self.first).days < 32

    def by_month(self) -> "tuple[Span | None, list[Span]]":
        """The whole calendar months in it, as one span, and the days before and after them."""
        whole = [month for month in self.months if month.is_whole_month]
        if not whole:
            return None, [self]
        months = Span(whole[0].first, whole[-1].last)
        around = [Span(self.first, months.first - A_DAY), Span(months.last + A_DAY, self.last)]
        return months, [span for span in around if span.first <= span.last]


class Period(models.TextChoices):
    """What the charts show, ending with today."""

    WEEK = "7-days", "7 days"
    MONTH = "30-days", "30 days"
    QUARTER = "90-days", "90 days"
    YEAR = "12-months", "12 months"

    def span(self, today: date) -> Span:
        """So many days; or this calendar month, unfinished, and the eleven before it."""
        if self is not Period.YEAR:
            return Span(today - (self._days - 1) * A_DAY, today)
        return Span((_a_year_before(today).replace(day=28) + 4 * A_DAY).replace(day=1), today)

    def before(self, today: date) -> Span:
        """What it is compared with: as many days before it, or the same days a year before."""
        span = self.span(today)
        if self is not Period.YEAR:
            return Span(span.first - self._days * A_DAY, span.first - A_DAY)
        return Span(_a_year_before(span.first), _a_year_before(today))

    def in_words(self, today: date) -> str:
        """After "leads that came": `in the last 30 days`, `since 1 December 2025`."""
        if self is Period.YEAR:
            return f"since {date_format(self.span(today).first, 'j F Y')}"
        return f"in the last {self.label}"

    @property
    def before_in_words(self) -> str:
        if self is Period.YEAR:
            return "in the same days a year before"
        return f"in the {self.label} before"

    @property
    def _days(self) -> int:
        return {Period.WEEK: 7, Period.MONTH: 30, Period.QUARTER: 90}[self]


USUAL = Period.MONTH


def period_of(query: QueryDict) -> tuple[Period, str | None]:
    """The period that the address asks for; the usual one, and why, where it asks for none."""
    asked = query.get("period", "")
    if asked in Period.values:
        return Period(asked), None
    if not asked:
        return USUAL, None
    known = ", ".join(Period.values)
    return USUAL, f"“{asked[:40]}” is none of {known}, so this shows {USUAL.label}."


def weeks(today: date, number: int) -> list[Span]:
    """This week so far, from Monday, and whole weeks before it: so many in all, newest first."""
    monday = today - today.weekday() * A_DAY
    earlier = [Span(monday - n * A_WEEK, monday - n * A_WEEK + 6 * A_DAY) for n in range(1, number)]
    return [Span(monday, today), *earlier]


def _a_year_before(day: date) -> date:
    try:
        return day.replace(year=day.year - 1)
    except ValueError:  # 29 February
        return day.replace(year=day.year - 1, day=28)
