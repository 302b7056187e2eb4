"""An agency's day is Europe/London (CONTRACT.md, section 1), whatever zone a person's pages use."""

from calendar import monthrange
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.db import models
from django.utils import timezone

AGENCY_ZONE = ZoneInfo("Europe/London")
_FRIDAY = 4  # as date.weekday() counts


def today() -> date:
    """The agency's day now."""
    return timezone.localdate(timezone=AGENCY_ZONE)


def midnight(day: date, *, days_later: int = 0) -> datetime:
    """The first moment of the agency's day, or of one so many days later."""
    return datetime.combine(day + timedelta(days_later), time(), tzinfo=AGENCY_ZONE)


def next_weekday(day: date) -> date:
    """The first day after it from Monday to Friday."""
    return day + timedelta(7 - day.weekday() if day.weekday() >= _FRIDAY else 1)


class Period(models.TextChoices):
    """So many days of the agency's, of which the last is today."""

    TODAY = "today", "Today"
    WEEK = "7-days", "Last 7 days"
    MONTH = "30-days", "Last 30 days"

    @property
    def first_day(self) -> date:
        days_before = {Period.TODAY: 0, Period.WEEK: 6, Period.MONTH: 29}[self]
        return today() - timedelta(days_before)


def zone_of(name: str) -> ZoneInfo:
    """The zone of that IANA name; the agency's where this machine does not know it (any more)."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return AGENCY_ZONE


def months_before(moment: datetime, months: int) -> datetime:
    """The same day and time so many months earlier; where that month is shorter, its last day."""
    years, month = divmod(moment.year * 12 + moment.month - 1 - months, 12)
    last = monthrange(years, month + 1)[1]
    return moment.replace(year=years, month=month + 1, day=min(moment.day, last))
