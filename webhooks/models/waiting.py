"""What waits to be told to an endpoint: events that failed, and those of the same lead behind them.

An event that is told at once is never here. Of the events of a lead that wait, the first is due at
some time; the others have no time of their own, and get one when those before them are told.
"""

from typing import Self
from uuid import UUID

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from foundation.ids import uuid7
from organisations.models import Organisation, TenantQuerySet
from webhooks.models.endpoint import Endpoint


class WaitingQuerySet(TenantQuerySet["Waiting"]):
    """Every way in which waiting events are chosen. An endpoint's are chosen by it."""

    def of(self, endpoint: Endpoint) -> Self:
        return self.filter(organisation_id=endpoint.organisation_id, endpoint_id=endpoint.pk)

    def open(self) -> Self:
        """Those that were not given up."""
        return self.filter(given_up_at=None)

    def due(self) -> Self:
        """To be tried now, the earliest event first."""
        return self.open().filter(due_at__lte=Now()).order_by("position", "id")

    def given_up(self) -> Self:
        return self.filter(given_up_at__isnull=False)


class Waiting(models.Model):
    """An event that an endpoint has yet to be told."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="+", db_index=False)
    # Held by a key over both columns, which also says that it is of the same organisation.
    endpoint = models.ForeignKey(
        Endpoint, models.CASCADE, related_name="waiting", db_index=False, db_constraint=False
    )
    position = models.BigIntegerField(null=True, help_text="NULL: a test, which the feed has not")
    event_id = models.UUIDField()
    line = models.UUIDField(help_text="whose events are told one after the other: a lead's id")
    tries = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(null=True, help_text="NULL: after another one of its line")
    failed_at = models.DateTimeField(null=True, help_text="its first failure")
    given_up_at = models.DateTimeField(null=True, help_text="until somebody has it told again")
    created_at = models.DateTimeField(db_default=Now())

    objects = WaitingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="webhooks_waiting_once", fields=["organisation", "endpoint", "position"]
            ),
        ]
        indexes = [
            # What is due at an endpoint.
            models.Index(
                name="webhooks_waiting_due",
                fields=["organisation", "endpoint", "due_at"],
                condition=Q(due_at__isnull=False),
            ),
            # Whether a lead's events wait, and which is the next.
            models.Index(
                name="webhooks_waiting_line",
                fields=["organisation", "endpoint", "line", "position"],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event_id}, tried {self.tries} times"

    @property
    def is_test(self) -> bool:
        return self.position is None


def line_of(lead_id: str | None, event_id: str) -> UUID:
    """Whose events are told one after the other; what names no lead stands alone."""
    return UUID(lead_id or event_id)
