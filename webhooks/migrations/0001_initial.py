"""Endpoints, what waits to be told to them, and the log of what was told."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

import foundation.frozen


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("organisations", "0041_webhooks_in_the_trail"),
    ]

    operations = [
        migrations.CreateModel(
            name="Endpoint",
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
                ("url", models.CharField(max_length=2000)),
                ("description", models.CharField(max_length=200, null=True)),
                (
                    "types",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=32),
                        help_text="or * alone, for all",
                        size=None,
                    ),
                ),
                (
                    "include",
                    models.CharField(
                        choices=[("lead", "The lead as it is"), ("none", "Nothing but the event")],
                        default="lead",
                        max_length=8,
                    ),
                ),
                ("enabled", models.BooleanField(default=True)),
                (
                    "off_because",
                    models.CharField(
                        choices=[
                            ("gone", "It answered 410: gone"),
                            ("failures", "Five days of nothing but failures"),
                        ],
                        max_length=16,
                        null=True,
                    ),
                ),
                ("encrypted_secret", models.TextField()),
                ("encrypted_former_secret", models.TextField(null=True)),
                ("former_until", models.DateTimeField(null=True)),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "updated_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        help_text="what an admin or a key set",
                    ),
                ),
                ("position", models.BigIntegerField()),
                (
                    "next_try_at",
                    models.DateTimeField(
                        help_text="of what waits, the first that is due", null=True
                    ),
                ),
                (
                    "rests_until",
                    models.DateTimeField(help_text="as its Retry-After asked", null=True),
                ),
                ("told_at", models.DateTimeField(help_text="its latest success", null=True)),
                (
                    "failing_since",
                    models.DateTimeField(help_text="the first failure since then", null=True),
                ),
                ("failures", models.PositiveIntegerField(default=0, help_text="in a row")),
                (
                    "warned_at",
                    models.DateTimeField(
                        help_text="when admins were told that it fails", null=True
                    ),
                ),
                (
                    "claim",
                    models.UUIDField(
                        help_text="the turn that tells it, or the latest that did", null=True
                    ),
                ),
                ("leased_until", models.DateTimeField(null=True)),
                (
                    "turn_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        help_text="the last turn: others come first",
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
            ],
        ),
        migrations.CreateModel(
            name="Delivery",
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
                ("event_id", models.UUIDField()),
                ("position", models.BigIntegerField(help_text="NULL: a test", null=True)),
                ("type", models.CharField(max_length=32)),
                ("lead_id", models.UUIDField(null=True)),
                (
                    "number",
                    models.PositiveSmallIntegerField(help_text="of the try; the first is 1"),
                ),
                ("created_at", models.DateTimeField(help_text="when it was sent")),
                ("milliseconds", models.PositiveIntegerField()),
                (
                    "status",
                    models.PositiveSmallIntegerField(
                        help_text="NULL: there was no answer", null=True
                    ),
                ),
                (
                    "fault",
                    models.CharField(
                        help_text="why there was none, in words", max_length=200, null=True
                    ),
                ),
                ("answer", models.TextField(help_text="the first KiB of it", null=True)),
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
                    "endpoint",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="deliveries",
                        to="webhooks.endpoint",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Waiting",
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
                    "position",
                    models.BigIntegerField(
                        help_text="NULL: a test, which the feed has not", null=True
                    ),
                ),
                ("event_id", models.UUIDField()),
                (
                    "line",
                    models.UUIDField(
                        help_text="whose events are told one after the other: a lead's id"
                    ),
                ),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                (
                    "due_at",
                    models.DateTimeField(
                        help_text="NULL: after another one of its line", null=True
                    ),
                ),
                ("failed_at", models.DateTimeField(help_text="its first failure", null=True)),
                (
                    "given_up_at",
                    models.DateTimeField(help_text="until somebody has it told again", null=True),
                ),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "endpoint",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="waiting",
                        to="webhooks.endpoint",
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
            ],
        ),
        migrations.AddIndex(
            model_name="endpoint",
            index=models.Index(
                condition=models.Q(("enabled", True)),
                fields=["organisation"],
                name="webhooks_endpoint_on",
            ),
        ),
        migrations.AddConstraint(
            model_name="endpoint",
            constraint=models.UniqueConstraint(
                fields=("organisation", "id"), name="webhooks_endpoint_org_and_id"
            ),
        ),
        migrations.AddConstraint(
            model_name="endpoint",
            constraint=models.CheckConstraint(
                condition=models.Q(("url", ""), _negated=True), name="webhooks_endpoint_url_said"
            ),
        ),
        migrations.AddConstraint(
            model_name="endpoint",
            constraint=models.CheckConstraint(
                condition=models.Q(("description", ""), _negated=True),
                name="webhooks_endpoint_description_said",
            ),
        ),
        migrations.AddConstraint(
            model_name="endpoint",
            constraint=models.CheckConstraint(
                condition=models.Q(("include__one_of", ["lead", "none"])),
                name="webhooks_endpoint_include_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="endpoint",
            constraint=models.CheckConstraint(
                condition=models.Q(("off_because__one_of", ["gone", "failures"])),
                name="webhooks_endpoint_off_because_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="endpoint",
            constraint=models.CheckConstraint(
                condition=models.Q(("encrypted_secret__startswith", "gAAAAA")),
                name="webhooks_endpoint_encrypted_secret_no_plain_text",
            ),
        ),
        migrations.AddConstraint(
            model_name="endpoint",
            constraint=models.CheckConstraint(
                condition=models.Q(("encrypted_former_secret__startswith", "gAAAAA")),
                name="webhooks_endpoint_encrypted_former_secret_no_plain_text",
            ),
        ),
        migrations.AddConstraint(
            model_name="endpoint",
            constraint=models.CheckConstraint(
                condition=models.Q(("types__len__gte", 1)), name="webhooks_endpoint_types_some"
            ),
        ),
        migrations.AddConstraint(
            model_name="endpoint",
            constraint=models.CheckConstraint(
                condition=models.Q(("position__gte", 0)),
                name="webhooks_endpoint_position_from_zero",
            ),
        ),
        migrations.AddConstraint(
            model_name="endpoint",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("encrypted_former_secret", None), ("former_until", None)),
                    models.Q(
                        ("encrypted_former_secret__isnull", False), ("former_until__isnull", False)
                    ),
                    _connector="OR",
                ),
                name="webhooks_endpoint_former_secret_ends",
            ),
        ),
        migrations.AddConstraint(
            model_name="endpoint",
            constraint=models.CheckConstraint(
                condition=models.Q(("enabled", False), ("off_because", None), _connector="OR"),
                name="webhooks_endpoint_on_without_reason",
            ),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                fields=["organisation", "endpoint", "-created_at", "-id"],
                name="webhooks_delivery_newest",
            ),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(
                    ("status", None), ("status__lt", 200), ("status__gte", 300), _connector="OR"
                ),
                fields=["organisation", "endpoint", "-created_at", "-id"],
                name="webhooks_delivery_failed",
            ),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("answer__isnull", False)),
                fields=["organisation", "lead_id"],
                name="webhooks_delivery_of_lead",
            ),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(fields=["created_at"], name="webhooks_delivery_times"),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.CheckConstraint(
                condition=models.Q(("fault", ""), _negated=True),
                name="webhooks_delivery_fault_said",
            ),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.CheckConstraint(
                condition=models.Q(("answer", ""), _negated=True),
                name="webhooks_delivery_answer_said",
            ),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("fault", None), ("status__isnull", False)),
                    models.Q(("answer", None), ("fault__isnull", False), ("status", None)),
                    _connector="OR",
                ),
                name="webhooks_delivery_answered_or_at_fault",
            ),
        ),
        migrations.AddIndex(
            model_name="waiting",
            index=models.Index(
                condition=models.Q(("due_at__isnull", False)),
                fields=["organisation", "endpoint", "due_at"],
                name="webhooks_waiting_due",
            ),
        ),
        migrations.AddIndex(
            model_name="waiting",
            index=models.Index(
                fields=["organisation", "endpoint", "line", "position"],
                name="webhooks_waiting_line",
            ),
        ),
        migrations.AddConstraint(
            model_name="waiting",
            constraint=models.UniqueConstraint(
                fields=("organisation", "endpoint", "position"), name="webhooks_waiting_once"
            ),
        ),
    ]
