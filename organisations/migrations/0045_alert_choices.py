"""What people want to be told of, and how far agencies' feeds were read for them."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q
from django.db.models.functions import Now

OFF = (
    "letter_of_hot_leads", "letter_of_assigned", "letter_of_follow_ups", "hot_notifications",
    "hot_sound",
)  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("organisations", "0044_opening_hours_in_the_trail")]

    operations = [
        *(
            migrations.AddField(
                "user", choice, models.BooleanField(default=False, db_default=False)
            )
            for choice in OFF
        ),
        migrations.AddField(
            "user", "hot_in_title", models.BooleanField(default=True, db_default=True)
        ),
        migrations.AddField(
            "user",
            "follow_ups_told_on",
            models.DateField(
                null=True, help_text="the last morning on which follow-ups were looked through"
            ),
        ),
        migrations.CreateModel(
            name="AlertPosition",
            fields=[
                (
                    "organisation",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="organisations.organisation",
                    ),
                ),
                (
                    "position",
                    models.BigIntegerField(help_text="of the last change that was read"),
                ),
                (
                    "looked_at",
                    models.DateTimeField(
                        db_default=Now(), help_text="whose is longest ago comes next"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        name="organisations_alertposition_from_zero",
                        condition=Q(position__gte=0),
                    ),
                ],
            },
        ),
    ]
