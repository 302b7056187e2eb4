"""Where a fact was read: a new table, empty until captures read (`manage.py read_again`)."""

import django.db.models.deletion
from django.db import migrations, models

import foundation.frozen

# The words are of a message of the same conversation and organisation, and go with it.
OF_ITS_MESSAGE = """
    ALTER TABLE conversations_receipt ADD CONSTRAINT conversations_receipt_message_same_organisation
        FOREIGN KEY (organisation_id, conversation_id, position)
        REFERENCES conversations_message (organisation_id, conversation_id, position)
        ON DELETE CASCADE;
"""
NOT_OF_ITS_MESSAGE = """
    ALTER TABLE conversations_receipt DROP CONSTRAINT conversations_receipt_message_same_organisation;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("conversations", "0012_names_of_captures_hold"),
        ("organisations", "0040_letters"),
    ]

    operations = [
        migrations.CreateModel(
            name="Receipt",
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
                ("position", models.IntegerField(help_text="of the message in its conversation")),
                (
                    "fact",
                    models.CharField(
                        help_text="as the score names it: budget, area", max_length=32
                    ),
                ),
                (
                    "said",
                    models.JSONField(
                        help_text="the lead's columns with what was read, null for an open side"
                    ),
                ),
                ("start", models.IntegerField(help_text="of the words, in Unicode code points")),
                ("end", models.IntegerField()),
                ("rule", models.CharField(max_length=64)),
                ("version", models.SmallIntegerField(help_text="of the rules")),
                (
                    "conversation",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="receipts",
                        to="conversations.conversation",
                    ),
                ),
                (
                    "message",
                    models.ForeignObject(
                        from_fields=("organisation", "conversation", "position"),
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="receipts",
                        to="conversations.message",
                        to_fields=("organisation", "conversation", "position"),
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        db_constraint=False,
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
                        fields=["organisation", "conversation", "position"],
                        name="conversations_receipt_of_talk",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("fact", ""), _negated=True),
                        name="conversations_receipt_fact_said",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("rule", ""), _negated=True),
                        name="conversations_receipt_rule_said",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("end__gt", models.F("start")), ("start__gte", 0)),
                        name="conversations_receipt_words_in_order",
                    ),
                ],
            },
        ),
        migrations.RunSQL(OF_ITS_MESSAGE, NOT_OF_ITS_MESSAGE),
    ]
