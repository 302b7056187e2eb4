"""The order of the longest wait. The index is built while leads are read and written."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import Case, F, Q, Value, When


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("leads", "0028_origin_and_consent_hold")]

    operations = [
        AddIndexConcurrently(
            "lead",
            models.Index(
                F("organisation"),
                Case(
                    When(status__in=("new", "hot", "warm", "cold"), then=Value(0)),
                    default=Value(1),
                    output_field=models.SmallIntegerField(),
                ),
                F("created_at"),
                F("id"),
                name="leads_lead_longest_wait",
                condition=Q(merged_into__isnull=True),
            ),
        ),
    ]
