"""Devices on which a person signed in before: browsers, each known by a token in a cookie.

Of the token a digest is stored, so who reads the table can pass for none of them. One browser has
one token, whoever signs in with it, and a row for each person whom it is known to.
"""

from datetime import timedelta
from typing import Self
from uuid import UUID

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from foundation.ids import uuid7
from organisations.models.invitation import digest_of
from organisations.models.organisation import Organisation
from organisations.models.session import BROWSER_LONGEST
from organisations.models.tenant import TenantQuerySet
from organisations.models.user import User

LIFE = timedelta(days=180)  # without a sign-in
MOST = 20  # of a person; the longest unused is forgotten for another
_NOBODY = UUID(int=0)


class KnownDeviceQuerySet(TenantQuerySet["KnownDevice"]):
    """Every way in which known devices are chosen. The first call is of(), but for the cookie's
    own."""

    def of(self, person: User) -> Self:
        return self.filter(organisation_id=person.organisation_id, person_id=person.pk)

    def with_token(self, token: str) -> Self:
        """Those whose token a cookie holds: the browser, to each person whom it is known to."""
        return self.filter(digest=digest_of(token))

    def known_to(self, person_id: UUID | None) -> Self:
        """The person's own; where it is nobody, none, for the same statement."""
        return self.filter(person_id=person_id or _NOBODY)

    def alive(self) -> Self:
        """Signed in with lately enough."""
        return self.filter(last_used_at__gt=Now() - LIFE)

    def last_used_first(self) -> Self:
        return self.order_by("-last_used_at", "-id")


class KnownDevice(models.Model):
    """One browser in which a person signed in."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    digest = models.CharField(max_length=64, help_text="of the token in the browser's cookie")
    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="+", db_index=False)
    # Held by a key over both columns, which also says that they are of the same organisation.
    person = models.ForeignKey(
        User, models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    browser = models.CharField(max_length=BROWSER_LONGEST)
    known_since = models.DateTimeField(db_default=Now())
    last_used_at = models.DateTimeField(db_default=Now(), help_text="to sign in")

    objects = KnownDeviceQuerySet.as_manager()

    class Meta:
        constraints = [
            # The digest first: whom a browser is known to is asked before anybody is signed in.
            models.UniqueConstraint(
                name="organisations_knowndevice_once", fields=["digest", "person"]
            ),
            models.CheckConstraint(
                name="organisations_knowndevice_digest_is_sha256",
                condition=Q(digest__regex=r"^[0-9a-f]{64}$"),
            ),
            models.CheckConstraint(
                name="organisations_knowndevice_browser_said", condition=~Q(browser="")
            ),
        ]
        indexes = [
            # A person's own list, and forgetting all of it.
            models.Index(
                name="organisations_device_person",
                fields=["organisation", "person", "-last_used_at", "-id"],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.browser} since {self.known_since:%Y-%m-%d %H:%M}"
