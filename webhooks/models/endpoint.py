"""Where an agency wants its changes told: an address, and the position up to which it was.

CONTRACT.md, section 3, Webhooks. Whoever changes a lead writes nothing here: an endpoint follows
the feed by its position, as any other reader of it does, and a replay sets that back.
"""

from typing import Any, Self
from urllib.parse import urlsplit

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now

from foundation.database.constraints import known, said
from foundation.database.encrypted_field import EncryptedField, encrypted
from foundation.encryption import decrypt
from foundation.ids import uuid7
from organisations.models import Feed, Organisation, Plan, TenantQuerySet
from webhooks.destinations import LONGEST_URL

MOST_ENDPOINTS = 10  # of an organisation
LONGEST_DESCRIPTION = 200
EVERYTHING = ["*"]  # types
DOWN_AFTER = 10  # failures in a row: from then on one try at a time finds out whether it is back

SECRET_PURPOSE = "secret of a webhook"  # noqa: S105
TOLD_PLANS = [plan.value for plan in Plan if plan.has_api]


class Include(models.TextChoices):
    """What an event brings along."""

    LEAD = "lead", "The lead as it is"
    NONE = "none", "Nothing but the event"


class OffBecause(models.TextChoices):
    """Why an endpoint is off, where nobody switched it off."""

    GONE = "gone", "It answered 410: gone"
    FAILURES = "failures", "Five days of nothing but failures"


class EndpointQuerySet(TenantQuerySet["Endpoint"]):
    """Every way in which endpoints are chosen. The worker's own are all agencies'."""

    def due(self) -> Self:
        """On, nobody at it, not asked to be left alone, and with something to be told."""
        further = Feed.objects.filter(
            organisation_id=OuterRef("organisation_id"), position__gt=OuterRef("position")
        )
        return self.filter(
            Q(leased_until=None) | Q(leased_until__lte=Now()),
            Q(rests_until=None) | Q(rests_until__lte=Now()),
            Q(next_try_at__lte=Now()) | Exists(further),
            enabled=True,
            organisation__closed_at=None,
            organisation__plan__in=TOLD_PLANS,
        )


class Endpoint(models.Model):
    """One address that is told of changes."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="+", db_index=False)
    url = models.CharField(max_length=LONGEST_URL)
    description = models.CharField(max_length=LONGEST_DESCRIPTION, null=True)
    types: Any = ArrayField(models.CharField(max_length=32), help_text="or * alone, for all")
    include = models.CharField(max_length=8, choices=Include.choices, default=Include.LEAD)
    enabled = models.BooleanField(default=True)
    off_because = models.CharField(max_length=16, choices=OffBecause.choices, null=True)
    encrypted_secret = EncryptedField(purpose=SECRET_PURPOSE)
    # The one before, which signs too for a day after the roll.
    encrypted_former_secret = EncryptedField(purpose=SECRET_PURPOSE, null=True)
    former_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(db_default=Now(), help_text="what an admin or a key set")

    # --- How far it was told. Every change up to `position` was told, or stands among what waits.
    position = models.BigIntegerField()
    next_try_at = models.DateTimeField(null=True, help_text="of what waits, the first that is due")
    rests_until = models.DateTimeField(null=True, help_text="as its Retry-After asked")
    told_at = models.DateTimeField(null=True, help_text="its latest success")
    failing_since = models.DateTimeField(null=True, help_text="the first failure since then")
    failures = models.PositiveIntegerField(default=0, help_text="in a row")
    warned_at = models.DateTimeField(null=True, help_text="when admins were told that it fails")

    # --- Whose turn it is.
    claim = models.UUIDField(null=True, help_text="the turn that tells it, or the latest that did")
    leased_until = models.DateTimeField(null=True)
    turn_at = models.DateTimeField(db_default=Now(), help_text="the last turn: others come first")

    objects = EndpointQuerySet.as_manager()

    class Meta:
        constraints = [
            # The composite foreign keys from what waits and from the log point here.
            models.UniqueConstraint(
                name="webhooks_endpoint_org_and_id", fields=["organisation", "id"]
            ),
            said("webhooks_endpoint", "url"),
            said("webhooks_endpoint", "description"),
            known("webhooks_endpoint", "include", Include),
            known("webhooks_endpoint", "off_because", OffBecause),
            encrypted("webhooks_endpoint", "encrypted_secret"),
            encrypted("webhooks_endpoint", "encrypted_former_secret"),
            models.CheckConstraint(
                name="webhooks_endpoint_types_some", condition=Q(types__len__gte=1)
            ),
            models.CheckConstraint(
                name="webhooks_endpoint_position_from_zero", condition=Q(position__gte=0)
            ),
            models.CheckConstraint(
                name="webhooks_endpoint_former_secret_ends",
                condition=Q(encrypted_former_secret=None, former_until=None)
                | Q(encrypted_former_secret__isnull=False, former_until__isnull=False),
            ),
            models.CheckConstraint(
                name="webhooks_endpoint_on_without_reason",
                condition=Q(enabled=False) | Q(off_because=None),
            ),
        ]
        indexes = [
            # What the worker looks through once a second.
            models.Index(
                name="webhooks_endpoint_on", fields=["organisation"], condition=Q(enabled=True)
            ),
        ]

    def __str__(self) -> str:
        return self.url

    @property
    def host(self) -> str:
        """`crm.example.co.uk`, with its port if it names one."""
        return urlsplit(self.url).netloc

    @property
    def name(self) -> str:
        """What people call it: by what it is for, else by where it is."""
        return self.description or self.host

    @property
    def is_down(self) -> bool:
        return self.failures >= DOWN_AFTER

    @property
    def is_told_everything(self) -> bool:
        return bool(self.types == EVERYTHING)

    @property
    def secret(self) -> str:
        """`whsec_…`; Unreadable by a wrong key."""
        return decrypt(str(self.encrypted_secret), SECRET_PURPOSE)

    @property
    def former_secret(self) -> str:
        return decrypt(str(self.encrypted_former_secret), SECRET_PURPOSE)
