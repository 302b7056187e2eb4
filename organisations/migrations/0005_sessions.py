"""Sessions as rows that know whose they are. Those of before are gone: everybody signs in once."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

import foundation.frozen
from foundation.frozen import same_organisation_key


class Migration(migrations.Migration):
    dependencies = [("organisations", "0004_audit_trail_append_only")]

    operations = [
        migrations.CreateModel(
            name="Session",
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
                ("digest", models.CharField(max_length=64, unique=True)),
                ("data", models.TextField(help_text="signed; read by SessionStore alone")),
                (
                    "signed_in_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "last_seen_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                ("address", models.GenericIPAddressField(null=True, unpack_ipv4=True)),
                ("browser", models.CharField(max_length=100, null=True)),
                (
                    "organisation",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
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
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="sessions",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["organisation", "person", "-last_seen_at", "-id"],
                        name="organisations_session_person",
                    ),
                    models.Index(fields=["last_seen_at"], name="organisations_session_idle"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("organisation", None), ("person", None)),
                            models.Q(("organisation__isnull", False), ("person__isnull", False)),
                            _connector="OR",
                        ),
                        name="organisations_session_person_with_organisation",
                    )
                ],
            },
        ),
        migrations.RunSQL(
            *same_organisation_key("organisations_session", "person_id", "organisations_user")
        ),
    ]
