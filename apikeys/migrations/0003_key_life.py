"""Where keys may be used from, what they are used for, what took their place, what was told of it."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

import apikeys.frozen
import foundation.frozen


class Migration(migrations.Migration):
    dependencies = [
        ("apikeys", "0002_creator_of_same_organisation"),
        ("organisations", "0004_audit_trail_append_only"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Call",
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
                ("created_at", models.DateTimeField(help_text="when the key was looked up")),
                ("method", models.CharField(max_length=8)),
                ("route", models.CharField(help_text="/api/v1/leads/{lead_id}", max_length=200)),
                ("status", models.PositiveSmallIntegerField()),
                (
                    "microseconds",
                    models.PositiveIntegerField(help_text="until the answer was ready"),
                ),
                ("address", models.GenericIPAddressField(null=True)),
                ("request_id", models.CharField(max_length=128)),
            ],
        ),
        migrations.CreateModel(
            name="DailyCalls",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField()),
                ("calls", models.PositiveIntegerField(default=0)),
                (
                    "refused",
                    models.PositiveIntegerField(default=0, help_text="answered with 400 or more"),
                ),
                (
                    "over_limit",
                    models.PositiveIntegerField(default=0, help_text="answered with 429"),
                ),
            ],
        ),
        migrations.CreateModel(
            name="KeyReminder",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "reminder",
                    models.CharField(
                        choices=[("week", "Seven days before"), ("day", "One day before")],
                        max_length=8,
                    ),
                ),
                (
                    "sent_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
            ],
        ),
        migrations.AddField(
            model_name="apikey",
            name="allowed_networks",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=apikeys.frozen.CidrField(),
                default=list,
                help_text="where it may be used from",
                size=None,
            ),
        ),
        migrations.AddField(
            model_name="apikey",
            name="last_used_from",
            field=models.GenericIPAddressField(null=True),
        ),
        migrations.AddField(
            model_name="apikey",
            name="replaced_by",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="apikeys.apikey",
            ),
        ),
        migrations.AddConstraint(
            model_name="apikey",
            constraint=models.UniqueConstraint(
                fields=("organisation", "id"), name="apikeys_apikey_org_and_id"
            ),
        ),
        migrations.AddConstraint(
            model_name="apikey",
            constraint=models.CheckConstraint(
                condition=models.Q(("allowed_networks__len__lte", 20)),
                name="apikeys_apikey_networks_few",
            ),
        ),
        migrations.AddField(
            model_name="call",
            name="api_key",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="calls",
                to="apikeys.apikey",
            ),
        ),
        migrations.AddField(
            model_name="call",
            name="organisation",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="organisations.organisation",
            ),
        ),
        migrations.AddField(
            model_name="dailycalls",
            name="api_key",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="daily_calls",
                to="apikeys.apikey",
            ),
        ),
        migrations.AddField(
            model_name="dailycalls",
            name="organisation",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="organisations.organisation",
            ),
        ),
        migrations.AddField(
            model_name="keyreminder",
            name="api_key",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="reminders",
                to="apikeys.apikey",
            ),
        ),
        migrations.AddField(
            model_name="keyreminder",
            name="organisation",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="organisations.organisation",
            ),
        ),
        migrations.AddIndex(
            model_name="call",
            index=models.Index(
                fields=["organisation", "api_key", "-created_at", "-id"],
                name="apikeys_call_newest_of_key",
            ),
        ),
        migrations.AddConstraint(
            model_name="call",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__range", (100, 599))), name="apikeys_call_status_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="dailycalls",
            constraint=models.UniqueConstraint(
                fields=("organisation", "day", "api_key"), name="apikeys_dailycalls_once_a_day"
            ),
        ),
        migrations.AddConstraint(
            model_name="dailycalls",
            constraint=models.CheckConstraint(
                condition=models.Q(("refused__lte", models.F("calls"))),
                name="apikeys_dailycalls_refused_are_calls",
            ),
        ),
        migrations.AddConstraint(
            model_name="dailycalls",
            constraint=models.CheckConstraint(
                condition=models.Q(("over_limit__lte", models.F("refused"))),
                name="apikeys_dailycalls_limited_are_refused",
            ),
        ),
        migrations.AddConstraint(
            model_name="keyreminder",
            constraint=models.UniqueConstraint(
                fields=("organisation", "api_key", "reminder"), name="apikeys_keyreminder_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="keyreminder",
            constraint=models.CheckConstraint(
                condition=models.Q(("reminder__in", ["week", "day"])),
                name="apikeys_keyreminder_known",
            ),
        ),
    ]
