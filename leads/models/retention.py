"""How long an agency keeps leads: a row where it has said so, and what its people were told."""

from datetime import datetime, timedelta

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from organisations.models import Organisation, TenantQuerySet

NOTICE = timedelta(days=30)  # ahead of which people are told
LEAST, MOST = 3, 120  # months


class Retention(models.Model):
    """From so many months after the last message on a lead goes; without a row none does."""

    organisation = models.OneToOneField(
        Organisation, models.CASCADE, primary_key=True, related_name="+"
    )
    months = models.SmallIntegerField()
    set_at = models.DateTimeField(db_default=Now(), help_text="nothing goes before NOTICE is over")
    noticed_until = models.DateTimeField(help_text="admins were told of what goes until then")
    noticed_leads = models.IntegerField(help_text="how many that was")

    objects = TenantQuerySet["Retention"].as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="leads_retention_months_in_range", condition=Q(months__range=(LEAST, MOST))
            ),
            models.CheckConstraint(
                name="leads_retention_noticed_leads_from_zero",
                condition=Q(noticed_leads__gte=0),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.months} months"

    @property
    def begins_at(self) -> datetime:
        """The first moment at which a lead may go."""
        return self.set_at + NOTICE
