"""What the overview reads: daily figures, never the leads that they count."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import BigIntegerField, Count, F, Func, Q, Sum, Window

from leads.models.rollups import OUT_OF_HOURS, AreaDay, ContactDay, LeadDay, middle_of
from organisations.models import Organisation
from sift_site.overview.periods import Span

AREAS_SHOWN = 8


class DailyFigures:
    """The figures of LeadDay, by day; a day without leads has none."""

    def __init__(self, rows: list[dict[str, Any]]) -> None:
        self._by_day: Mapping[date, dict[str, Any]] = {row["day"]: row for row in rows}

    @classmethod
    def read(cls, organisation: Organisation, span: Span) -> "DailyFigures":
        days = LeadDay.objects.for_organisation(organisation).between(span.first, span.last)
        return cls(days.summed_by("day", figures=LeadDay.FIGURES))

    def total(self, span: Span, figure: str = "leads") -> int:
        return self.totals(span, figure)[0]

    def totals(self, span: Span, *figures: str) -> list[int]:
        """Of each of these figures, its sum over the span."""
        rows = [self._by_day[day] for day in span if day in self._by_day]
        return [sum(row[figure] for row in rows) for figure in figures]


class _SumOfSums(Func):
    """Over sums of groups; Django's own Sum refuses what is a sum already."""

    function = "SUM"
    window_compatible = True
    output_field = BigIntegerField()


@dataclass(frozen=True, slots=True)
class Areas:
    """The areas that most leads of a span look in, and how many look in others."""

    shown: list[tuple[str, int]]
    others: int  # areas
    in_others: int  # leads

    @classmethod
    def read(cls, organisation: Organisation, span: Span) -> "Areas":
        days = AreaDay.objects.for_organisation(organisation).between(span.first, span.last)
        sums = days.values("area").annotate(number=Sum("leads")).filter(number__gt=0)
        # Of all areas, not only of those that are shown.
        whole = sums.annotate(areas=Window(Count("*")), all=Window(_SumOfSums(F("number"))))
        rows = list(whole.order_by("-number", "area")[:AREAS_SHOWN])
        shown = [(row["area"], row["number"]) for row in rows]
        if not rows:
            return cls([], 0, 0)
        in_shown = sum(number for _, number in shown)
        return cls(shown, rows[0]["areas"] - len(rows), rows[0]["all"] - in_shown)


@dataclass(frozen=True, slots=True)
class ContactTimes:
    """How long leads waited that were first contacted in a span; within five per cent."""

    leads: int
    half: timedelta | None  # half of them waited no longer; None where there were none
    nine_in_ten: timedelta | None
    out_of_hours: int = 0  # answered before any open hour had passed

    @classmethod
    def read(
        cls, organisation: Organisation, spans: Mapping[str, Span]
    ) -> tuple[dict[str, "ContactTimes"], dict[str, "ContactTimes"]]:
        """Of each span, by its name: times by the clock, and those in open hours, which are counted
        since agencies have hours."""
        contacts = ContactDay.objects.for_organisation(organisation)
        of_spans = {name: _rows_of(span) for name, span in spans.items()}
        sums = {name: Sum("leads", filter=rows, default=0) for name, rows in of_spans.items()}
        read = contacts.filter(reduce(or_, of_spans.values()))
        rows = list(read.values("in_open_hours", "bucket").order_by("bucket").annotate(**sums))
        clock, open_hours = (
            [row for row in rows if row["in_open_hours"] is counted] for counted in (False, True)
        )
        return cls._of_each(spans, clock), cls._of_each(spans, open_hours)

    @classmethod
    def _of_each(
        cls, names: Iterable[str], rows: list[dict[str, Any]]
    ) -> dict[str, "ContactTimes"]:
        return {name: cls._of([(row["bucket"], row[name]) for row in rows]) for name in names}

    @classmethod
    def _of(cls, buckets: list[tuple[int, int]]) -> "ContactTimes":
        leads = sum(number for _, number in buckets)
        half, nine_in_ten = (_time_within(buckets, part * leads) for part in (0.5, 0.9))
        return cls(leads, half, nine_in_ten, dict(buckets).get(OUT_OF_HOURS, 0))


def _rows_of(span: Span) -> Q:
    """The rows that make up a span: its whole months, and the days around them."""
    months, days = span.by_month()
    rows = Q()
    for part in days:
        rows |= Q(whole_month=False, day__range=(part.first, part.last))
    if months:
        rows |= Q(whole_month=True, day__range=(months.first, months.last))
    return rows


def _time_within(buckets: list[tuple[int, int]], leads: float) -> timedelta | None:
    """The time within which so many were contacted."""
    reached = 0
    for bucket, number in buckets:
        reached += number
        if number and reached >= leads:
            return middle_of(bucket)
    return None
