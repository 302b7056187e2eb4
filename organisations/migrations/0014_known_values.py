"""The closed sets of values, each as one constant: they cost writes less (foundation/database/one_of.py).

What stands was held to the same; it is looked through in the next migration, while others go on.
"""

from django.db import migrations
from django.db.models import Q

from foundation.frozen import exchange

KNOWN = [
    (
        "auditentry",
        "organisations_auditentry_actor_kind_known",
        Q(actor_kind__one_of=["person", "api_key", "system"]),
    ),
    (
        "auditentry",
        "organisations_auditentry_target_kind_known",
        Q(
            target_kind__one_of=[
                "organisation",
                "person",
                "invitation",
                "api_key",
                "lead",
                "leads",
                "audit",
            ]
        ),
    ),
    (
        "auditentry",
        "organisations_auditentry_action_known",
        Q(
            action__one_of=[
                "sign_in",
                "sign_in_failed",
                "sign_out",
                "sessions_ended",
                "password_changed",
                "password_reset_asked",
                "password_reset",
                "two_step_on",
                "two_step_off",
                "recovery_codes_made",
                "recovery_code_used",
                "person_invited",
                "invitation_resent",
                "invitation_withdrawn",
                "invitation_accepted",
                "person_added",
                "person_renamed",
                "role_changed",
                "person_deactivated",
                "person_reactivated",
                "organisation_renamed",
                "plan_changed",
                "organisation_closed",
                "organisation_reopened",
                "key_created",
                "key_renamed",
                "key_changed",
                "key_rolled",
                "key_deleted",
                "status_changed",
                "leads_changed",
                "leads_merged",
                "merge_undone",
                "leads_exported",
                "person_data_exported",
                "person_data_erased",
                "audit_exported",
            ]
        ),
    ),
    ("invitation", "organisations_invitation_role_known", Q(role__one_of=["admin", "agent"])),
    (
        "organisation",
        "organisations_organisation_plan_known",
        Q(plan__one_of=["starter", "growth", "scale"]),
    ),
    ("user", "organisations_user_theme_known", Q(theme__one_of=["system", "light", "dark"])),
    ("user", "organisations_user_role_known", Q(role__one_of=["admin", "agent"])),
]


class Migration(migrations.Migration):
    dependencies = [("organisations", "0013_account_reopened")]

    operations = exchange(KNOWN)
