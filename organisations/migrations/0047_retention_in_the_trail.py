"""What is done about how long leads are kept, and files that are brought in, in the audit trail. Its rows are checked while entries are being
written."""

from django.contrib.postgres.operations import AddConstraintNotValid, ValidateConstraint
from django.db import migrations, models
from django.db.models import Q

_KNOWN = "organisations_auditentry_action_known"
_ACTIONS = [
    ("sign_in", "Signed in"),
    ("sign_in_failed", "Sign-in failed"),
    ("sign_in_refused", "Sign-in refused"),
    ("sign_out", "Signed out"),
    ("sessions_ended", "Signed out everywhere"),
    ("password_changed", "Password changed"),
    ("password_reset_asked", "Password reset asked for"),
    ("password_reset", "Password reset"),
    ("two_step_on", "Two-step sign-in turned on"),
    ("two_step_off", "Two-step sign-in turned off"),
    ("authenticator_added", "Authenticator app added"),
    ("authenticator_removed", "Authenticator app removed"),
    ("passkey_added", "Passkey added"),
    ("passkey_removed", "Passkey removed"),
    ("recovery_codes_made", "Recovery codes made"),
    ("recovery_code_used", "Recovery code used"),
    ("devices_forgotten", "Known devices forgotten"),
    ("person_invited", "Person invited"),
    ("invitation_resent", "Invitation sent again"),
    ("invitation_withdrawn", "Invitation withdrawn"),
    ("invitation_accepted", "Invitation accepted"),
    ("person_added", "Person added"),
    ("person_renamed", "Person renamed"),
    ("role_changed", "Role changed"),
    ("person_deactivated", "Person deactivated"),
    ("person_reactivated", "Person reactivated"),
    ("organisation_renamed", "Organisation renamed"),
    ("plan_changed", "Plan changed"),
    ("two_step_rule_changed", "Two-step rule changed"),
    ("opening_hours_changed", "Opening hours changed"),
    ("special_day_set", "Special day set"),
    ("special_day_forgotten", "Special day forgotten"),
    ("retention_changed", "Retention changed"),
    ("scoring_changed", "Score weights changed"),
    ("scoring_put_back", "Score weights put back"),
    ("organisation_closed", "Account closed"),
    ("organisation_reopened", "Account opened again"),
    ("key_created", "API key created"),
    ("key_renamed", "API key renamed"),
    ("key_changed", "API key changed"),
    ("key_rolled", "API key rolled"),
    ("key_deleted", "API key deleted"),
    ("webhook_created", "Webhook created"),
    ("webhook_changed", "Webhook changed"),
    ("webhook_secret_rolled", "Webhook secret rolled"),
    ("webhook_replayed", "Webhook replayed"),
    ("webhook_deleted", "Webhook deleted"),
    ("intake_created", "Intake address made"),
    ("intake_changed", "Intake address changed"),
    ("intake_rolled", "Intake address rolled"),
    ("held_back_let_in", "Held back enquiry let in"),
    ("held_back_dropped", "Held back enquiry dropped"),
    ("status_changed", "Lead moved"),
    ("leads_changed", "Many leads changed"),
    ("leads_merged", "Leads merged"),
    ("merge_undone", "Merge undone"),
    ("conversation_given", "Conversation given to another lead"),
    ("conversation_taken_back", "Conversation taken back"),
    ("lead_kept", "Lead marked to be kept"),
    ("lead_not_kept", "Lead no longer marked to be kept"),
    ("csv_imported", "CSV file brought in"),
    ("csv_undone", "CSV file taken back"),
    ("leads_exported", "Leads exported"),
    ("person_data_exported", "A person's data exported"),
    ("person_data_erased", "A person's data erased"),
    ("transcript_downloaded", "Transcript downloaded"),
    ("transcript_printed", "Transcript printed"),
    ("audit_exported", "Audit trail exported"),
]


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("organisations", "0046_intake_in_the_trail")]

    operations = [
        migrations.AlterField(
            "auditentry", "action", models.CharField(choices=_ACTIONS, max_length=32)
        ),
        migrations.RemoveConstraint("auditentry", _KNOWN),
        AddConstraintNotValid(
            "auditentry",
            models.CheckConstraint(
                name=_KNOWN, condition=Q(action__one_of=[value for value, _ in _ACTIONS])
            ),
        ),
        ValidateConstraint("auditentry", _KNOWN),
    ]
