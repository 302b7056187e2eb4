"""The lead list of one status, sorted by score: an index built while leads are read and written."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import F, Q
from django.db.models.functions import Coalesce


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("leads", "0006_workbench_indexes")]

    operations = [
        AddIndexConcurrently(
            "lead",
            models.Index(
                "organisation",
                "status",
                Coalesce("score", -1).desc(),
                F("created_at").desc(),
                F("id").desc(),
                condition=Q(merged_into__isnull=True),
                name="leads_lead_best_by_status",
            ),
        ),
    ]
