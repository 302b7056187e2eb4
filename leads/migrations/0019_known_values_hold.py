"""The values that stood are of the closed sets, as they were; it is looked up once more."""

from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations

KNOWN = [
    ("lead", "leads_lead_status_known"),
    ("lead", "leads_lead_source_known"),
    ("lead", "leads_lead_intent_known"),
    ("lead", "leads_lead_property_type_known"),
    ("lead", "leads_lead_timeline_known"),
    ("lead", "leads_lead_chain_status_known"),
    ("lead", "leads_lead_financing_status_known"),
    ("lead", "leads_lead_buyer_scheme_known"),
    ("lead", "leads_lead_stamp_duty_position_known"),
    ("lead", "leads_lead_waiting_not_contacted"),
    ("leadevent", "leads_leadevent_kind_known"),
    ("leadevent", "leads_leadevent_actor_kind_known"),
]


class Migration(migrations.Migration):
    dependencies = [("leads", "0018_known_values")]

    operations = [ValidateConstraint(model_name=model, name=name) for model, name in KNOWN]
