"""API keys: what an agency's other systems sign in with (CONTRACT.md, section 2, Keys)."""

from datetime import timedelta
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower, Now
from django.utils import timezone

from apikeys import keys
from apikeys.calls import Call as Call  # here Django looks for models
from apikeys.calls import DailyCalls as DailyCalls
from apikeys.frozen import CidrField
from apikeys.networks import MOST_NETWORKS
from foundation.database.constraints import known, said
from foundation.ids import uuid7
from organisations.models import Organisation, TenantQuerySet, User

LONGEST_NAME = 80  # characters
DAYS_REVOKED_KEYS_ARE_LISTED = 30

NAME_STANDING = "apikeys_apikey_name_standing"  # the constraint that NameTaken tells of
PREFIX_UNIQUE = "apikeys_apikey_prefix_key"  # as PostgreSQL names what unique=True asks for


class NameTaken(Exception):
    """Another key of the organisation that is not revoked has the name, whatever its case."""


class Scope(models.TextChoices):
    READ = "read", "Read"
    READ_WRITE = "read_write", "Read and write"
    CAPTURE = "capture", "Send conversations"


class ApiKeyQuerySet(TenantQuerySet["ApiKey"]):
    """Every way in which keys are chosen."""

    def unrevoked(self) -> Self:
        """Keys that were not revoked, expired ones included."""
        return self.filter(revoked_at__isnull=True)

    def listed(self) -> Self:
        """Keys that the tab shows: those that stand, and those revoked of late."""
        shown_since = timezone.now() - timedelta(days=DAYS_REVOKED_KEYS_ARE_LISTED)
        return self.filter(Q(revoked_at__isnull=True) | Q(revoked_at__gt=shown_since))

    def expiring_within(self, time: timedelta) -> Self:
        """Keys not revoked whose end is that near, but not yet there, of agencies still open."""
        now = timezone.now()
        return self.unrevoked().filter(
            expires_at__gt=now, expires_at__lte=now + time, organisation__closed_at__isnull=True
        )

    def revoked_last(self) -> Self:
        """Those that stand, the newest first, then those that were revoked, the latest first."""
        return self.order_by(F("revoked_at").desc(nulls_first=True), "-created_at", "-id")


class ApiKey(models.Model):
    """A key's record: never its text, only a digest and what may be shown of it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="api_keys", db_index=False
    )
    name = models.CharField(max_length=LONGEST_NAME)
    prefix = models.CharField(max_length=keys.PREFIX_LENGTH, unique=True)
    last_four = models.CharField(max_length=4)
    # Looked up before the tenant is known, so this index alone does not lead with it.
    digest = models.CharField(max_length=64, unique=True)
    scope = models.CharField(max_length=16, choices=Scope.choices, default=Scope.READ_WRITE)
    # None: made on the command line.
    created_by = models.ForeignKey(
        User, models.SET_NULL, null=True, related_name="+", db_index=False, db_constraint=False
    )
    created_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField(null=True)
    # Empty: from anywhere.
    allowed_networks = ArrayField(CidrField(), default=list, help_text="where it may be used from")
    last_used_at = models.DateTimeField(null=True, help_text="to the minute")
    last_used_from = models.GenericIPAddressField(null=True)
    revoked_at = models.DateTimeField(null=True)
    # The key that took this one's name and place when it was rolled; held by a key over both
    # columns, which also says that it is of the same organisation.
    replaced_by = models.ForeignKey(
        "self", models.SET_NULL, null=True, related_name="+", db_index=False, db_constraint=False
    )

    objects = ApiKeyQuerySet.as_manager()

    class Meta:
        constraints = [
            # The composite foreign keys from calls, daily counts and reminders point here.
            models.UniqueConstraint(
                name="apikeys_apikey_org_and_id", fields=["organisation", "id"]
            ),
            models.UniqueConstraint(
                "organisation",
                Lower("name"),
                name=NAME_STANDING,
                condition=Q(revoked_at__isnull=True),
            ),
            said("apikeys_apikey", "name"),
            known("apikeys_apikey", "scope", Scope),
            models.CheckConstraint(
                name="apikeys_apikey_digest_is_sha256",
                condition=Q(digest__regex=r"^[0-9a-f]{64}$"),
            ),
            models.CheckConstraint(
                name="apikeys_apikey_networks_few",
                condition=Q(allowed_networks__len__lte=MOST_NETWORKS),
            ),
        ]
        indexes = [
            # The API Keys tab.
            models.Index(
                name="apikeys_apikey_newest", fields=["organisation", "-created_at", "-id"]
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.shown})"

    @property
    def shown(self) -> str:
        """What may be seen of the key: `sk_live_ab12cd34…wxyz`."""
        return f"{self.prefix}…{self.last_four}"

    @property
    def is_revoked(self) -> bool:
        return self.revoked_at is not None

    @property
    def has_expired(self) -> bool:
        return self.expires_at is not None and self.expires_at <= timezone.now()


class Reminder(models.TextChoices):
    """Of a key's end, and how long before it."""

    WEEK = "week", "Seven days before"
    DAY = "day", "One day before"


class KeyReminder(models.Model):
    """A reminder of a key's end that was sent: each is sent once."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="+", db_index=False)
    # Held by a key over both columns, which also says that it is of the same organisation.
    api_key = models.ForeignKey(
        ApiKey, models.CASCADE, related_name="reminders", db_index=False, db_constraint=False
    )
    reminder = models.CharField(max_length=8, choices=Reminder.choices)
    sent_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="apikeys_keyreminder_once", fields=["organisation", "api_key", "reminder"]
            ),
            models.CheckConstraint(
                name="apikeys_keyreminder_known", condition=Q(reminder__one_of=Reminder.values)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reminder} {self.api_key_id}"
