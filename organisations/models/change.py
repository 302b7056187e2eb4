"""What outsiders may follow: every change of an organisation's, each with its position.

CONTRACT.md, section 1 (Positions) and section 3 (Change feed). Rows are written by
`organisations/changes/` alone. They are thin, and outlive the lead that they are of: what they show
of it is put in when they are read.
"""

from typing import Any, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from foundation.database.constraints import known
from organisations.actors import ActorKind
from organisations.models.organisation import Organisation
from organisations.models.tenant import TenantQuerySet


class ChangeType(models.TextChoices):
    LEAD_CREATED = "lead.created"
    LEAD_UPDATED = "lead.updated"
    LEAD_STATUS_CHANGED = "lead.status_changed"
    LEAD_ASSIGNED = "lead.assigned"
    LEAD_MERGED = "lead.merged"
    LEAD_UNMERGED = "lead.unmerged"
    LEAD_ERASED = "lead.erased"
    CONVERSATION_CREATED = "conversation.created"
    CONVERSATION_CLOSED = "conversation.closed"
    CONVERSATION_REOPENED = "conversation.reopened"
    CONVERSATION_MOVED = "conversation.moved"  # to another lead
    MESSAGE_ADDED = "message.added"


class Feed(models.Model):
    """How far an organisation's changes have come: its one counter.

    Its row is locked by whoever numbers changes, until that transaction ends. So positions have no
    holes and are in the order of the commits, and nobody waits for another organisation's writer.
    """

    organisation = models.OneToOneField(
        Organisation, models.CASCADE, primary_key=True, related_name="+"
    )
    position = models.BigIntegerField(default=0, help_text="of the latest change")
    moment = models.DateTimeField(help_text="the latest that was given out; it never goes back")
    dropped = models.BigIntegerField(
        default=0, db_default=0, help_text="up to this position changes are no longer kept"
    )

    objects = TenantQuerySet["Feed"].as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="organisations_feed_dropped_in_range",
                condition=Q(dropped__gte=0) & Q(dropped__lte=F("position")),
            ),
        ]

    def __str__(self) -> str:
        return f"at {self.position}"


class ChangeQuerySet(TenantQuerySet["Change"]):
    """Every way in which changes are chosen."""

    def after(self, position: int) -> Self:
        """Later ones than that at this position, the earliest first."""
        return self.filter(position__gt=position).order_by("position")

    def locked_in_order(self) -> Self:
        """In the order of their positions, so that nobody waits for another in a ring."""
        return self.order_by("position").select_for_update()


class Change(models.Model):
    """One change: of what type, of which lead or conversation, by whom, when."""

    pk = models.CompositePrimaryKey("organisation_id", "position")
    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    position = models.BigIntegerField()
    id = models.UUIDField(help_text="the same at each try to tell of it")
    type = models.CharField(max_length=32, choices=ChangeType.choices)
    # NULL, as are all that follow but the time, once the lead is erased.
    lead_id = models.UUIDField(null=True)
    conversation_id = models.UUIDField(null=True)
    changed: Any = ArrayField(models.CharField(max_length=32), default=list)
    from_value = models.TextField(null=True, db_column="from")
    to_value = models.TextField(null=True, db_column="to")
    count = models.IntegerField(null=True, help_text="of the messages that were added")
    actor_kind = models.CharField(max_length=16, choices=ActorKind.choices, null=True)
    actor_name = models.CharField(max_length=200, null=True)
    created_at = models.DateTimeField()

    objects = ChangeQuerySet.as_manager()

    class Meta:
        constraints = [
            known("organisations_change", "type", ChangeType),
            known("organisations_change", "actor_kind", ActorKind),
            models.CheckConstraint(
                name="organisations_change_position_from_one", condition=Q(position__gte=1)
            ),
        ]
        indexes = [
            # An erasure finds what was told of the lead.
            models.Index(
                name="organisations_change_of_lead",
                fields=["organisation", "lead_id"],
                condition=Q(lead_id__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.position}: {self.type}"
