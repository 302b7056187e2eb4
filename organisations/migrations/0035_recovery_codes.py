"""Recovery codes as rows of their own: they belong to the person, and no longer to their app."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q

import foundation.frozen
from foundation.frozen import same_organisation_key


class Migration(migrations.Migration):
    dependencies = [("organisations", "0034_passkeys")]

    operations = [
        migrations.CreateModel(
            name="RecoveryCode",
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
                ("digest", models.CharField(max_length=64)),
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
                "constraints": [
                    models.UniqueConstraint(
                        name="organisations_recoverycode_once",
                        fields=["organisation", "person", "digest"],
                    ),
                    models.CheckConstraint(
                        name="organisations_recoverycode_digest_is_sha256",
                        condition=Q(digest__regex=r"^[0-9a-f]{64}$"),
                    ),
                ],
            },
        ),
        migrations.RunSQL(
            *same_organisation_key("organisations_recoverycode", "person_id", "organisations_user")
        ),
    ]
