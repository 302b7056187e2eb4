"""The list of one person's leads; its indexes are built while leads are read and written."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import F, Q
from django.db.models.functions import Coalesce

STANDING = Q(merged_into__isnull=True)


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("leads", "0014_first_contact_indexes")]

    operations = [
        AddIndexConcurrently(
            "lead",
            models.Index(
                name="leads_lead_newest_of_assignee",
                fields=["organisation", "assignee", "-created_at", "-id"],
                condition=STANDING & Q(assignee__isnull=False),
            ),
        ),
        AddIndexConcurrently(
            "lead",
            models.Index(
                "organisation",
                "assignee",
                Coalesce("score", -1).desc(),
                F("created_at").desc(),
                F("id").desc(),
                name="leads_lead_best_of_assignee",
                condition=STANDING & Q(assignee__isnull=False),
            ),
        ),
    ]
