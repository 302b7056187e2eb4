"""Known devices as rows. The cookies of before are not heeded: each device is a stranger once."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

import foundation.frozen
from foundation.frozen import same_organisation_key


class Migration(migrations.Migration):
    dependencies = [("organisations", "0026_refused_and_forgotten")]

    operations = [
        migrations.CreateModel(
            name="KnownDevice",
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
                        help_text="of the token in the browser's cookie", max_length=64
                    ),
                ),
                ("browser", models.CharField(max_length=100)),
                (
                    "known_since",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "last_used_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        help_text="to sign in",
                    ),
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
                    models.Index(
                        fields=["organisation", "person", "-last_used_at", "-id"],
                        name="organisations_device_person",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("digest", "person"), name="organisations_knowndevice_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("digest__regex", "^[0-9a-f]{64}$")),
                        name="organisations_knowndevice_digest_is_sha256",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("browser", ""), _negated=True),
                        name="organisations_knowndevice_browser_said",
                    ),
                ],
            },
        ),
        migrations.RunSQL(
            *same_organisation_key("organisations_knowndevice", "person_id", "organisations_user")
        ),
    ]
