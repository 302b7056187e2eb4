"""CSV files that agencies bring in, and how far each is."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

import foundation.frozen


class Migration(migrations.Migration):
    dependencies = [
        ("conversations", "0015_remainders"),
        ("organisations", "0047_retention_in_the_trail"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="CsvImport",
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
                ("name", models.CharField(help_text="the file's", max_length=200)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("checking", "Being checked"),
                            ("checked", "Checked"),
                            ("importing", "Being imported"),
                            ("done", "Imported"),
                            ("undoing", "Being undone"),
                            ("undone", "Undone"),
                            ("failed", "Failed"),
                        ],
                        default="checking",
                        max_length=16,
                    ),
                ),
                (
                    "packed",
                    models.BinaryField(help_text="the file, compressed; NULL: let go", null=True),
                ),
                ("encoding", models.CharField(max_length=16)),
                ("separator", models.CharField(max_length=1)),
                ("heads", models.JSONField(help_text="of the columns, in their order")),
                ("fields", models.JSONField(help_text="what each column is; blank: left out")),
                ("channel", models.CharField(help_text="of rows that name none", max_length=16)),
                ("rows", models.IntegerField(default=0, help_text="as far as they were counted")),
                ("done", models.IntegerField(default=0, help_text="rows, in this state")),
                ("created", models.IntegerField(default=0, help_text="or, when undone, erased")),
                ("unchanged", models.IntegerField(default=0, help_text="or, when undone, left")),
                ("rejected", models.IntegerField(default=0)),
                (
                    "reasons",
                    models.JSONField(default=dict, help_text="how many rows each rejected"),
                ),
                (
                    "made",
                    models.BinaryField(
                        default=b"", help_text="a bit a row: whether it made a conversation"
                    ),
                ),
                (
                    "packed_rejects",
                    models.BinaryField(help_text="a CSV file, compressed", null=True),
                ),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "touched_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        help_text="when its state last changed",
                    ),
                ),
                (
                    "leased_until",
                    models.DateTimeField(help_text="a worker is at it until then", null=True),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="organisations.organisation",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["organisation", "-id"], name="conversations_csv_latest"),
                    models.Index(
                        condition=models.Q(("state__in", ("checking", "importing", "undoing"))),
                        fields=["id"],
                        name="conversations_csv_due",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__one_of",
                                [
                                    "checking",
                                    "checked",
                                    "importing",
                                    "done",
                                    "undoing",
                                    "undone",
                                    "failed",
                                ],
                            )
                        ),
                        name="conversations_csvimport_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("name", ""), _negated=True),
                        name="conversations_csvimport_name_said",
                    ),
                ],
            },
        ),
        migrations.RunSQL(
            *foundation.frozen.same_organisation_key(
                "conversations_csvimport", "person_id", "organisations_user"
            )
        ),
    ]
