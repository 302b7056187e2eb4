"""What an agency's facts are worth in its scores: a new table, empty until somebody changes it."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

import foundation.frozen


class Migration(migrations.Migration):
    dependencies = [
        ("leads", "0032_read_facts"),
        ("organisations", "0042_scoring_in_the_trail"),
    ]

    operations = [
        migrations.CreateModel(
            name="ScoreWeights",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=foundation.frozen.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("points", models.JSONField()),
                (
                    "made_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "rescored_to",
                    models.UUIDField(help_text="the last lead that was scored by them", null=True),
                ),
                ("rescored_at", models.DateTimeField(help_text="when all leads were", null=True)),
                (
                    "organisation",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="organisations.organisation",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["organisation", "-id"], name="leads_scoreweights_latest"),
                    models.Index(
                        condition=models.Q(("rescored_at__isnull", True)),
                        fields=["organisation"],
                        name="leads_scoreweights_due",
                    ),
                ],
            },
        ),
    ]
