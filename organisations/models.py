"""Tenants and their people (CONTRACT.md, section 1)."""

from typing import Self

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models, transaction
from django.db.models import Q, Value
from django.db.models.functions import Lower, Now
from django.db.models.lookups import Exact

from organisations.actors import SYSTEM, Actor
from organisations.audit import AuditAction, AuditTarget, record
from organisations.audit import AuditEntry as AuditEntry  # here Django looks for models
from organisations.days import AGENCY_ZONE
from organisations.devices import Authenticator as Authenticator
from organisations.ids import uuid7
from organisations.invitations import Invitation as Invitation  # likewise
from organisations.roles import Role as Role
from organisations.session_rows import Session as Session


class Plan(models.TextChoices):
    """What an agency pays for."""

    STARTER = "starter", "Starter"
    GROWTH = "growth", "Growth"
    SCALE = "scale", "Scale"

    @property
    def has_api(self) -> bool:
        """The API and the CSV export belong to Growth and Scale."""
        return self is not Plan.STARTER


class OrganisationQuerySet(models.QuerySet["Organisation"]):
    """Every way in which organisations are chosen."""

    def open(self) -> Self:
        return self.filter(closed_at__isnull=True)

    def closed(self) -> Self:
        return self.filter(closed_at__isnull=False)


class Organisation(models.Model):
    """An estate agency: the tenant to whom every other row belongs."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=200)
    slug = models.CharField(max_length=63, unique=True)
    plan = models.CharField(max_length=16, choices=Plan.choices, default=Plan.STARTER)
    created_at = models.DateTimeField(db_default=Now())
    # Read with every key and every session: closing stops them all at once, the data stays.
    closed_at = models.DateTimeField(null=True)

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="organisations_organisation_name_said", condition=~Q(name="")
            ),
            models.CheckConstraint(
                name="organisations_organisation_slug_plain",
                condition=Q(slug__regex=r"^[a-z0-9]+(-[a-z0-9]+)*$"),
            ),
            models.CheckConstraint(
                name="organisations_organisation_plan_known", condition=Q(plan__one_of=Plan.values)
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def has_api(self) -> bool:
        return Plan(self.plan).has_api

    @transaction.atomic
    def rename(self, name: str, *, by: Actor = SYSTEM) -> None:
        """Be called `name`, of 1 to 200 characters, from the next page on."""
        if name == self.name:
            return
        self.name = name
        self.save(update_fields=["name"])
        self._record(AuditAction.ORGANISATION_RENAMED, by)

    @transaction.atomic
    def change_plan(self, plan: Plan, *, by: Actor = SYSTEM) -> None:
        """Move to another plan; the next request of any key or session sees it."""
        was, self.plan = self.plan, plan
        self.save(update_fields=["plan"])
        self._record(AuditAction.PLAN_CHANGED, by, was=str(was), plan=plan.value)

    @transaction.atomic
    def close(self, *, by: Actor = SYSTEM) -> bool:
        """Close the account: every key and session stops at its next request, the data stays.

        False, and the first closing stands, if it was closed already.
        """
        closed = Organisation.objects.open().filter(pk=self.pk).update(closed_at=Now())
        if closed:
            # None of them comes back with a reopening.
            Session.objects.for_organisation(self).delete()
            self._record(AuditAction.ORGANISATION_CLOSED, by)
        self.refresh_from_db(fields=["closed_at"])
        return bool(closed)

    @transaction.atomic
    def reopen(self, *, by: Actor = SYSTEM) -> bool:
        """Open a closed account: people may sign in, and keys that stand work again.

        False, and nothing recorded, if it was open.
        """
        reopened = Organisation.objects.closed().filter(pk=self.pk).update(closed_at=None)
        if reopened:
            self._record(AuditAction.ORGANISATION_REOPENED, by)
        self.refresh_from_db(fields=["closed_at"])
        return bool(reopened)

    def _record(self, action: AuditAction, by: Actor, **details: str) -> None:
        record(
            self.pk, action, by=by, target=AuditTarget.ORGANISATION, target_id=self.pk, **details
        )


class Theme(models.TextChoices):
    """How pages look to a person; the system's choice unless they made one."""

    SYSTEM = "system", "System"
    LIGHT = "light", "Light"
    DARK = "dark", "Dark"


class UserManager(BaseUserManager["User"]):
    """People, found by e-mail without regard to case and outer spaces."""

    def get_by_natural_key(self, username: str | None) -> "User":
        """The person who signs in as `username`, with the organisation; User.DoesNotExist if none.

        The lower-casing is the database's on both sides, so it is the unique index's own.
        """
        return self.select_related("organisation").get(
            Exact(Lower("email"), Lower(Value((username or "").strip())))
        )

    def create_user(
        self, *, organisation: Organisation, email: str, name: str, role: str, password: str | None
    ) -> "User":
        """Add a person; with no password they cannot sign in until one is set."""
        user = self.model(organisation=organisation, email=email.strip(), name=name, role=role)
        user.set_password(password)
        user.save(force_insert=True)
        return user


class User(AbstractBaseUser):
    """A person of one agency. There is no superuser and no Django admin."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="people", db_index=False
    )
    # Stored as typed; what makes it unique is the constraint on its lower case. The plain unique
    # index is Django's demand on a USERNAME_FIELD.
    email = models.EmailField(max_length=254, unique=True)
    name = models.CharField(max_length=200)
    role = models.CharField(max_length=16, choices=Role.choices, default=Role.AGENT)
    is_active = models.BooleanField(default=True)
    theme = models.CharField(max_length=8, choices=Theme.choices, default=Theme.SYSTEM)
    time_zone = models.CharField(
        max_length=64, default=AGENCY_ZONE.key, help_text="of times on pages, by its IANA name"
    )
    shortcuts = models.BooleanField(default=True, help_text="single-key shortcuts on pages")
    created_at = models.DateTimeField(db_default=Now())

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    objects = UserManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("email"), name="organisations_user_email_unique"),
            models.UniqueConstraint(
                name="organisations_user_org_and_id", fields=["organisation", "id"]
            ),
            models.CheckConstraint(name="organisations_user_email_said", condition=~Q(email="")),
            models.CheckConstraint(name="organisations_user_name_said", condition=~Q(name="")),
            models.CheckConstraint(
                name="organisations_user_theme_known", condition=Q(theme__one_of=Theme.values)
            ),
            models.CheckConstraint(
                name="organisations_user_time_zone_said", condition=~Q(time_zone="")
            ),
            models.CheckConstraint(
                name="organisations_user_role_known", condition=Q(role__one_of=Role.values)
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_admin(self) -> bool:
        return self.role == Role.ADMIN

    @property
    def may_sign_in(self) -> bool:
        """Active, and of an agency whose account is open."""
        return self.is_active and self.organisation.closed_at is None

    def record(self, action: AuditAction, *, by: Actor, **details: str | int | bool | None) -> None:
        """Write into the audit trail what the person did about themselves, or what was done to
        them."""
        record(
            self.organisation_id,
            action,
            by=by,
            target=AuditTarget.PERSON,
            target_id=self.pk,
            **details,
        )
