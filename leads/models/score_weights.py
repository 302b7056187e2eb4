"""What an agency's facts are worth in its scores: each change a row, the latest of which holds."""

from typing import Self

from django.db import models
from django.db.models.functions import Now

from foundation.ids import uuid7
from organisations.models import Organisation, TenantQuerySet


class ScoreWeightsQuerySet(TenantQuerySet["ScoreWeights"]):
    """Every way in which weights are chosen."""

    def latest_first(self) -> Self:
        return self.order_by("-id")

    def to_rescore(self) -> Self:
        """Those by which the worker has not scored all leads yet."""
        return self.filter(rescored_at__isnull=True)


class ScoreWeights(models.Model):
    """Points by their keys (leads/agency_weights.py), and how far leads were scored by them."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # No index of its own: the one below leads with it.
    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="+", db_index=False)
    points = models.JSONField()
    made_at = models.DateTimeField(db_default=Now())
    rescored_to = models.UUIDField(null=True, help_text="the last lead that was scored by them")
    rescored_at = models.DateTimeField(null=True, help_text="when all leads were")

    objects = ScoreWeightsQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(name="leads_scoreweights_latest", fields=["organisation", "-id"]),
            # What the worker has to do, of all agencies: few rows at any time.
            models.Index(
                name="leads_scoreweights_due",
                fields=["organisation"],
                condition=models.Q(rescored_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"weights of {self.made_at}"
