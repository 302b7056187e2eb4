"""Where an agency takes leads in without an API key (CONTRACT.md, section 4): a form, a number, a
mailbox, each by an address that nobody guesses; and what came to a form and looks like a robot's.

An address's token is shown again at will, so it cannot be hashed alone. It is encrypted all the
same: whoever has a copy of the database, a backup say, could otherwise write into every agency's
list of leads. Requests find it by its digest.
"""

import secrets
from datetime import timedelta
from hashlib import sha256
from typing import Any, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Count, Q
from django.db.models.functions import Now

from foundation.database.constraints import known, said
from foundation.database.encrypted_field import EncryptedField, encrypted
from foundation.encryption import decrypt, encrypt
from foundation.ids import uuid7
from organisations.models import Organisation, TenantQuerySet

MOST_ADDRESSES = 50  # of an organisation
MOST_HELD_BACK = 500  # of an address: beyond that a robot's posts are dropped as they come
HELD_BACK_FOR = timedelta(days=30)

LONGEST_NAME = 100
LONGEST_LINE = 300
LONGEST_URL = 500
LONGEST_WORDING = 1000

TOKEN_LONG = 32
_ALPHABET = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
_TOKEN_PURPOSE = "token of an intake address"  # noqa: S105
_SENDER_PURPOSE = "auth token of an SMS sender"


class IntakeKind(models.TextChoices):
    """What comes to an address."""

    FORM = "form", "Form"
    SMS = "sms", "SMS"
    MAIL = "mail", "Mail"


class IntakeFault(models.TextChoices):
    """What went wrong last with something that came."""

    SIGNATURE = "signature", "A message was refused: its signature was wrong"
    TOO_LARGE = "too_large", "Something was refused: it was too large"
    TOO_MANY = "too_many", "Something was refused: too many came at once"
    UNREADABLE = "unreadable", "A message could not be understood, and was kept as it came"
    AUTOMATIC = "automatic", "An automatic letter came, which makes no lead"


class HeldBecause(models.TextChoices):
    """Why a form that was sent is taken for a robot's."""

    HONEYPOT = "honeypot", "It filled in a field that people do not see"
    TOO_QUICK = "too_quick", "It was sent within three seconds"
    NO_STAMP = "no_stamp", "It was not sent from the form’s own page"


def digest_of(token: str) -> str:
    """What stands for a token in the database: SHA-256, as it is random and long."""
    return sha256(token.encode()).hexdigest()


class IntakeAddressQuerySet(TenantQuerySet["IntakeAddress"]):
    """Every way in which addresses are chosen."""

    def oldest_first(self) -> Self:
        return self.order_by("created_at", "id")

    def with_held_back(self) -> Self:
        """Each with the number of posts that wait for an admin, as `waiting`."""
        return self.annotate(waiting=Count("held_back"))

    def of_token(self, token: str, kind: IntakeKind) -> "IntakeAddress | None":
        """The address that takes something by this token at the moment, with its organisation.

        Of all organisations: a token says by itself whose it is.
        """
        open_ = self.filter(kind=kind, enabled=True, organisation__closed_at=None)
        return open_.select_related("organisation").filter(digest=digest_of(token)).first()


