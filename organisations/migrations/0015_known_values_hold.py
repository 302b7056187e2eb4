"""The values that stood are of the closed sets, as they were; it is looked up once more."""

from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations

KNOWN = [
    ("auditentry", "organisations_auditentry_actor_kind_known"),
    ("auditentry", "organisations_auditentry_target_kind_known"),
    ("auditentry", "organisations_auditentry_action_known"),
    ("invitation", "organisations_invitation_role_known"),
    ("organisation", "organisations_organisation_plan_known"),
    ("user", "organisations_user_theme_known"),
    ("user", "organisations_user_role_known"),
]


class Migration(migrations.Migration):
    dependencies = [("organisations", "0014_known_values")]

    operations = [ValidateConstraint(model_name=model, name=name) for model, name in KNOWN]
