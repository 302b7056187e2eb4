"""The list of leads that were lost for a reason. Built while leads are being written."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("leads", "0030_lost_reason")]

    operations = [
        AddIndexConcurrently(
            "lead",
            models.Index(
                name="leads_lead_lost_for",
                fields=["organisation", "lost_reason", "-created_at", "-id"],
                condition=Q(merged_into__isnull=True) & Q(lost_reason__isnull=False),
            ),
        ),
    ]
