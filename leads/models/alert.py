"""What people are to be told of a lead, each thing once: by these rows' unique constraints, whoever
writes them and however often."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from foundation.database.constraints import known
from leads.models.lead import Lead
from organisations.models import Organisation, TenantQuerySet, User


class AlertKind(models.TextChoices):
    HOT = "hot", "A new hot lead"
    ASSIGNED = "assigned", "A lead that was given to them"
    UNTAKEN = "untaken", "A hot lead that nobody took"


class AlertQuerySet(TenantQuerySet["Alert"]):
    """Every way in which alerts are chosen."""

    def due(self) -> Self:
        """Those whose letter is to be written now."""
        return self.filter(done_at=None, due_at__lte=Now())

    def note(self, alerts: list["Alert"]) -> None:
        """Write them down, but for those that were already."""
        self.bulk_create(alerts, ignore_conflicts=True)

    def done(self) -> None:
        """Their letters are written, or would say what holds no more."""
        self.update(done_at=Now())


class Alert(models.Model):
    """That a person, or all admins, are to be told of a lead, and when."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="+", db_index=False)
    # The database holds that both are of the same agency, and forgets a lead's when it is erased.
    lead = models.ForeignKey(
        Lead, models.CASCADE, related_name="alerts", db_index=False, db_constraint=False
    )
    person = models.ForeignKey(
        User,
        models.CASCADE,
        null=True,
        related_name="+",
        db_index=False,
        db_constraint=False,
        help_text="NULL: whoever is an admin by then",
    )
    kind = models.CharField(max_length=16, choices=AlertKind.choices)
    noted_at = models.DateTimeField(db_default=Now())
    due_at = models.DateTimeField()
    done_at = models.DateTimeField(
        null=True, help_text="when its letter was written, or there was no use for one any more"
    )

    objects = AlertQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="leads_alert_once",
                fields=["lead", "person", "kind"],
                nulls_distinct=False,
            ),
            known("leads_alert", "kind", AlertKind),
            models.CheckConstraint(
                name="leads_alert_untaken_to_admins",
                condition=Q(kind=AlertKind.UNTAKEN, person__isnull=True)
                | ~Q(kind=AlertKind.UNTAKEN) & Q(person__isnull=False),
            ),
        ]
        indexes = [
            # What an agency's people are to be told. It holds what waits, so next to nothing.
            models.Index(
                name="leads_alert_waiting",
                fields=["organisation", "due_at"],
                condition=Q(done_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, due at {self.due_at:%Y-%m-%d %H:%M}"
