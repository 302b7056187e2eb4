"""Agencies: the tenants to whom every other row belongs (CONTRACT.md, section 1)."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from foundation.database.constraints import known, said
from foundation.ids import uuid7
from organisations.models.opening_hours import WEEKDAYS, HasOpeningHours, Nation, in_pairs
from organisations.models.roles import Role


class Plan(models.TextChoices):
    """What an agency pays for."""

    STARTER = "starter", "Starter"
    GROWTH = "growth", "Growth"
    SCALE = "scale", "Scale"

    @property
    def has_api(self) -> bool:
        """The API and the CSV export belong to Growth and Scale."""
        return self is not Plan.STARTER


class TwoStepRule(models.TextChoices):
    """Of whom an agency requires two-step sign-in."""

    NOBODY = "nobody", "Nobody"
    ADMINS = "admins", "Admins"
    EVERYBODY = "everybody", "Everybody"

    def holds_for(self, role: Role) -> bool:
        return self is TwoStepRule.EVERYBODY or (self is TwoStepRule.ADMINS and role is Role.ADMIN)


class OrganisationQuerySet(models.QuerySet["Organisation"]):
    """Every way in which organisations are chosen."""

    def open(self) -> Self:
        return self.filter(closed_at__isnull=True)

    def closed(self) -> Self:
        return self.filter(closed_at__isnull=False)


class Organisation(HasOpeningHours):
    """An estate agency: the tenant to whom every other row belongs."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=200)
    slug = models.CharField(max_length=63, unique=True)
    plan = models.CharField(max_length=16, choices=Plan.choices, default=Plan.STARTER)
    created_at = models.DateTimeField(db_default=Now())
    # Read with every key and every session: closing stops them all at once, the data stays.
    closed_at = models.DateTimeField(null=True)
    # From when people of each role may do nothing before they have set up two-step sign-in.
    admins_two_step_from = models.DateTimeField(null=True, help_text="NULL: not required")
    agents_two_step_from = models.DateTimeField(null=True, help_text="NULL: not required")

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        constraints = [
            said("organisations_organisation", "name"),
            models.CheckConstraint(
                name="organisations_organisation_slug_plain",
                condition=Q(slug__regex=r"^[a-z0-9]+(-[a-z0-9]+)*$"),
            ),
            known("organisations_organisation", "plan", Plan),
            known("organisations_organisation", "nation", Nation),
            *(in_pairs("organisations_organisation", day) for day in WEEKDAYS),
            models.CheckConstraint(
                name="organisations_organisation_untaken_minutes_from_one",
                condition=Q(untaken_minutes__gte=1),
            ),
            models.CheckConstraint(
                name="organisations_organisation_two_step_of_admins_first",
                condition=Q(agents_two_step_from__isnull=True)
                | Q(admins_two_step_from__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def has_api(self) -> bool:
        return Plan(self.plan).has_api

    @property
    def two_step_rule(self) -> TwoStepRule:
        """Of whom two-step sign-in is required, the grace included."""
        if self.agents_two_step_from is not None:
            return TwoStepRule.EVERYBODY
        return TwoStepRule.NOBODY if self.admins_two_step_from is None else TwoStepRule.ADMINS

    def two_step_from(self, role: str) -> datetime | None:
        """From when it is required of people of that role; None where it is not."""
        return self.admins_two_step_from if role == Role.ADMIN else self.agents_two_step_from

    def require_two_step(self, role: Role, required_from: datetime | None) -> None:
        """Set it, unsaved; None has people of that role do without."""
        if role is Role.ADMIN:
            self.admins_two_step_from = required_from
        else:
            self.agents_two_step_from = required_from
