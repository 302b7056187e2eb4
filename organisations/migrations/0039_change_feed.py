"""What outsiders may follow: each change with its position, and how far they have come."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("organisations", "0038_passkeys_in_the_trail"),
    ]

    operations = [
        migrations.CreateModel(
            name="Feed",
            fields=[
                (
                    "organisation",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="organisations.organisation",
                    ),
                ),
                ("position", models.BigIntegerField(default=0, help_text="of the latest change")),
                (
                    "moment",
                    models.DateTimeField(
                        help_text="the latest that was given out; it never goes back"
                    ),
                ),
                (
                    "dropped",
                    models.BigIntegerField(
                        db_default=0,
                        default=0,
                        help_text="up to this position changes are no longer kept",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("dropped__gte", 0), ("dropped__lte", models.F("position"))
                        ),
                        name="organisations_feed_dropped_in_range",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Change",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "organisation_id",
                        "position",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("position", models.BigIntegerField()),
                ("id", models.UUIDField(help_text="the same at each try to tell of it")),
                (
                    "type",
                    models.CharField(
                        choices=[
                            ("lead.created", "Lead Created"),
                            ("lead.updated", "Lead Updated"),
                            ("lead.status_changed", "Lead Status Changed"),
                            ("lead.assigned", "Lead Assigned"),
                            ("lead.merged", "Lead Merged"),
                            ("lead.unmerged", "Lead Unmerged"),
                            ("lead.erased", "Lead Erased"),
                            ("conversation.created", "Conversation Created"),
                            ("conversation.closed", "Conversation Closed"),
                            ("conversation.reopened", "Conversation Reopened"),
                            ("conversation.moved", "Conversation Moved"),
                            ("message.added", "Message Added"),
                        ],
                        max_length=32,
                    ),
                ),
                ("lead_id", models.UUIDField(null=True)),
                ("conversation_id", models.UUIDField(null=True)),
                (
                    "changed",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=32), default=list, size=None
                    ),
                ),
                ("from_value", models.TextField(db_column="from", null=True)),
                ("to_value", models.TextField(db_column="to", null=True)),
                (
                    "count",
                    models.IntegerField(help_text="of the messages that were added", null=True),
                ),
                (
                    "actor_kind",
                    models.CharField(
                        choices=[
                            ("person", "Person"),
                            ("api_key", "API key"),
                            ("system", "System"),
                        ],
                        max_length=16,
                        null=True,
                    ),
                ),
                ("actor_name", models.CharField(max_length=200, null=True)),
                ("created_at", models.DateTimeField()),
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
                        condition=models.Q(("lead_id__isnull", False)),
                        fields=["organisation", "lead_id"],
                        name="organisations_change_of_lead",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "type__one_of",
                                [
                                    "lead.created",
                                    "lead.updated",
                                    "lead.status_changed",
                                    "lead.assigned",
                                    "lead.merged",
                                    "lead.unmerged",
                                    "lead.erased",
                                    "conversation.created",
                                    "conversation.closed",
                                    "conversation.reopened",
                                    "conversation.moved",
                                    "message.added",
                                ],
                            )
                        ),
                        name="organisations_change_type_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("actor_kind__one_of", ["person", "api_key", "system"])),
                        name="organisations_change_actor_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("position__gte", 1)),
                        name="organisations_change_position_from_one",
                    ),
                ],
            },
        ),
    ]
