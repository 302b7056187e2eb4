"""People of an agency (CONTRACT.md, section 1, User)."""

from uuid import UUID

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Now

from foundation.database.constraints import known, said
from foundation.days import AGENCY_ZONE
from foundation.ids import uuid7
from organisations.account_emails import account_key
from organisations.models.alert_choices import HasAlertChoices
from organisations.models.organisation import Organisation
from organisations.models.roles import Role

_EMAIL_UNIQUE = "organisations_user_email_unique"
# An e-mail that is taken breaks one or the other: the second is how PostgreSQL names unique=True.
EMAIL_RULES = (_EMAIL_UNIQUE, "organisations_user_email_key")


class Theme(models.TextChoices):
    """How pages look to a person; the system's choice unless they made one."""

    SYSTEM = "system", "System"
    LIGHT = "light", "Light"
    DARK = "dark", "Dark"


class UserManager(BaseUserManager["User"]):
    """People, found by e-mail however it is spelt."""

    def get_by_natural_key(self, username: str | None) -> "User":
        """Who signs in as `username`, with the organisation; User.DoesNotExist if nobody does."""
        key = account_key(username or "")
        return self.select_related("organisation").get(email_key=key)

    def id_of(self, email: str) -> UUID | None:
        """Who signs in with this e-mail; None if nobody does. Either costs the same statement."""
        return self.filter(email_key=account_key(email)).values_list("pk", flat=True).first()

    def create_user(
        self, *, organisation: Organisation, email: str, name: str, role: str, password: str | None
    ) -> "User":
        """Add a person; with no password they cannot sign in until one is set."""
        email = email.strip()
        user = self.model(
            organisation=organisation,
            email=email,
            email_key=account_key(email),
            name=name,
            role=role,
        )
        user.set_password(password)
        user.save(force_insert=True)
        return user


class User(HasAlertChoices, AbstractBaseUser):
    """A person of one agency. There is no superuser and no Django admin."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="people", db_index=False
    )
    # Stored as typed; what makes it unique is the constraint on its key. The plain unique index is
    # Django's demand on a USERNAME_FIELD.
    email = models.EmailField(max_length=254, unique=True)
    email_key = models.CharField(max_length=254, editable=False, help_text="account_key() of it")
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
            models.UniqueConstraint(name=_EMAIL_UNIQUE, fields=["email_key"]),
            models.UniqueConstraint(
                name="organisations_user_org_and_id", fields=["organisation", "id"]
            ),
            said("organisations_user", "email"),
            said("organisations_user", "email_key"),
            said("organisations_user", "name"),
            known("organisations_user", "theme", Theme),
            said("organisations_user", "time_zone"),
            known("organisations_user", "role", Role),
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
