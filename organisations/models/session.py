"""Sessions as rows: whose they are, since when, from where, and when they end.

Idle for twelve hours a session ends, so that nobody is signed in the next morning who was not
working through the night; after seven days it ends in any case. Both are asked of the database
with each request, whatever a browser keeps its cookie for. What would hurt most asks again who is
there (recent_sign_in.py), so neither needs to be shorter than a day's work and a week.
"""

from datetime import timedelta
from hashlib import sha256
from typing import Self

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.db.models.functions import Now

from foundation.ids import uuid7
from organisations.models.tenant import TenantQuerySet
from organisations.models.user import User

IDLE = timedelta(hours=12)
LONGEST = timedelta(seconds=settings.SESSION_COOKIE_AGE)
SEEN_EVERY = timedelta(minutes=5)  # how exactly "last seen" is kept: a write at most so often
BROWSER_LONGEST = 100
_DELETED_AT_ONCE = 100


def digest_of(key: str) -> str:
    """What is stored of a session's key: who reads the table can take no session over."""
    return sha256(key.encode()).hexdigest()


class SessionQuerySet(TenantQuerySet["Session"]):
    """Every way in which sessions are chosen. The first call is of() or for_organisation(), but for
    the cookie's own."""

    def of(self, person: User) -> Self:
        return self.filter(organisation_id=person.organisation_id, person_id=person.pk)

    def with_key(self, key: str) -> Self:
        """The one whose key a cookie holds; whose it is is known only then."""
        return self.filter(digest=digest_of(key))

    def but(self, key: str) -> Self:
        return self.exclude(digest=digest_of(key))

    def alive(self) -> Self:
        """Neither idle for too long nor too old."""
        return self.filter(last_seen_at__gt=Now() - IDLE, signed_in_at__gt=Now() - LONGEST)

    def last_seen_first(self) -> Self:
        return self.order_by("-last_seen_at", "-id")

    def delete_all_idle(self) -> None:
        """Delete those that ended by themselves, some at a time."""
        while self.delete_idle():
            pass

    def delete_idle(self) -> int:
        """Delete some of those that ended by themselves; how many. Nobody waits for anybody."""
        with transaction.atomic():
            idle = self.filter(last_seen_at__lte=Now() - IDLE).order_by("last_seen_at")
            some = idle.select_for_update(skip_locked=True).values_list("pk", flat=True)
            deleted, _ = self.filter(pk__in=list(some[:_DELETED_AT_ONCE])).delete()
        return deleted


class Session(models.Model):
    """One browser in which a person is signed in; for a moment, one that sets a new password."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    digest = models.CharField(max_length=64, unique=True)
    organisation = models.ForeignKey(
        "organisations.Organisation", models.CASCADE, null=True, related_name="+", db_index=False
    )
    person = models.ForeignKey(
        "organisations.User",
        models.CASCADE,
        null=True,
        related_name="sessions",
        db_index=False,
        db_constraint=False,  # the composite key holds it
    )
    data = models.TextField(help_text="signed; read by SessionStore alone")
    signed_in_at = models.DateTimeField(db_default=Now())
    last_seen_at = models.DateTimeField(db_default=Now())
    address = models.GenericIPAddressField(null=True, unpack_ipv4=True)
    browser = models.CharField(max_length=BROWSER_LONGEST, null=True)

    objects = SessionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="organisations_session_person_with_organisation",
                condition=Q(person=None, organisation=None)
                | Q(person__isnull=False, organisation__isnull=False),
            ),
        ]
        indexes = [
            # A person's own list of sessions, and ending all of them.
            models.Index(
                name="organisations_session_person",
                fields=["organisation", "person", "-last_seen_at", "-id"],
            ),
            # Those that ended by themselves, whoever's they were.
            models.Index(name="organisations_session_idle", fields=["last_seen_at"]),
        ]

    def __str__(self) -> str:
        return f"{self.browser or 'A browser'} since {self.signed_in_at:%Y-%m-%d %H:%M}"