class IntakeAddress(models.Model):
    """One address at which leads arrive."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=8, choices=IntakeKind.choices)
    name = models.CharField(max_length=LONGEST_NAME)
    encrypted_token = EncryptedField(purpose=_TOKEN_PURPOSE)
    # Looked up before the tenant is known, so this index alone does not lead with it.
    digest = models.CharField(max_length=64, unique=True)
    enabled = models.BooleanField(default=True)
    created_at = models.DateTimeField(db_default=Now())
    last_arrival_at = models.DateTimeField(null=True)
    last_fault = models.CharField(max_length=16, choices=IntakeFault.choices, null=True)
    last_fault_at = models.DateTimeField(null=True)

    # --- Of a form.
    line = models.CharField(max_length=LONGEST_LINE, null=True, help_text="under the agency's name")
    privacy_url = models.CharField(max_length=LONGEST_URL, null=True)
    consent_wording = models.CharField(
        max_length=LONGEST_WORDING, null=True, help_text="what is asked; NULL: nothing is"
    )
    frame_sites: Any = ArrayField(
        models.CharField(max_length=LONGEST_URL),
        default=list,
        help_text="origins that may frame it",
    )

    # --- Of a number.
    encrypted_auth_token = EncryptedField(purpose=_SENDER_PURPOSE, null=True)

    objects = IntakeAddressQuerySet.as_manager()

    class Meta:
        constraints = [
            # The composite foreign key from what is held back points here.
            models.UniqueConstraint(
                name="conversations_intakeaddress_org_and_id", fields=["organisation", "id"]
            ),
            models.UniqueConstraint(
                name="conversations_intakeaddress_name_unique", fields=["organisation", "name"]
            ),
            said("conversations_intakeaddress", "name"),
            said("conversations_intakeaddress", "line"),
            said("conversations_intakeaddress", "privacy_url"),
            said("conversations_intakeaddress", "consent_wording"),
            known("conversations_intakeaddress", "kind", IntakeKind),
            known("conversations_intakeaddress", "last_fault", IntakeFault),
            encrypted("conversations_intakeaddress", "encrypted_token"),
            encrypted("conversations_intakeaddress", "encrypted_auth_token"),
            models.CheckConstraint(
                name="conversations_intakeaddress_digest_is_sha256",
                condition=Q(digest__regex=r"^[0-9a-f]{64}$"),
            ),
            models.CheckConstraint(
                name="conversations_intakeaddress_fault_dated",
                condition=Q(last_fault=None, last_fault_at=None)
                | Q(last_fault__isnull=False, last_fault_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def token(self) -> str:
        """Its 32 characters; Unreadable by a wrong key."""
        return decrypt(str(self.encrypted_token), _TOKEN_PURPOSE)

    @property
    def auth_token(self) -> str | None:
        """What its sender signs with, if the agency has stored it; Unreadable by a wrong key."""
        stored = self.encrypted_auth_token
        return None if stored is None else decrypt(str(stored), _SENDER_PURPOSE)

    @property
    def path(self) -> str:
        """Where it takes what comes: `/f/…`, `/intake/…/sms`."""
        if self.kind == IntakeKind.FORM:
            return f"/f/{self.token}"
        return f"/intake/{self.token}/{self.kind}"

    def renew_token(self) -> None:
        """Give it another token: the one before is dead. Nothing is saved."""
        token = "".join(secrets.choice(_ALPHABET) for _ in range(TOKEN_LONG))
        self.encrypted_token = encrypt(token, _TOKEN_PURPOSE)
        self.digest = digest_of(token)

    def set_auth_token(self, text: str | None) -> None:
        """Nothing is saved."""
        self.encrypted_auth_token = None if text is None else encrypt(text, _SENDER_PURPOSE)

    def note_arrival(self, fault: IntakeFault | None = None) -> None:
        """Remember that something came and was taken, and what was wrong with it all the same."""
        ours = IntakeAddress.objects.filter(pk=self.pk)
        ours.update(last_arrival_at=Now(), **({} if fault is None else _dated(fault)))

    def note_fault(self, fault: IntakeFault) -> None:
        """Remember why something that came was not taken."""
        IntakeAddress.objects.filter(pk=self.pk).update(**_dated(fault))


class HeldBackPostQuerySet(TenantQuerySet["HeldBackPost"]):
    """Every way in which posts that are held back are chosen."""

    def of(self, address: IntakeAddress) -> Self:
        return self.filter(organisation_id=address.organisation_id, address=address)

    def delete_old(self) -> None:
        """Those that nobody let in within thirty days: they hold what strangers wrote."""
        self.filter(created_at__lt=Now() - HELD_BACK_FOR).delete()


class HeldBackPost(models.Model):
    """What was sent to a form and looks like a robot's, until an admin lets it in or drops it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="+", db_index=False)
    address = models.ForeignKey(
        IntakeAddress, models.CASCADE, related_name="held_back", db_index=False, db_constraint=False
    )
    # The name of the conversation that it would begin: sent again, it is the same one.
    external_id = models.CharField(max_length=200)
    because = models.CharField(max_length=16, choices=HeldBecause.choices)
    conversation: Any = models.JSONField(help_text="as a capture takes it")
    created_at = models.DateTimeField(db_default=Now())

    objects = HeldBackPostQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="conversations_heldbackpost_once",
                fields=["organisation", "address", "external_id"],
            ),
            said("conversations_heldbackpost", "external_id"),
            known("conversations_heldbackpost", "because", HeldBecause),
        ]

    def __str__(self) -> str:
        return f"{self.external_id} ({self.because})"


def _dated(fault: IntakeFault) -> dict[str, Any]:
    return {"last_fault": fault, "last_fault_at": Now()}
