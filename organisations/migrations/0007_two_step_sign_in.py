"""People's authenticator apps and recovery codes."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

import foundation.frozen
import organisations.frozen
from foundation.frozen import same_organisation_key


class Migration(migrations.Migration):
    dependencies = [("organisations", "0006_time_zone")]

    operations = [
        migrations.CreateModel(
            name="Authenticator",
            fields=[
                (
                    "name",
                    models.CharField(
                        help_text="The human-readable name of this device.", max_length=64
                    ),
                ),
                (
                    "confirmed",
                    models.BooleanField(default=True, help_text="Is this device ready for use?"),
                ),
                (
                    "throttling_failure_timestamp",
                    models.DateTimeField(
                        blank=True,
                        default=None,
                        help_text="A timestamp of the last failed verification attempt. Null if last attempt succeeded.",
                        null=True,
                    ),
                ),
                (
                    "throttling_failure_count",
                    models.PositiveIntegerField(
                        default=0, help_text="Number of successive failed attempts."
                    ),
                ),
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
                    "secret",
                    models.CharField(default=organisations.frozen.new_secret, max_length=40),
                ),
                (
                    "last_step",
                    models.BigIntegerField(
                        default=-1,
                        help_text="time step of the last code that was taken: none is taken twice",
                    ),
                ),
                (
                    "drift",
                    models.SmallIntegerField(default=0, help_text="time steps its clock is ahead"),
                ),
                (
                    "recovery_digests",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=64),
                        default=list,
                        help_text="of codes not used yet",
                        size=None,
                    ),
                ),
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
                    "user",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="authenticator",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={"abstract": False},
        ),
        migrations.RunSQL(
            *same_organisation_key("organisations_authenticator", "user_id", "organisations_user")
        ),
    ]
