"""The outbox: every letter of Sift's, from the transaction that it tells of until a mail server has
accepted it.

What a letter says is encrypted, for its link may set a password, and is let go with the last try;
that it was written, to whom and when it was sent stays for a month.
"""

import json
from dataclasses import asdict, dataclass
from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from foundation.database.encrypted_field import EncryptedField, encrypted
from foundation.encryption import decrypt, encrypt
from foundation.ids import uuid7
from organisations.models.organisation import Organisation
from organisations.models.tenant import TenantQuerySet

_PURPOSE = "words of a letter"


@dataclass(frozen=True, slots=True)
class Words:
    """What a letter says."""

    subject: str
    text: str
    html: str | None = None  # the same, for mail programs that show it
    unsubscribe: str | None = None  # the address at which such letters are switched off


class LetterQuerySet(TenantQuerySet["Letter"]):
    """Every way in which letters are chosen. The worker's own are all agencies'."""

    def waiting(self) -> Self:
        """Neither sent nor given up."""
        return self.filter(encrypted_words__isnull=False)

    def due(self) -> Self:
        """Waiting, and to be tried now; one that is under way is not."""
        return self.waiting().filter(due_at__lte=Now())

    def done(self) -> Self:
        return self.filter(encrypted_words=None)


class Letter(models.Model):
    """One letter to one address."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # Without an index: the table holds a month, and is asked for those that wait.
    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=64, help_text="its template: organisations/mail/invitation")
    address = models.CharField(max_length=254)
    encrypted_words = EncryptedField(purpose=_PURPOSE, null=True)
    created_at = models.DateTimeField(db_default=Now())
    tries = models.PositiveSmallIntegerField(default=0, db_default=0)
    due_at = models.DateTimeField(
        db_default=Now(), help_text="when it is next tried; while it is tried, when its lease ends"
    )
    give_up_at = models.DateTimeField(help_text="from then on it is of no use")
    sent_at = models.DateTimeField(null=True, help_text="when a mail server had accepted it")
    given_up_at = models.DateTimeField(null=True)

    objects = LetterQuerySet.as_manager()

    class Meta:
        constraints = [
            encrypted("organisations_letter", "encrypted_words"),
            models.CheckConstraint(
                name="organisations_letter_words_until_done",
                condition=Q(encrypted_words__isnull=False, sent_at=None, given_up_at=None)
                | Q(encrypted_words=None, sent_at__isnull=False, given_up_at=None)
                | Q(encrypted_words=None, sent_at=None, given_up_at__isnull=False),
            ),
            models.CheckConstraint(
                name="organisations_letter_kind_and_address_said",
                condition=~Q(kind="") & ~Q(address=""),
            ),
        ]
        indexes = [
            # Which is due first. It holds those that wait, so next to nothing.
            models.Index(
                name="organisations_letter_waiting",
                fields=["due_at", "id"],
                condition=Q(encrypted_words__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.created_at:%Y-%m-%d %H:%M}"

    def say(self, words: Words) -> None:
        """Hold these words, encrypted."""
        said = {part: text for part, text in asdict(words).items() if text is not None}
        self.encrypted_words = encrypt(json.dumps(said), _PURPOSE)

    @property
    def words(self) -> Words:
        """What it says, while it waits; Unreadable by a wrong key."""
        said: Any = self.encrypted_words
        return Words(**json.loads(decrypt(said, _PURPOSE)))
