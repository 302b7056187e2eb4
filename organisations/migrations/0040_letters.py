"""The outbox: letters, from the transaction that each tells of until it is sent."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

import foundation.frozen


class Migration(migrations.Migration):
    dependencies = [
        ("organisations", "0039_change_feed"),
    ]

    operations = [
        migrations.CreateModel(
            name="Letter",
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
                        help_text="its template: organisations/mail/invitation", max_length=64
                    ),
                ),
                ("address", models.CharField(max_length=254)),
                ("encrypted_words", models.TextField(null=True)),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                ("tries", models.PositiveSmallIntegerField(db_default=0, default=0)),
                (
                    "due_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        help_text="when it is next tried; while it is tried, when its lease ends",
                    ),
                ),
                ("give_up_at", models.DateTimeField(help_text="from then on it is of no use")),
                (
                    "sent_at",
                    models.DateTimeField(help_text="when a mail server had accepted it", null=True),
                ),
                ("given_up_at", models.DateTimeField(null=True)),
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
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("encrypted_words__isnull", False)),
                        fields=["due_at", "id"],
                        name="organisations_letter_waiting",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("encrypted_words__startswith", "gAAAAA")),
                        name="organisations_letter_encrypted_words_no_plain_text",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("encrypted_words__isnull", False),
                                ("given_up_at", None),
                                ("sent_at", None),
                            ),
                            models.Q(
                                ("encrypted_words", None),
                                ("given_up_at", None),
                                ("sent_at__isnull", False),
                            ),
                            models.Q(
                                ("encrypted_words", None),
                                ("given_up_at__isnull", False),
                                ("sent_at", None),
                            ),
                            _connector="OR",
                        ),
                        name="organisations_letter_words_until_done",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", ""), _negated=True),
                            models.Q(("address", ""), _negated=True),
                        ),
                        name="organisations_letter_kind_and_address_said",
                    ),
                ],
            },
        ),
    ]
