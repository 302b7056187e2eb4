"""The log: every try to tell an event, for thirty days (CONTRACT.md, section 3, Webhooks)."""

from datetime import datetime, timedelta
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.db.models.fields.tuple_lookups import TupleLessThan
from django.db.models.functions import Now

from foundation.database.constraints import said
from foundation.ids import uuid7
from organisations.models import Organisation, TenantQuerySet
from webhooks.models.endpoint import Endpoint

KEPT = timedelta(days=30)
ANSWER_KEPT = 1024  # bytes of what came back
FAILED = Q(status=None) | Q(status__lt=200) | Q(status__gte=300)


class DeliveryQuerySet(TenantQuerySet["Delivery"]):
    """Every way in which tries are chosen. An endpoint's are chosen by it."""

    def of(self, endpoint: Endpoint) -> Self:
        return self.filter(organisation_id=endpoint.organisation_id, endpoint_id=endpoint.pk)

    def failed(self) -> Self:
        return self.filter(FAILED)

    def older_than(self, created_at: datetime, id_: str) -> Self:
        """Those that come after the one of that time and id, the newest first."""
        return self.filter(TupleLessThan((F("created_at"), F("id")), (created_at, id_)))

    def outlived(self) -> Self:
        return self.filter(created_at__lte=Now() - KEPT)


class Delivery(models.Model):
    """One try: what was sent, how long it took, and what came back."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="+", db_index=False)
    # Held by a key over both columns, which also says that it is of the same organisation.
    endpoint = models.ForeignKey(
        Endpoint, models.CASCADE, related_name="deliveries", db_index=False, db_constraint=False
    )
    event_id = models.UUIDField()
    position = models.BigIntegerField(null=True, help_text="NULL: a test")
    type = models.CharField(max_length=32)
    lead_id = models.UUIDField(null=True)
    number = models.PositiveSmallIntegerField(help_text="of the try; the first is 1")
    created_at = models.DateTimeField(help_text="when it was sent")
    milliseconds = models.PositiveIntegerField()
    status = models.PositiveSmallIntegerField(null=True, help_text="NULL: there was no answer")
    fault = models.CharField(max_length=200, null=True, help_text="why there was none, in words")
    answer = models.TextField(null=True, help_text="the first KiB of it")

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        constraints = [
            said("webhooks_delivery", "fault"),
            said("webhooks_delivery", "answer"),
            models.CheckConstraint(
                name="webhooks_delivery_answered_or_at_fault",
                condition=Q(status__isnull=False, fault=None)
                | Q(status=None, fault__isnull=False, answer=None),
            ),
        ]
        indexes = [
            # An endpoint's log, page by page.
            models.Index(
                name="webhooks_delivery_newest",
                fields=["organisation", "endpoint", "-created_at", "-id"],
            ),
            # The same of what failed.
            models.Index(
                name="webhooks_delivery_failed",
                fields=["organisation", "endpoint", "-created_at", "-id"],
                condition=FAILED,
            ),
            # What is told of an erased lead is found by it.
            models.Index(
                name="webhooks_delivery_of_lead",
                fields=["organisation", "lead_id"],
                condition=Q(answer__isnull=False),
            ),
            # What has outlived its time, of all agencies: rows lie in the order of their times.
            models.Index(name="webhooks_delivery_times", fields=["created_at"]),
        ]

    def __str__(self) -> str:
        return f"{self.type}, try {self.number}: {self.outcome}"

    @property
    def succeeded(self) -> bool:
        return self.status is not None and 200 <= self.status < 300

    @property
    def outcome(self) -> str:
        """`204`, or why there was no answer."""
        return str(self.fault if self.status is None else self.status)

    @property
    def is_test(self) -> bool:
        return self.position is None
