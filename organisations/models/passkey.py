"""Passkeys: keys that a person's device or security key keeps, each good for this address alone.

What is stored here signs nobody in: it is the public half. The other half never leaves the device.
"""

from typing import Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from foundation.database.constraints import said
from foundation.ids import uuid7
from organisations.models.organisation import Organisation
from organisations.models.tenant import TenantQuerySet
from organisations.models.user import User

MOST = 20  # of a person
NAME_LONGEST = 60
ID_LONGEST = 1023  # bytes (WebAuthn Level 2, section 4, "Credential ID")


class PasskeyQuerySet(TenantQuerySet["Passkey"]):
    """Every way in which passkeys are chosen. The first call is of()."""

    def of(self, person: User) -> Self:
        return self.filter(organisation_id=person.organisation_id, person_id=person.pk)

    def oldest_first(self) -> Self:
        return self.order_by("created_at", "id")


class Passkey(models.Model):
    """One passkey of a person's, and what its device last said of itself."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="+", db_index=False)
    # Held by a key over both columns, which also says that they are of the same organisation.
    person = models.ForeignKey(
        User, models.CASCADE, related_name="passkeys", db_index=False, db_constraint=False
    )
    name = models.CharField(max_length=NAME_LONGEST, help_text="as the person calls it")
    credential_id = models.BinaryField(unique=True, help_text="drawn by the device")
    public_key = models.BinaryField(help_text="COSE_Key (RFC 9052), in CBOR")
    sign_count = models.BigIntegerField(help_text="as the device last said; 0: it does not count")
    created_at = models.DateTimeField(db_default=Now())
    last_used_at = models.DateTimeField(null=True)

    objects = PasskeyQuerySet.as_manager()

    class Meta:
        constraints = [
            said("organisations_passkey", "name"),
            models.CheckConstraint(
                name="organisations_passkey_count_fits",  # 32 bits, without a sign
                condition=Q(sign_count__gte=0, sign_count__lt=2**32),
            ),
        ]
        indexes = [
            # A person's own, in their list and at their sign-in.
            models.Index(
                name="organisations_passkey_person",
                fields=["organisation", "person", "created_at", "id"],
            ),
        ]

    def __str__(self) -> str:
        return self.name
