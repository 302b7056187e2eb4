"""The lead list's new indexes, built while leads are being read and written."""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import F, Q
from django.db.models.functions import Coalesce


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("leads", "0005_fill_search")]

    operations = [
        AddIndexConcurrently(
            "lead",
            models.Index(
                "organisation",
                Coalesce("score", -1).desc(),
                F("created_at").desc(),
                F("id").desc(),
                condition=Q(merged_into__isnull=True),
                name="leads_lead_best",
            ),
        ),
        AddIndexConcurrently(
            "lead",
            models.Index(
                condition=Q(follow_up_on__isnull=False) & Q(merged_into__isnull=True),
                fields=["organisation", "follow_up_on"],
                name="leads_lead_follow_up",
            ),
        ),
        AddIndexConcurrently("lead", GinIndex(fields=["search"], name="leads_lead_search")),
    ]
