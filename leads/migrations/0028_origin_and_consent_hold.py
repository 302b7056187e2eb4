"""What stands of origin and consent is as it has to be; it is looked through while others write."""

from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations

CHECKS = (
    "leads_lead_property_ref_said",
    "leads_lead_origin_url_said",
    "leads_lead_campaign_said",
    "leads_lead_marketing_consent_known",
)


class Migration(migrations.Migration):
    dependencies = [("leads", "0027_origin_and_consent")]

    operations = [ValidateConstraint(model_name="lead", name=name) for name in CHECKS]
