"""The day on which somebody means to come back to a lead."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.db import models, transaction
from django.db.models import Q
from django.utils.formats import date_format

from foundation.days import today as agency_today
from foundation.plurals import so_many
from leads.corrections import as_text
from leads.events import new_event
from leads.models import EventKind, Lead, LeadEvent
from organisations.actors import Actor
from organisations.hours.opening import OpeningHours

NO_MARKS: Mapping[str, Any] = {}
PRESETS = ("tomorrow", "in_a_week")


def preset_days(today: date, hours: OpeningHours) -> dict[str, tuple[date, str]]:
    """For each preset its day, a working day, and the words that say which it is."""
    next_day = hours.next_working_day(today)
    week = hours.next_working_day(today + timedelta(6))
    is_tomorrow = next_day - today == timedelta(1)
    return {
        "tomorrow": (next_day, _dated("Tomorrow" if is_tomorrow else f"{next_day:%A}", next_day)),
        "in_a_week": (week, _dated("In a week", week)),
    }


def _dated(words: str, day: date) -> str:
    return f"{words}, {day.day} {day:%B}"


class FollowUp(models.TextChoices):
    """Which follow-ups are still to do, by today of the agency's."""

    DUE = "due", "Due today or before"
    TODAY = "today", "Due today"
    OVERDUE = "overdue", "Overdue"

    @property
    def condition(self) -> Q:
        """What such leads are."""
        lookup = {FollowUp.DUE: "lte", FollowUp.TODAY: "exact", FollowUp.OVERDUE: "lt"}[self]
        return Q(**{f"follow_up_on__{lookup}": agency_today()})


@transaction.atomic
def set_follow_up(
    lead: Lead, day: date | None, *, by: Actor, marks: Mapping[str, Any] = NO_MARKS
) -> LeadEvent | None:
    """Set or clear the day and return the event, with the marks on it; None if it stood.

    The row must be locked.
    """
    if day == lead.follow_up_on:
        return None
    change = (as_text(lead.follow_up_on), as_text(day))
    payload = {"field": "follow_up_on", **marks}
    event = new_event(lead, EventKind.FIELD, by=by, change=change, payload=payload)
    event.save(force_insert=True)
    lead.follow_up_on = day
    lead.save(update_fields=["follow_up_on"])
    return event


def is_overdue(day: date | None, today: date) -> bool:
    return day is not None and day < today


def in_words(day: date, today: date) -> str:
    """`Follow up today`, `Follow up on Monday 30 November`, `Follow-up overdue by 3 days`."""
    ahead = (day - today).days
    if ahead < 0:
        return f"Follow-up overdue by {so_many(-ahead, 'day')}"
    if ahead < 2:
        return "Follow up tomorrow" if ahead else "Follow up today"
    written = date_format(day, "l j F" if day.year == today.year else "l j F Y")
    return f"Follow up on {written}"
