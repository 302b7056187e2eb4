"""Assignee, follow-up, search column, saved views and tallies of the lead list."""

import django.contrib.postgres.search
import django.db.models.deletion
import django.db.models.functions.datetime
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models

import foundation.frozen


class Migration(migrations.Migration):
    dependencies = [
        ("leads", "0002_same_organisation_and_stamp"),
        ("organisations", "0002_theme_and_shortcuts"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="LeadTally",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("new", "New"),
                            ("hot", "Hot"),
                            ("warm", "Warm"),
                            ("cold", "Cold"),
                            ("contacted", "Contacted"),
                            ("qualified", "Qualified"),
                            ("converted", "Converted"),
                            ("lost", "Lost"),
                            ("rejected", "Rejected"),
                            ("archived", "Archived"),
                        ],
                        max_length=16,
                    ),
                ),
                ("leads", models.BigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="SavedView",
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
                ("name", models.CharField(max_length=80)),
                (
                    "query",
                    models.CharField(
                        help_text="the address's query, without paging", max_length=2000
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
            ],
        ),
        migrations.AddField(
            model_name="lead",
            name="assignee",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="leads",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="lead",
            name="follow_up_on",
            field=models.DateField(help_text="a day of the agency's, Europe/London", null=True),
        ),
        migrations.AddField(
            model_name="lead",
            name="search",
            field=django.contrib.postgres.search.SearchVectorField(
                db_default="", default="", editable=False
            ),
        ),
        migrations.AddField(
            model_name="leadtally",
            name="organisation",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="organisations.organisation",
            ),
        ),
        migrations.AddField(
            model_name="savedview",
            name="organisation",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="organisations.organisation",
            ),
        ),
        migrations.AddField(
            model_name="savedview",
            name="person",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="saved_views",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddIndex(
            model_name="leadtally",
            index=models.Index(
                fields=["organisation", "status"],
                include=("leads",),
                name="leads_leadtally_by_status",
            ),
        ),
        migrations.AddConstraint(
            model_name="savedview",
            constraint=models.UniqueConstraint(
                models.F("organisation"),
                models.F("person"),
                django.db.models.functions.text.Lower("name"),
                name="leads_savedview_name_unique",
            ),
        ),
        migrations.AddConstraint(
            model_name="savedview",
            constraint=models.CheckConstraint(
                condition=models.Q(("name", ""), _negated=True), name="leads_savedview_name_said"
            ),
        ),
    ]
