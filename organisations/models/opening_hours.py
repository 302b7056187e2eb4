"""When an agency is open: its week, days that differ, and the bank holidays of its nation.

The hours of a day are minutes after its midnight, in pairs that grow: {540,1050} is 9:00 to 17:30,
{} is closed. What follows from them is organisations/hours/'s.
"""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from foundation.database.constraints import known
from organisations import frozen

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MOST_EDGES = 6  # three spans


class Nation(models.TextChoices):
    """Whose bank holidays an agency keeps."""

    ENGLAND_AND_WALES = "england_wales", "England and Wales"
    SCOTLAND = "scotland", "Scotland"
    NORTHERN_IRELAND = "northern_ireland", "Northern Ireland"


def _minutes(default: Any) -> Any:
    return ArrayField(models.SmallIntegerField(), default=default, db_default=default())


def in_pairs(table: str, field: str) -> models.CheckConstraint:
    """At most three spans of a day, in their order, none within another, and none with an edge
    between one and two at night, when clocks change. What is not there is NULL, and passes."""
    condition = Q()
    for edges in range(0, _MOST_EDGES + 1, 2):  # not __in, which PostgreSQL reads anew each time
        condition |= Q(**{f"{field}__len": edges})
    for place in range(_MOST_EDGES):
        edge = f"{field}__{place}"
        condition &= Q(**{f"{edge}__range": (0, 59)}) | Q(**{f"{edge}__range": (120, 1440)})
        if place:
            condition &= Q(**{f"{edge}__gt": models.F(f"{field}__{place - 1}")})
    return models.CheckConstraint(name=f"{table}_{field}_in_pairs", condition=condition)


class HasOpeningHours(models.Model):
    """An agency's columns of it: read with the agency, so that no page asks for them apart."""

    nation = models.CharField(
        max_length=16,
        choices=Nation.choices,
        default=Nation.ENGLAND_AND_WALES,
        db_default=Nation.ENGLAND_AND_WALES,
    )
    monday = _minutes(frozen.office_hours)
    tuesday = _minutes(frozen.office_hours)
    wednesday = _minutes(frozen.office_hours)
    thursday = _minutes(frozen.office_hours)
    friday = _minutes(frozen.office_hours)
    saturday = _minutes(frozen.saturday_hours)
    sunday = _minutes(list)
    untaken_minutes = models.SmallIntegerField(
        null=True, help_text="open ones; admins hear of a hot lead that nobody took in them"
    )

    class Meta:
        abstract = True


class SpecialDay(models.Model):
    """A day on which an agency keeps other hours than its weekday's, or none."""

    organisation = models.ForeignKey(
        "organisations.Organisation", models.CASCADE, related_name="special_days", db_index=False
    )
    day = models.DateField(help_text="of the agency's, Europe/London")
    minutes = ArrayField(models.SmallIntegerField(), default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="organisations_specialday_once", fields=["organisation", "day"]
            ),
            in_pairs("organisations_specialday", "minutes"),
        ]

    def __str__(self) -> str:
        return f"{self.day}: {self.minutes or 'closed'}"


class BankHoliday(models.Model):
    """A bank holiday, for PostgreSQL to reckon with; organisations/hours/bank_holidays.py's."""

    nation = models.CharField(max_length=16, choices=Nation.choices)
    day = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="organisations_bankholiday_once", fields=["nation", "day"]
            ),
            known("organisations_bankholiday", "nation", Nation),
        ]

    def __str__(self) -> str:
        return f"{self.day} in {self.get_nation_display()}"
