"""What each key was used for: its last requests, one by one, and how many there were a day."""

from datetime import date, datetime, timedelta
from http import HTTPStatus
from typing import Self
from uuid import UUID

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from foundation.ids import uuid7
from organisations.models import Organisation, TenantQuerySet

MOST_CALLS_KEPT = 1_000  # of each key, the newest
DAYS_CALLS_ARE_KEPT = 30
DAYS_COUNTS_ARE_KEPT = 400
LONGEST_ROUTE = 200
LONGEST_REQUEST_ID = 128


class CallQuerySet(TenantQuerySet["Call"]):
    """Every way in which calls are chosen."""

    def of_key(self, key_id: UUID) -> Self:
        """The calls that are kept; older ones may not have been removed yet."""
        return self.filter(api_key_id=key_id).exclude_outlived()

    def exclude_outlived(self) -> Self:
        return self.filter(created_at__gt=_calls_kept_since())

    def outlived(self) -> Self:
        return self.filter(created_at__lte=_calls_kept_since())


class Call(models.Model):
    """One request with a key. Neither its query nor the ids in its path are kept."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="+", db_index=False)
    # Held by a key over both columns, which also says that it is of the same organisation.
    api_key = models.ForeignKey(
        "ApiKey", models.CASCADE, related_name="calls", db_index=False, db_constraint=False
    )
    created_at = models.DateTimeField(help_text="when the key was looked up")
    method = models.CharField(max_length=8)
    route = models.CharField(max_length=LONGEST_ROUTE, help_text="/api/v1/leads/{lead_id}")
    status = models.PositiveSmallIntegerField()
    microseconds = models.PositiveIntegerField(help_text="until the answer was ready")
    address = models.GenericIPAddressField(null=True)
    request_id = models.CharField(max_length=LONGEST_REQUEST_ID)

    objects = CallQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="apikeys_call_status_known", condition=Q(status__range=(100, 599))
            ),
        ]
        indexes = [
            # A key's log, page by page, and what lies beyond the newest so many.
            models.Index(
                name="apikeys_call_newest_of_key",
                fields=["organisation", "api_key", "-created_at", "-id"],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.method} {self.route} {self.status}"

    @property
    def is_refused(self) -> bool:
        return self.status >= 400

    @property
    def answer(self) -> str:
        """`422 Unprocessable Entity`."""
        try:
            return f"{self.status} {HTTPStatus(self.status).phrase}"
        except ValueError:  # a status that Python has no words for
            return str(self.status)

    @property
    def milliseconds(self) -> float:
        return self.microseconds / 1000


class DailyCallsQuerySet(TenantQuerySet["DailyCalls"]):
    """Every way in which daily counts are chosen."""

    def since(self, day: date) -> Self:
        return self.filter(day__gte=day)

    def outlived(self) -> Self:
        kept_since = timezone.now() - timedelta(days=DAYS_COUNTS_ARE_KEPT)
        return self.filter(day__lt=kept_since.date())


class DailyCalls(models.Model):
    """How many requests a key made on a day of its agency's, and how many of them were refused."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="+", db_index=False)
    # Held by a key over both columns, which also says that it is of the same organisation.
    api_key = models.ForeignKey(
        "ApiKey", models.CASCADE, related_name="daily_calls", db_index=False, db_constraint=False
    )
    day = models.DateField()
    calls = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0, help_text="answered with 400 or more")
    over_limit = models.PositiveIntegerField(default=0, help_text="answered with 429")

    objects = DailyCallsQuerySet.as_manager()

    class Meta:
        constraints = [
            # The API keys tab reads an agency's last days.
            models.UniqueConstraint(
                name="apikeys_dailycalls_once_a_day", fields=["organisation", "day", "api_key"]
            ),
            models.CheckConstraint(
                name="apikeys_dailycalls_refused_are_calls", condition=Q(refused__lte=F("calls"))
            ),
            models.CheckConstraint(
                name="apikeys_dailycalls_limited_are_refused",
                condition=Q(over_limit__lte=F("refused")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.calls} on {self.day}"


def drop_outlived() -> None:
    """Remove what has outlived its time, of all keys."""
    Call.objects.outlived().delete()
    DailyCalls.objects.outlived().delete()


def _calls_kept_since() -> datetime:
    return timezone.now() - timedelta(days=DAYS_CALLS_ARE_KEPT)
