"""Recovery codes: each signs a person in once, on the day that app and passkeys are out of reach.

They belong to the person and to none of their second steps. Of each code only a digest is kept:
django-otp's own spare codes lie in the open, and know no organisations.
"""

from hashlib import sha256
from typing import Self

from django.db import models
from django.db.models import Q

from foundation.drawing import drawn, grouped, new_seed
from foundation.ids import uuid7
from organisations.models.organisation import Organisation
from organisations.models.tenant import TenantQuerySet
from organisations.models.user import User

CODES = 10
_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"  # nothing that looks like another
_CODE_LONG = 24  # 118 bits: enough for a digest that is quick to make (OWASP ASVS 5, 6.5.2)


class RecoveryCodeQuerySet(TenantQuerySet["RecoveryCode"]):
    """Every way in which recovery codes are chosen. The first call is of(), use() or renew()."""

    def of(self, person: User) -> Self:
        return self.filter(organisation_id=person.organisation_id, person_id=person.pk)

    def use(self, person: User, code: str) -> bool:
        """Whether it is one of the person's: none from now on, however many say it at once."""
        used, _ = self.of(person).filter(digest=_digest(code)).delete()
        return used > 0

    def renew(self, person: User, seed: bytes | None = None) -> list[str]:
        """Codes in place of those there were: known now, and again to who has the seed alone."""
        self.of(person).delete()
        codes = _codes(seed or new_seed())
        self.bulk_create(
            RecoveryCode(
                organisation_id=person.organisation_id, person=person, digest=_digest(code)
            )
            for code in codes
        )
        return [grouped(code) for code in codes]


class RecoveryCode(models.Model):
    """A code that was not used yet."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="+", db_index=False)
    # Held by a key over both columns, which also says that they are of the same organisation.
    person = models.ForeignKey(
        User, models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    digest = models.CharField(max_length=64)

    objects = RecoveryCodeQuerySet.as_manager()

    class Meta:
        constraints = [
            # By it a code is found, and a person's are counted.
            models.UniqueConstraint(
                name="organisations_recoverycode_once", fields=["organisation", "person", "digest"]
            ),
            models.CheckConstraint(
                name="organisations_recoverycode_digest_is_sha256",
                condition=Q(digest__regex=r"^[0-9a-f]{64}$"),
            ),
        ]

    def __str__(self) -> str:
        return f"A recovery code of {self.person_id}"


def recovery_codes(seed: bytes) -> list[str]:
    """The codes that were drawn from the seed, as people read them."""
    return [grouped(code) for code in _codes(seed)]


def _codes(seed: bytes) -> list[str]:
    return [drawn(seed, f"recovery code {n}", _ALPHABET, _CODE_LONG) for n in range(CODES)]


def _digest(code: str) -> str:
    return sha256(code.encode()).hexdigest()
