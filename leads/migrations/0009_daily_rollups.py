"""How far each lead came and when it was first contacted, and the tables of daily figures."""

import django.db.models.deletion
from django.db import migrations, models


def organisation():
    return models.ForeignKey(
        db_constraint=False,
        db_index=False,
        on_delete=django.db.models.deletion.CASCADE,
        related_name="+",
        to="organisations.organisation",
    )


def own_id():
    return models.BigAutoField(
        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
    )


def day():
    return models.DateField(help_text="of the agency's, Europe/London")


class Migration(migrations.Migration):
    dependencies = [
        ("leads", "0008_bulk_events_index"),
        ("organisations", "0002_theme_and_shortcuts"),
    ]

    operations = [
        migrations.AddField(
            model_name="lead",
            name="reached",
            field=models.SmallIntegerField(db_default=0, default=0, editable=False),
        ),
        migrations.AddField(
            model_name="lead",
            name="first_contacted_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.CreateModel(
            name="LeadDay",
            fields=[
                ("id", own_id()),
                ("day", day()),
                ("leads", models.IntegerField()),
                ("hot", models.IntegerField()),
                ("warm", models.IntegerField()),
                ("cold", models.IntegerField()),
                ("website", models.IntegerField()),
                ("sms", models.IntegerField()),
                ("email", models.IntegerField()),
                ("contacted", models.IntegerField()),
                ("qualified", models.IntegerField()),
                ("converted", models.IntegerField()),
                (
                    "viewings",
                    models.IntegerField(help_text="of them, those that asked for a viewing"),
                ),
                ("organisation", organisation()),
            ],
            options={
                "indexes": [
                    models.Index(fields=["organisation", "day"], name="leads_leadday_by_day")
                ]
            },
        ),
        migrations.CreateModel(
            name="AreaDay",
            fields=[
                ("id", own_id()),
                ("day", day()),
                ("area", models.CharField(max_length=200)),
                ("leads", models.IntegerField()),
                ("organisation", organisation()),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["organisation", "day"],
                        include=("area", "leads"),
                        name="leads_areaday_by_day",
                    )
                ]
            },
        ),
        migrations.CreateModel(
            name="ContactDay",
            fields=[
                ("id", own_id()),
                ("day", day()),
                (
                    "whole_month",
                    models.BooleanField(help_text="then `day` is the month's first"),
                ),
                (
                    "bucket",
                    models.SmallIntegerField(
                        help_text="bucket_of() the time since the lead arrived"
                    ),
                ),
                ("leads", models.IntegerField()),
                ("organisation", organisation()),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["organisation", "whole_month", "day"],
                        include=("bucket", "leads"),
                        name="leads_contactday_by_day",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("bucket__gte", 0)),
                        name="leads_contactday_bucket_from_zero",
                    )
                ],
            },
        ),
    ]
