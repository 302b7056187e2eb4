"""Forms that were sent a moment ago, and what they were answered: a second press asks for that.

What a form made may be a secret that is shown once, and the browser shows the answer to the last
press alone. So the secret is drawn from a seed of two halves: the one stands here, for a minute,
the other is the form's id, which is in the person's page alone. Nothing that is stored tells the
secret, and a second press draws it again.
"""

import hmac
from datetime import timedelta
from typing import Any, Self

from django.db import models, transaction
from django.db.models import Q
from django.db.models.functions import Now

from foundation.ids import uuid7
from organisations.models.organisation import Organisation
from organisations.models.tenant import TenantQuerySet
from organisations.models.user import User

REMEMBERED = timedelta(minutes=1)
_DELETED_AT_ONCE = 100


class SentFormQuerySet(TenantQuerySet["SentForm"]):
    """Every way in which sent forms are chosen."""

    def of(self, person: User) -> Self:
        return self.filter(organisation_id=person.organisation_id, person_id=person.pk)

    def that_said_something(self) -> Self:
        """Those answered with words, which may name the person behind a lead."""
        return self.exclude(said=[])

    def delete_all_old(self) -> None:
        """Delete those that are no longer remembered, some at a time."""
        while self.delete_old():
            pass

    def delete_old(self) -> int:
        """Delete some of those no longer remembered; how many. Nobody waits for anybody."""
        with transaction.atomic():
            old = self.filter(sent_at__lte=Now() - REMEMBERED).order_by("sent_at")
            some = old.select_for_update(skip_locked=True).values_list("pk", flat=True)
            deleted, _ = self.filter(pk__in=list(some[:_DELETED_AT_ONCE])).delete()
        return deleted


class SentForm(models.Model):
    """One form as it was sent, with all that was typed into it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="+", db_index=False)
    # Held by a key over both columns, which also says that they are of the same organisation.
    person = models.ForeignKey(
        User, models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    digest = models.CharField(max_length=64, help_text="of address, form's id and what was typed")
    half = models.BinaryField(help_text="of the seed; the form's id is the other")
    location = models.TextField(null=True, help_text="where the answer led; NULL: it was a page")
    said: Any = models.JSONField(default=list, help_text="messages: level, words, tags")
    sent_at = models.DateTimeField(db_default=Now())

    objects = SentFormQuerySet.as_manager()

    class Meta:
        constraints = [
            # A second press waits here for the first.
            models.UniqueConstraint(
                name="organisations_sentform_once", fields=["organisation", "person", "digest"]
            ),
            models.CheckConstraint(
                name="organisations_sentform_digest_is_sha256",
                condition=Q(digest__regex=r"^[0-9a-f]{64}$"),
            ),
            models.CheckConstraint(
                name="organisations_sentform_location_said", condition=~Q(location="")
            ),
        ]
        indexes = [
            # Those that are no longer remembered, whoever's they were.
            models.Index(name="organisations_sentform_old", fields=["sent_at"]),
        ]

    def __str__(self) -> str:
        return f"A form sent at {self.sent_at:%Y-%m-%d %H:%M:%S}"

    def seed(self, form_id: str) -> bytes:
        """What the form's secrets are drawn from; the same at each press of the form."""
        return hmac.digest(bytes(self.half), form_id.encode(), "sha256")
