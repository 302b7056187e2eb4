"""How long leads are kept, and which are kept on purpose.

The column has a constant default, so the table is locked for a moment and not written anew.
"""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q
from django.db.models.functions import Now


class Migration(migrations.Migration):
    dependencies = [
        ("leads", "0036_alerts"),
        ("organisations", "0045_alert_choices"),
    ]

    operations = [
        migrations.AddField(
            "lead",
            "is_kept",
            models.BooleanField(
                db_default=False, default=False, help_text="whatever the agency's retention"
            ),
        ),
        migrations.CreateModel(
            name="Retention",
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
                ("months", models.SmallIntegerField()),
                (
                    "set_at",
                    models.DateTimeField(
                        db_default=Now(), help_text="nothing goes before NOTICE is over"
                    ),
                ),
                (
                    "noticed_until",
                    models.DateTimeField(help_text="admins were told of what goes until then"),
                ),
                ("noticed_leads", models.IntegerField(help_text="how many that was")),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        name="leads_retention_months_in_range",
                        condition=Q(months__range=(3, 120)),
                    ),
                    models.CheckConstraint(
                        name="leads_retention_noticed_leads_from_zero",
                        condition=Q(noticed_leads__gte=0),
                    ),
                ],
            },
        ),
    ]
