"""Timed duties, and the signs of life of the workers that do them."""

import django.db.models.functions.datetime
from django.db import migrations, models

import foundation.frozen


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Beat",
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
                (
                    "began_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "heard_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Duty",
            fields=[
                ("name", models.CharField(max_length=32, primary_key=True, serialize=False)),
                (
                    "last_ran_at",
                    models.DateTimeField(help_text="when it was last done, to its end", null=True),
                ),
                (
                    "due_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "leased_until",
                    models.DateTimeField(help_text="a worker is at it until then", null=True),
                ),
            ],
        ),
    ]
