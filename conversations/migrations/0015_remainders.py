"""What messages left out of the letters that they came in."""

import django.db.models.deletion
from django.db import migrations, models

import foundation.frozen


class Migration(migrations.Migration):
    dependencies = [
        ("conversations", "0014_intake_addresses"),
        ("organisations", "0046_intake_in_the_trail"),
    ]

    operations = [
        migrations.CreateModel(
            name="Remainder",
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
                ("conversation_id", models.UUIDField()),
                ("message_id", models.UUIDField()),
                ("cut", models.TextField(null=True)),
                ("read_as_it_came", models.BooleanField(default=False)),
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
                "constraints": [
                    models.UniqueConstraint(
                        fields=("organisation", "conversation_id", "message_id"),
                        name="conversations_remainder_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("cut", ""), _negated=True),
                        name="conversations_remainder_cut_said",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("cut__isnull", False), ("read_as_it_came", True), _connector="OR"
                        ),
                        name="conversations_remainder_of_something",
                    ),
                ],
            },
        ),
        migrations.RunSQL(
            """
            ALTER TABLE conversations_remainder
                ADD CONSTRAINT conversations_remainder_conversation_same_organisation
                FOREIGN KEY (organisation_id, conversation_id)
                REFERENCES conversations_conversation (organisation_id, id) ON DELETE CASCADE;
            """,
            """
            ALTER TABLE conversations_remainder
                DROP CONSTRAINT conversations_remainder_conversation_same_organisation;
            """,
        ),
    ]
