"""Everything that ever changed on a lead, each change a row (CONTRACT.md, section 1, Events)."""

from typing import Any, Self
from uuid import UUID

from django.db import models
from django.db.models import Q
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Now

from foundation.database.constraints import known
from foundation.ids import uuid7
from leads.models.lead import Lead
from organisations.actors import Actor, ActorKind
from organisations.models import Organisation, TenantQuerySet


class EventKind(models.TextChoices):
    STATUS = "status", "Status"
    FIELD = "field", "Fact"
    NOTE = "note", "Note"
    ASSIGNMENT = "assignment", "Assignment"
    MERGE = "merge", "Merge"
    CAPTURE = "capture", "Capture"
    GIVING = "giving", "Giving"


def actor_columns(actor: Actor) -> dict[str, Any]:
    """The columns of an event that say who did it."""
    return {"actor_kind": actor.kind, "actor_id": actor.id, "actor_name": actor.name}


class LeadEventQuerySet(TenantQuerySet["LeadEvent"]):
    """Every way in which events are chosen."""

    def of_bulk(self, *bulk_ids: UUID) -> Self:
        """Those of these changes of many leads (leads/bulk.py), by an index of their own."""
        return self.annotate(bulk=KeyTextTransform("bulk", "payload")).filter(
            payload__has_key="bulk", bulk__in=[str(bulk_id) for bulk_id in bulk_ids]
        )


class LeadEvent(models.Model):
    """One change of one lead: what, from what to what, by whom, when. Written once."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    lead = models.ForeignKey(
        Lead, models.CASCADE, related_name="events", db_index=False, db_constraint=False
    )
    kind = models.CharField(max_length=16, choices=EventKind.choices)
    from_value = models.TextField(null=True, db_column="from")
    to_value = models.TextField(null=True, db_column="to")
    payload: Any = models.JSONField(default=dict)
    actor_kind = models.CharField(max_length=16, choices=ActorKind.choices)
    actor_id = models.UUIDField(null=True)
    actor_name = models.CharField(max_length=200)
    created_at = models.DateTimeField(db_default=Now())

    objects = LeadEventQuerySet.as_manager()

    class Meta:
        constraints = [
            known("leads_leadevent", "kind", EventKind),
            known("leads_leadevent", "actor_kind", ActorKind),
            models.CheckConstraint(
                name="leads_leadevent_only_the_system_has_no_id",
                condition=Q(actor_kind=ActorKind.SYSTEM, actor_id__isnull=True)
                | Q(~Q(actor_kind=ActorKind.SYSTEM), actor_id__isnull=False),
            ),
        ]
        indexes = [
            # A lead's history.
            models.Index(
                name="leads_leadevent_newest",
                fields=["organisation", "lead", "-created_at", "-id"],
            ),
            # What one change of many leads did, to undo it.
            models.Index(
                "organisation",
                KeyTextTransform("bulk", "payload"),
                "id",
                name="leads_leadevent_bulk",
                condition=Q(payload__has_key="bulk"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.from_value} to {self.to_value}"
