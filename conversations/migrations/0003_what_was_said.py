"""What a conversation's messages come to, and an agency's languages."""

import django.contrib.postgres.search
import django.db.models.deletion
from django.db import migrations, models

import foundation.frozen


class Migration(migrations.Migration):
    dependencies = [
        ("conversations", "0002_same_organisation_and_stamp"),
        ("organisations", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="conversation",
            name="message_count",
            field=models.IntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="conversation",
            name="last_words",
            field=models.CharField(db_default="", default="", max_length=200),
        ),
        migrations.AddField(
            model_name="conversation",
            name="search",
            field=django.contrib.postgres.search.SearchVectorField(
                db_default="", default="", editable=False
            ),
        ),
        migrations.AddConstraint(
            model_name="conversation",
            constraint=models.CheckConstraint(
                condition=models.Q(("message_count__gte", 0)),
                name="conversations_conversation_message_count_from_zero",
            ),
        ),
        migrations.CreateModel(
            name="ConversationLanguage",
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
                ("code", models.CharField(help_text="BCP 47, in lower case", max_length=35)),
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
                    models.Index(fields=["organisation", "code"], name="conversations_languages"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("code", ""), _negated=True),
                        name="conversations_conversationlanguage_code_said",
                    ),
                ],
            },
        ),
    ]
