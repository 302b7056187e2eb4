"""Rules that Django's models cannot say: keys over (organisation_id, ...) and the UPDATE trigger."""

from django.db import migrations

from foundation.database.columns import same_organisation_key, stamp_trigger

SHOWN = [
    "name", "email", "phone", "status", "score", "source", "summary", "intent", "budget_min",
    "budget_max", "bedrooms_min", "bedrooms_max", "area", "property_type", "timeline",
    "chain_status", "financing_status", "buyer_scheme", "stamp_duty_position",
    "viewing_requested", "created_at",
]  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("leads", "0001_initial")]

    operations = [
        migrations.RunSQL(*same_organisation_key("leads_lead", "merged_into_id", "leads_lead")),
        migrations.RunSQL(*same_organisation_key("leads_leadevent", "lead_id", "leads_lead")),
        migrations.RunSQL(*stamp_trigger("leads_lead", SHOWN)),
    ]
