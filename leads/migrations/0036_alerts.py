"""What people are to be told of leads, each thing once."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q
from django.db.models.functions import Now

from foundation.frozen import same_organisation_key

KINDS = {
    "hot": "A new hot lead",
    "assigned": "A lead that was given to them",
    "untaken": "A hot lead that nobody took",
}
# As same_organisation_key() has it; and an erased lead takes what was to be told of it along.
LEAD_OF_SAME_ORGANISATION = """
    ALTER TABLE leads_alert ADD CONSTRAINT leads_alert_lead_same_organisation
        FOREIGN KEY (organisation_id, lead_id) REFERENCES leads_lead (organisation_id, id)
        ON DELETE CASCADE;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("leads", "0035_open_hours_until_contact_hold"),
        ("organisations", "0045_alert_choices"),
    ]

    operations = [
        migrations.CreateModel(
            name="Alert",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(choices=list(KINDS.items()), max_length=16)),
                ("noted_at", models.DateTimeField(db_default=Now())),
                ("due_at", models.DateTimeField()),
                (
                    "done_at",
                    models.DateTimeField(
                        null=True,
                        help_text=(
                            "when its letter was written, or there was no use for one any more"
                        ),
                    ),
                ),
                (
                    "lead",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="alerts",
                        to="leads.lead",
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
                (
                    "person",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        help_text="NULL: whoever is an admin by then",
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        name="leads_alert_once",
                        fields=["lead", "person", "kind"],
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(
                        name="leads_alert_kind_known", condition=Q(kind__one_of=list(KINDS))
                    ),
                    models.CheckConstraint(
                        name="leads_alert_untaken_to_admins",
                        condition=Q(kind="untaken", person__isnull=True)
                        | ~Q(kind="untaken") & Q(person__isnull=False),
                    ),
                ],
                "indexes": [
                    models.Index(
                        name="leads_alert_waiting",
                        fields=["organisation", "due_at"],
                        condition=Q(done_at=None),
                    ),
                ],
            },
        ),
        migrations.RunSQL(
            LEAD_OF_SAME_ORGANISATION,
            "ALTER TABLE leads_alert DROP CONSTRAINT leads_alert_lead_same_organisation;",
        ),
        migrations.RunSQL(*same_organisation_key("leads_alert", "person_id", "organisations_user")),
    ]
