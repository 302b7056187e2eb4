"""A third scope, `capture`. The table is small: what stands is looked through at once."""

from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations, models
from django.db.models import Q

from foundation.frozen import exchange

KNOWN = [
    (
        "apikey",
        "apikeys_apikey_scope_known",
        Q(scope__one_of=["read", "read_write", "capture"]),
    ),
]


class Migration(migrations.Migration):
    dependencies = [("apikeys", "0005_known_values")]

    operations = [
        migrations.AlterField(
            "apikey",
            "scope",
            models.CharField(
                max_length=16,
                choices=[
                    ("read", "Read"),
                    ("read_write", "Read and write"),
                    ("capture", "Capture"),
                ],
                default="read_write",
            ),
        ),
        *exchange(KNOWN),
        *(ValidateConstraint(model_name=model, name=name) for model, name, _ in KNOWN),
    ]
