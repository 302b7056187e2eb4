"""Who waits for a first contact, and who had it when: indexes built while leads are written."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("leads", "0014_first_contact_rules")]

    operations = [
        AddIndexConcurrently(
            "lead",
            models.Index(
                name="leads_lead_waiting",
                fields=["organisation", "assignee", "status", "created_at", "id"],
                condition=Q(merged_into__isnull=True)
                & Q(status__in=("new", "hot", "warm", "cold")),
            ),
        ),
        AddIndexConcurrently(
            "lead",
            models.Index(
                name="leads_lead_first_contact",
                fields=["organisation", "first_contacted_at"],
                condition=Q(first_contacted_at__isnull=False) & Q(merged_into__isnull=True),
            ),
        ),
    ]
