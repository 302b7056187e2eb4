"""People's passkeys."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q

import foundation.frozen
from foundation.frozen import same_organisation_key


class Migration(migrations.Migration):
    dependencies = [("organisations", "0033_two_step_rule_recorded")]

    operations = [
        migrations.CreateModel(
            name="Passkey",
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
                ("name", models.CharField(help_text="as the person calls it", max_length=60)),
                ("credential_id", models.BinaryField(help_text="drawn by the device", unique=True)),
                ("public_key", models.BinaryField(help_text="COSE_Key (RFC 9052), in CBOR")),
                (
                    "sign_count",
                    models.BigIntegerField(
                        help_text="as the device last said; 0: it does not count"
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                ("last_used_at", models.DateTimeField(null=True)),
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
                        related_name="passkeys",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["organisation", "person", "created_at", "id"],
                        name="organisations_passkey_person",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        name="organisations_passkey_name_said", condition=~Q(name="")
                    ),
                    models.CheckConstraint(
                        name="organisations_passkey_count_fits",
                        condition=Q(sign_count__gte=0, sign_count__lt=2**32),
                    ),
                ],
            },
        ),
        migrations.RunSQL(
            *same_organisation_key("organisations_passkey", "person_id", "organisations_user")
        ),
    ]
