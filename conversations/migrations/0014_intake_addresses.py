"""Addresses at which leads arrive without an API key, and what was held back there."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

import foundation.frozen


class Migration(migrations.Migration):
    dependencies = [
        ("conversations", "0013_receipts"),
        ("organisations", "0046_intake_in_the_trail"),
    ]

    operations = [
        migrations.CreateModel(
            name="IntakeAddress",
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
                    "kind",
                    models.CharField(
                        choices=[("form", "Form"), ("sms", "SMS"), ("mail", "Mail")], max_length=8
                    ),
                ),
                ("name", models.CharField(max_length=100)),
                ("encrypted_token", models.TextField()),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("enabled", models.BooleanField(default=True)),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                ("last_arrival_at", models.DateTimeField(null=True)),
                (
                    "last_fault",
                    models.CharField(
                        choices=[
                            ("signature", "A message was refused: its signature was wrong"),
                            ("too_large", "Something was refused: it was too large"),
                            ("too_many", "Something was refused: too many came at once"),
                            (
                                "unreadable",
                                "A message could not be understood, and was kept as it came",
                            ),
                            ("automatic", "An automatic letter came, which makes no lead"),
                        ],
                        max_length=16,
                        null=True,
                    ),
                ),
                ("last_fault_at", models.DateTimeField(null=True)),
                (
                    "line",
                    models.CharField(
                        help_text="under the agency's name", max_length=300, null=True
                    ),
                ),
                ("privacy_url", models.CharField(max_length=500, null=True)),
                (
                    "consent_wording",
                    models.CharField(
                        help_text="what is asked; NULL: nothing is", max_length=1000, null=True
                    ),
                ),
                (
                    "frame_sites",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=500),
                        default=list,
                        help_text="origins that may frame it",
                        size=None,
                    ),
                ),
                ("encrypted_auth_token", models.TextField(null=True)),
                (
                    "organisation",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="organisations.organisation",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="HeldBackPost",
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
                ("external_id", models.CharField(max_length=200)),
                (
                    "because",
                    models.CharField(
                        choices=[
                            ("honeypot", "It filled in a field that people do not see"),
                            ("too_quick", "It was sent within three seconds"),
                            ("no_stamp", "It was not sent from the form’s own page"),
                        ],
                        max_length=16,
                    ),
                ),
                ("conversation", models.JSONField(help_text="as a capture takes it")),
                (
                    "created_at",
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
                    "address",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="held_back",
                        to="conversations.intakeaddress",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="intakeaddress",
            constraint=models.UniqueConstraint(
                fields=("organisation", "id"), name="conversations_intakeaddress_org_and_id"
            ),
        ),
        migrations.AddConstraint(
            model_name="intakeaddress",
            constraint=models.UniqueConstraint(
                fields=("organisation", "name"), name="conversations_intakeaddress_name_unique"
            ),
        ),
        migrations.AddConstraint(
            model_name="intakeaddress",
            constraint=models.CheckConstraint(
                condition=models.Q(("name", ""), _negated=True),
                name="conversations_intakeaddress_name_said",
            ),
        ),
        migrations.AddConstraint(
            model_name="intakeaddress",
            constraint=models.CheckConstraint(
                condition=models.Q(("line", ""), _negated=True),
                name="conversations_intakeaddress_line_said",
            ),
        ),
        migrations.AddConstraint(
            model_name="intakeaddress",
            constraint=models.CheckConstraint(
                condition=models.Q(("privacy_url", ""), _negated=True),
                name="conversations_intakeaddress_privacy_url_said",
            ),
        ),
        migrations.AddConstraint(
            model_name="intakeaddress",
            constraint=models.CheckConstraint(
                condition=models.Q(("consent_wording", ""), _negated=True),
                name="conversations_intakeaddress_consent_wording_said",
            ),
        ),
        migrations.AddConstraint(
            model_name="intakeaddress",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__one_of", ["form", "sms", "mail"])),
                name="conversations_intakeaddress_kind_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="intakeaddress",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "last_fault__one_of",
                        ["signature", "too_large", "too_many", "unreadable", "automatic"],
                    )
                ),
                name="conversations_intakeaddress_last_fault_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="intakeaddress",
            constraint=models.CheckConstraint(
                condition=models.Q(("encrypted_token__startswith", "gAAAAA")),
                name="conversations_intakeaddress_encrypted_token_no_plain_text",
            ),
        ),
        migrations.AddConstraint(
            model_name="intakeaddress",
            constraint=models.CheckConstraint(
                condition=models.Q(("encrypted_auth_token__startswith", "gAAAAA")),
                name="conversations_intakeaddress_encrypted_auth_token_no_plain_text",
            ),
        ),
        migrations.AddConstraint(
            model_name="intakeaddress",
            constraint=models.CheckConstraint(
                condition=models.Q(("digest__regex", "^[0-9a-f]{64}$")),
                name="conversations_intakeaddress_digest_is_sha256",
            ),
        ),
        migrations.AddConstraint(
            model_name="intakeaddress",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("last_fault", None), ("last_fault_at", None)),
                    models.Q(("last_fault__isnull", False), ("last_fault_at__isnull", False)),
                    _connector="OR",
                ),
                name="conversations_intakeaddress_fault_dated",
            ),
        ),
        migrations.AddConstraint(
            model_name="heldbackpost",
            constraint=models.UniqueConstraint(
                fields=("organisation", "address", "external_id"),
                name="conversations_heldbackpost_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="heldbackpost",
            constraint=models.CheckConstraint(
                condition=models.Q(("external_id", ""), _negated=True),
                name="conversations_heldbackpost_external_id_said",
            ),
        ),
        migrations.AddConstraint(
            model_name="heldbackpost",
            constraint=models.CheckConstraint(
                condition=models.Q(("because__one_of", ["honeypot", "too_quick", "no_stamp"])),
                name="conversations_heldbackpost_because_known",
            ),
        ),
        migrations.RunSQL(
            *foundation.frozen.same_organisation_key(
                "conversations_heldbackpost", "address_id", "conversations_intakeaddress"
            )
        ),
    ]
