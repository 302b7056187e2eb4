"""What happened on each day, counted as it happens, so that no page has to count it.

A row is a difference that one statement made, never a total, so writers do not wait for each other;
the figure of a day is the sum of its rows. Triggers write the rows and now and then fold those of a
day into one (migration 0012), so that a year is a few hundred rows. Days are the agency's, in
Europe/London. Leads that were merged into another do not count.
"""

import math
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any, Self

from django.db import models
from django.db.models import Q, Sum

from organisations.models import Organisation, TenantQuerySet

# A bucket of waiting times ends where the next begins, ten per cent later: its middle is within
# five per cent of every time in it.
BUCKET_RATIO = 1.1
OUT_OF_HOURS = -1  # of times in open hours: none had passed, for it was answered before opening
_MINUTE = timedelta(minutes=1)


def bucket_of(waited: timedelta) -> int:
    """The bucket of a time from arrival to first contact, as the trigger reckons it."""
    minutes = max(waited, timedelta(0)) / _MINUTE
    return math.floor(math.log(1 + minutes) / math.log(BUCKET_RATIO))


def middle_of(bucket: int) -> timedelta:
    """A time in the middle of the bucket."""
    if bucket == OUT_OF_HOURS:
        return timedelta(0)
    minutes: float = BUCKET_RATIO ** (bucket + 0.5) - 1
    return minutes * _MINUTE


class RollupQuerySet(TenantQuerySet[Any]):
    """Every way in which roll-ups are read."""

    def between(self, first: date, last: date) -> Self:
        """Both days included."""
        return self.filter(day__range=(first, last))

    def summed_by(self, *keys: str, figures: Iterable[str]) -> list[dict[str, Any]]:
        """The sums of the figures for each combination of the keys, in the order of the keys."""
        sums = {figure: Sum(figure) for figure in figures}
        return list(self.values(*keys).order_by(*keys).annotate(**sums))


class _Rollup(models.Model):
    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    day = models.DateField(help_text="of the agency's, Europe/London")

    objects = RollupQuerySet.as_manager()

    class Meta:
        abstract = True


class LeadDay(_Rollup):
    """Leads that arrived on a day, by what is known of them now."""

    leads = models.IntegerField()
    # By the score's band; the rest has no score.
    hot = models.IntegerField()
    warm = models.IntegerField()
    cold = models.IntegerField()
    website = models.IntegerField()
    sms = models.IntegerField()
    email = models.IntegerField()
    # How far they came: those that were qualified were contacted too.
    contacted = models.IntegerField()
    qualified = models.IntegerField()
    converted = models.IntegerField()
    viewings = models.IntegerField(help_text="of them, those that asked for a viewing")

    FIGURES = (
        "leads", "hot", "warm", "cold", "website", "sms", "email", "contacted", "qualified",
        "converted", "viewings",
    )  # fmt: skip

    class Meta:
        indexes = [models.Index(name="leads_leadday_by_day", fields=["organisation", "day"])]

    def __str__(self) -> str:
        return f"{self.day}: {self.leads:+}"


class AreaDay(_Rollup):
    """Leads that arrived on a day and look for a home in an area, as it was written."""

    area = models.CharField(max_length=200)
    leads = models.IntegerField()

    class Meta:
        indexes = [
            models.Index(
                name="leads_areaday_by_day",
                fields=["organisation", "day"],
                include=["area", "leads"],
            )
        ]

    def __str__(self) -> str:
        return f"{self.day}, {self.area}: {self.leads:+}"


class ContactDay(_Rollup):
    """Leads that were first contacted on a day, by how long they had waited by then.

    A day has about a hundred rows, and a year of them is a lot to read: so each contact stands in
    a second row too, of its calendar month. And both stand twice: by the clock, and by the hours in
    which the agency was open, where those were counted.
    """

    whole_month = models.BooleanField(help_text="then `day` is the month's first")
    in_open_hours = models.BooleanField(
        default=False, db_default=False, help_text="then `bucket` is of open time, or OUT_OF_HOURS"
    )
    bucket = models.SmallIntegerField(help_text="bucket_of() the time since the lead arrived")
    leads = models.IntegerField()

    class Meta:
        indexes = [
            models.Index(
                name="leads_contactday_by_day",
                fields=["organisation", "whole_month", "day"],
                include=["in_open_hours", "bucket", "leads"],
            )
        ]
        constraints = [
            models.CheckConstraint(
                name="leads_contactday_bucket_from_zero",
                condition=Q(bucket__gte=0) | Q(bucket=OUT_OF_HOURS, in_open_hours=True),
            )
        ]

    def __str__(self) -> str:
        return f"{self.day}, within {middle_of(self.bucket)}: {self.leads:+}"
