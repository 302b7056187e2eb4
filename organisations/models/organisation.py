"""Agencies: the tenants to whom every other row belongs (CONTRACT.md, section 1)."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from foundation.database.constraints import known, said
from foundation.ids import uuid7


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
            said("organisations_organisation", "name"),
            models.CheckConstraint(
                name="organisations_organisation_slug_plain",
                condition=Q(slug__regex=r"^[a-z0-9]+(-[a-z0-9]+)*$"),
            ),
            known("organisations_organisation", "plan", Plan),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def has_api(self) -> bool:
        return Plan(self.plan).has_api
