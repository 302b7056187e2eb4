"""The index by which a change of many leads is found again, built while events are written."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import F, Q
from django.db.models.fields.json import KeyTextTransform


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("leads", "0007_best_of_a_status")]

    operations = [
        AddIndexConcurrently(
            "leadevent",
            models.Index(
                F("organisation"),
                KeyTextTransform("bulk", "payload"),
                F("id"),
                condition=Q(payload__has_key="bulk"),
                name="leads_leadevent_bulk",
            ),
        ),
    ]
