"""Timed duties, a row each: when it last ran, when it is due, and until when it is somebody's."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class DutyQuerySet(models.QuerySet["Duty"]):
    """Every way in which duties are chosen."""

    def due(self) -> Self:
        """To be done now, and nobody at it who lives."""
        free = Q(leased_until=None) | Q(leased_until__lte=Now())
        return self.filter(free, due_at__lte=Now())


class Duty(models.Model):
    """What is done again and again, by whichever worker comes first."""

    name = models.CharField(max_length=32, primary_key=True)
    last_ran_at = models.DateTimeField(null=True, help_text="when it was last done, to its end")
    due_at = models.DateTimeField(db_default=Now())
    leased_until = models.DateTimeField(null=True, help_text="a worker is at it until then")

    objects = DutyQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name
