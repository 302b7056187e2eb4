"""Finding people again by their keys, in place of the texts that the keys are made from.

The indexes are built while leads are read and written. The statistics of the lower-cased e-mail go
with its index: of a key, which is a column, PostgreSQL keeps statistics by itself.
"""

from django.contrib.postgres.operations import (
    AddIndexConcurrently,
    RemoveIndexConcurrently,
    ValidateConstraint,
)
from django.db import migrations, models
from django.db.models import Q

RULES = (
    "leads_lead_email_key_said",
    "leads_lead_phone_key_said",
    "leads_lead_email_key_of_email",
    "leads_lead_phone_key_of_phone",
)


def by(key):
    index = models.Index(
        name=f"leads_lead_by_{key}",
        fields=["organisation", key, "created_at"],
        condition=Q(**{f"{key}__isnull": False}),
    )
    return AddIndexConcurrently("lead", index)


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("leads", "0023_fill_contact_keys")]

    operations = [
        *(ValidateConstraint(model_name="lead", name=name) for name in RULES),
        by("email_key"),
        by("phone_key"),
        RemoveIndexConcurrently("lead", "leads_lead_by_email"),
        RemoveIndexConcurrently("lead", "leads_lead_by_phone"),
        migrations.RunSQL(
            "DROP STATISTICS leads_lead_email_key; ANALYZE leads_lead",
            "CREATE STATISTICS leads_lead_email_key ON (lower(email)) FROM leads_lead",
        ),
    ]
