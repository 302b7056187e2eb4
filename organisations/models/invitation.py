"""Invitations: an admin adds a person by e-mail, and the person comes by a link, once.

The link's token is known to the letter alone. Here lies its SHA-256 digest; with 256 random bits
behind it there is nothing to guess, so no salt and no slow hash is needed.
"""

import secrets
from datetime import timedelta
from hashlib import sha256
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from foundation.database.constraints import known, said
from foundation.ids import uuid7
from organisations.account_emails import account_key
from organisations.models.roles import Role
from organisations.models.tenant import TenantQuerySet

LIFE = timedelta(days=7)


def new_token() -> str:
    """256 random bits in 43 characters that an address takes as they are."""
    return secrets.token_urlsafe(32)


def digest_of(token: str) -> str:
    """What is kept of a token: its SHA-256, in hexadecimal."""
    return sha256(token.encode()).hexdigest()


class InvitationQuerySet(TenantQuerySet["Invitation"]):
    """Every way in which invitations are chosen. The first call is for_organisation(), except
    where the link's token alone says whose it is."""

    def open(self) -> Self:
        """Neither used nor withdrawn; those that ran out included, which can be sent again."""
        return self.filter(accepted_at__isnull=True, withdrawn_at__isnull=True)

    def to_address(self, email: str) -> Self:
        return self.filter(email_key=account_key(email))

    def good_for(self, digest: str) -> Self:
        """The one that may be used now by the link with this digest, if any."""
        return self.open().filter(
            digest=digest, expires_at__gt=Now(), organisation__closed_at__isnull=True
        )


class Invitation(models.Model):
    """An address that may join the agency, in a role that its admin chose."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organisation = models.ForeignKey(
        "organisations.Organisation", models.CASCADE, related_name="invitations", db_index=False
    )
    email = models.EmailField(max_length=254)
    email_key = models.CharField(max_length=254, editable=False, help_text="account_key() of it")
    # What the admin knows the person by; they say themselves what they are called.
    name = models.CharField(max_length=200, null=True)
    role = models.CharField(max_length=16, choices=Role.choices, default=Role.AGENT)
    # Looked up before the tenant is known, so this index alone does not lead with it.
    digest = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(
        "organisations.User",
        models.SET_NULL,
        null=True,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    created_at = models.DateTimeField(db_default=Now())
    sent_at = models.DateTimeField(db_default=Now(), help_text="the last time")
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        constraints = [
            # Within the agency alone: that another one invites the same address is not its affair.
            models.UniqueConstraint(
                fields=["organisation", "email_key"],
                name="organisations_invitation_email_open",
                condition=Q(accepted_at__isnull=True, withdrawn_at__isnull=True),
            ),
            said("organisations_invitation", "email"),
            said("organisations_invitation", "email_key"),
            said("organisations_invitation", "name"),
            known("organisations_invitation", "role", Role),
            models.CheckConstraint(
                name="organisations_invitation_digest_is_sha256",
                condition=Q(digest__regex=r"^[0-9a-f]{64}$"),
            ),
            models.CheckConstraint(
                name="organisations_invitation_expires_after_sending",
                condition=Q(expires_at__gt=F("sent_at")),
            ),
            models.CheckConstraint(
                name="organisations_invitation_used_or_withdrawn",
                condition=Q(accepted_at__isnull=True) | Q(withdrawn_at__isnull=True),
            ),
        ]
        indexes = [
            # The Team tab.
            models.Index(
                name="organisations_invitation_open",
                fields=["organisation", "-created_at", "-id"],
                condition=Q(accepted_at__isnull=True, withdrawn_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.email} as {self.role}"

    def renew(self) -> str:
        """Give it a new token and another life; return the token. Nothing is saved."""
        token = new_token()
        self.digest = digest_of(token)
        self.sent_at = Now()
        self.expires_at = Now() + LIFE
        return token
