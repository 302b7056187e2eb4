"""Forms that were sent a moment ago: a second press waits for the first, and is answered alike."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

import foundation.frozen
from foundation.frozen import same_organisation_key


class Migration(migrations.Migration):
    dependencies = [
        ("organisations", "0020_names_of_then"),
    ]

    operations = [
        migrations.CreateModel(
            name="SentForm",
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
                    "digest",
                    models.CharField(
                        help_text="of address, form's id and what was typed", max_length=64
                    ),
                ),
                ("half", models.BinaryField(help_text="of the seed; the form's id is the other")),
                (
                    "location",
                    models.TextField(
                        help_text="where the answer led; NULL: it was a page", null=True
                    ),
                ),
                ("said", models.JSONField(default=list, help_text="messages: level, words, tags")),
                (
                    "sent_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
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
                "indexes": [models.Index(fields=["sent_at"], name="organisations_sentform_old")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("organisation", "person", "digest"),
                        name="organisations_sentform_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("digest__regex", "^[0-9a-f]{64}$")),
                        name="organisations_sentform_digest_is_sha256",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("location", ""), _negated=True),
                        name="organisations_sentform_location_said",
                    ),
                ],
            },
        ),
        migrations.RunSQL(
            *same_organisation_key("organisations_sentform", "person_id", "organisations_user")
        ),
    ]
