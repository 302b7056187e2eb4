"""How far an agency's feed was read for those who want to be told of leads.

A capture writes nothing for them: the worker reads what it noted in the feed.
"""

from django.db import models
from django.db.models import OuterRef, Subquery
from django.db.models.functions import Coalesce, Now

from organisations.models.change import Feed
from organisations.models.organisation import Organisation
from organisations.models.tenant import TenantQuerySet


class AlertPositionQuerySet(TenantQuerySet["AlertPosition"]):
    """Every way in which positions are chosen."""

    def with_latest(self) -> "AlertPositionQuerySet":
        """Each with `latest`, how far the feed itself has come."""
        feed = Feed.objects.filter(organisation_id=OuterRef("organisation_id"))
        return self.annotate(latest=Coalesce(Subquery(feed.values("position")), 0))

    def begin(self, organisation: Organisation) -> None:
        """Have the feed read from here on, if it is not read yet: nobody hears of what was."""
        feed = Feed.objects.for_organisation(organisation).values_list("position", flat=True)
        row = AlertPosition(organisation=organisation, position=feed.first() or 0)
        self.bulk_create([row], ignore_conflicts=True)


class AlertPosition(models.Model):
    """One agency's; it has none before somebody asked to be told."""

    organisation = models.OneToOneField(
        Organisation, models.CASCADE, primary_key=True, related_name="+"
    )
    position = models.BigIntegerField(help_text="of the last change that was read")
    looked_at = models.DateTimeField(db_default=Now(), help_text="whose is longest ago comes next")

    objects = AlertPositionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="organisations_alertposition_from_zero",
                condition=models.Q(position__gte=0),
            ),
        ]

    def __str__(self) -> str:
        return f"read to {self.position}"
