"""API keys: what an agency's other systems sign in with (CONTRACT.md, section 2, Keys)."""

from datetime import datetime
from typing import Self

from django.db import IntegrityError, models, transaction
from django.db.models import Q
from django.db.models.functions import Lower, Now

from apikeys import keys
from organisations.ids import uuid7
from organisations.models import Organisation, User

LONGEST_NAME = 80  # characters


class NameTaken(Exception):
    """Another key of the organisation that is not deleted has the name, whatever its case."""


class Scope(models.TextChoices):
    READ = "read", "Read"
    READ_WRITE = "read_write", "Read and write"


class ApiKeyQuerySet(models.QuerySet["ApiKey"]):
    """Every way in which keys are chosen. The first call is for_organisation()."""

    def for_organisation(self, organisation: Organisation) -> Self:
        return self.filter(organisation=organisation)

    def standing(self) -> Self:
        """Keys that were not deleted, expired ones included."""
        return self.filter(revoked_at__isnull=True)

    def newest_first(self) -> Self:
        return self.order_by("-created_at", "-id")

    def issue(
        self,
        organisation: Organisation,
        name: str,
        *,
        scope: Scope = Scope.READ_WRITE,
        expires_at: datetime | None = None,
        created_by: User | None = None,
    ) -> tuple["ApiKey", str]:
        """Make a key; return it with its text, which is known now and never again.

        Raises NameTaken. The name is 1 to 80 characters; the database refuses others.
        """
        while True:
            new = keys.generate()
            key = self.model(
                organisation=organisation,
                name=name,
                scope=scope,
                expires_at=expires_at,
                created_by=created_by,
                prefix=new.prefix,
                last_four=new.last_four,
                digest=new.digest,
            )
            try:
                with transaction.atomic():
                    key.save(force_insert=True)
            except IntegrityError as error:
                if "apikeys_apikey_name_standing" in str(error):
                    raise NameTaken(name) from None
                if "prefix" in str(error):  # one chance in 62 to the eighth power: draw again
                    continue
                raise
            return key, new.text


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
    last_used_at = models.DateTimeField(null=True, help_text="to the minute")
    revoked_at = models.DateTimeField(null=True)

    objects = ApiKeyQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "organisation",
                Lower("name"),
                name="apikeys_apikey_name_standing",
                condition=Q(revoked_at__isnull=True),
            ),
            models.CheckConstraint(name="apikeys_apikey_name_said", condition=~Q(name="")),
            models.CheckConstraint(
                name="apikeys_apikey_scope_known", condition=Q(scope__in=Scope.values)
            ),
            models.CheckConstraint(
                name="apikeys_apikey_digest_is_sha256",
                condition=Q(digest__regex=r"^[0-9a-f]{64}$"),
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

    def revoke(self) -> None:
        """Delete the key: the very next request with it, on every process, is refused."""
        ApiKey.objects.filter(pk=self.pk).standing().update(revoked_at=Now())
        self.refresh_from_db(fields=["revoked_at"])
