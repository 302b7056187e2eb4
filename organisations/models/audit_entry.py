"""The audit trail's rows: who did what, when, from where, to what.

It is append-only: the database refuses UPDATE, DELETE and TRUNCATE, and chains each entry to the
one before it (organisations/audit_chain.py). A row holds ids, actions, the words of closed value
sets, and what the agency's own people and keys were called then; never a lead's name, contact or
words, and no foreign key. So erasing the person behind a lead leaves it as it is.
"""

from collections.abc import Mapping
from typing import Any, Self

from django.db import models
from django.db.models import Func, Q
from django.db.models.functions import Now

from foundation.database.constraints import known
from foundation.ids import uuid7
from organisations.actors import ActorKind
from organisations.models.tenant import TenantQuerySet


class AuditAction(models.TextChoices):
    """What can be done that an admin may have to account for."""

    SIGN_IN = "sign_in", "Signed in"
    SIGN_IN_FAILED = "sign_in_failed", "Sign-in failed"
    SIGN_IN_REFUSED = "sign_in_refused", "Sign-in refused"
    SIGN_OUT = "sign_out", "Signed out"
    SESSIONS_ENDED = "sessions_ended", "Signed out everywhere"
    PASSWORD_CHANGED = "password_changed", "Password changed"
    PASSWORD_RESET_ASKED = "password_reset_asked", "Password reset asked for"
    PASSWORD_RESET = "password_reset", "Password reset"
    TWO_STEP_ON = "two_step_on", "Two-step sign-in turned on"
    TWO_STEP_OFF = "two_step_off", "Two-step sign-in turned off"
    AUTHENTICATOR_ADDED = "authenticator_added", "Authenticator app added"
    AUTHENTICATOR_REMOVED = "authenticator_removed", "Authenticator app removed"
    PASSKEY_ADDED = "passkey_added", "Passkey added"
    PASSKEY_REMOVED = "passkey_removed", "Passkey removed"
    RECOVERY_CODES_MADE = "recovery_codes_made", "Recovery codes made"
    RECOVERY_CODE_USED = "recovery_code_used", "Recovery code used"
    DEVICES_FORGOTTEN = "devices_forgotten", "Known devices forgotten"
    PERSON_INVITED = "person_invited", "Person invited"
    INVITATION_RESENT = "invitation_resent", "Invitation sent again"
    INVITATION_WITHDRAWN = "invitation_withdrawn", "Invitation withdrawn"
    INVITATION_ACCEPTED = "invitation_accepted", "Invitation accepted"
    PERSON_ADDED = "person_added", "Person added"
    PERSON_RENAMED = "person_renamed", "Person renamed"
    ROLE_CHANGED = "role_changed", "Role changed"
    PERSON_DEACTIVATED = "person_deactivated", "Person deactivated"
    PERSON_REACTIVATED = "person_reactivated", "Person reactivated"
    ORGANISATION_RENAMED = "organisation_renamed", "Organisation renamed"
    PLAN_CHANGED = "plan_changed", "Plan changed"
    TWO_STEP_RULE_CHANGED = "two_step_rule_changed", "Two-step rule changed"
    OPENING_HOURS_CHANGED = "opening_hours_changed", "Opening hours changed"
    SPECIAL_DAY_SET = "special_day_set", "Special day set"
    SPECIAL_DAY_FORGOTTEN = "special_day_forgotten", "Special day forgotten"
    RETENTION_CHANGED = "retention_changed", "Retention changed"
    SCORING_CHANGED = "scoring_changed", "Score weights changed"
    SCORING_PUT_BACK = "scoring_put_back", "Score weights put back"
    ORGANISATION_CLOSED = "organisation_closed", "Account closed"
    ORGANISATION_REOPENED = "organisation_reopened", "Account opened again"
    KEY_CREATED = "key_created", "API key created"
    KEY_RENAMED = "key_renamed", "API key renamed"
    KEY_CHANGED = "key_changed", "API key changed"
    KEY_ROLLED = "key_rolled", "API key rolled"
    KEY_DELETED = "key_deleted", "API key deleted"
    WEBHOOK_CREATED = "webhook_created", "Webhook created"
    WEBHOOK_CHANGED = "webhook_changed", "Webhook changed"
    WEBHOOK_SECRET_ROLLED = "webhook_secret_rolled", "Webhook secret rolled"
    WEBHOOK_REPLAYED = "webhook_replayed", "Webhook replayed"
    WEBHOOK_DELETED = "webhook_deleted", "Webhook deleted"
    INTAKE_CREATED = "intake_created", "Intake address made"
    INTAKE_CHANGED = "intake_changed", "Intake address changed"
    INTAKE_ROLLED = "intake_rolled", "Intake address rolled"
    HELD_BACK_LET_IN = "held_back_let_in", "Held back enquiry let in"
    HELD_BACK_DROPPED = "held_back_dropped", "Held back enquiry dropped"
    STATUS_CHANGED = "status_changed", "Lead moved"
    LEADS_CHANGED = "leads_changed", "Many leads changed"
    LEADS_MERGED = "leads_merged", "Leads merged"
    MERGE_UNDONE = "merge_undone", "Merge undone"
    CONVERSATION_GIVEN = "conversation_given", "Conversation given to another lead"
    CONVERSATION_TAKEN_BACK = "conversation_taken_back", "Conversation taken back"
    LEAD_KEPT = "lead_kept", "Lead marked to be kept"
    LEAD_NOT_KEPT = "lead_not_kept", "Lead no longer marked to be kept"
    CSV_IMPORTED = "csv_imported", "CSV file brought in"
    CSV_UNDONE = "csv_undone", "CSV file taken back"
    LEADS_EXPORTED = "leads_exported", "Leads exported"
    PERSON_DATA_EXPORTED = "person_data_exported", "A person's data exported"
    PERSON_DATA_ERASED = "person_data_erased", "A person's data erased"
    TRANSCRIPT_DOWNLOADED = "transcript_downloaded", "Transcript downloaded"
    TRANSCRIPT_PRINTED = "transcript_printed", "Transcript printed"
    AUDIT_EXPORTED = "audit_exported", "Audit trail exported"


class AuditTarget(models.TextChoices):
    """What a thing was done to."""

    ORGANISATION = "organisation", "Organisation"
    PERSON = "person", "Person"
    INVITATION = "invitation", "Invitation"
    API_KEY = "api_key", "API key"
    WEBHOOK = "webhook", "Webhook"
    INTAKE = "intake", "Intake address"
    LEAD = "lead", "Lead"
    LEADS = "leads", "Leads"
    AUDIT = "audit", "Audit trail"


class AuditEntryQuerySet(TenantQuerySet["AuditEntry"]):
    """Every way in which entries are chosen."""

    def as_said(self) -> Self:
        """With `said`, the text that an entry's hash is over: a line for each of HASHED."""
        return self.annotate(said=_Said())


class _Said(Func):
    """The database's own writing of a row, which its trigger hashes (organisations/triggers.py)."""

    template = "organisations_auditentry_said(organisations_auditentry)"
    output_field = models.TextField()


class AuditEntry(models.Model):
    """One thing that was done. Written once, by `record()`."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organisation_id = models.UUIDField()
    action = models.CharField(max_length=32, choices=AuditAction.choices)
    actor_kind = models.CharField(max_length=16, choices=ActorKind.choices)
    actor_id = models.UUIDField(null=True, help_text="a person's or an API key's")
    address = models.GenericIPAddressField(null=True, unpack_ipv4=True)
    target_kind = models.CharField(max_length=16, choices=AuditTarget.choices)
    target_id = models.UUIDField(null=True)
    details: Any = models.JSONField(default=dict, help_text="ids, numbers, words of value sets")
    names: Any = models.JSONField(
        null=True, help_text="what was called how; NULL: written before names were kept"
    )
    # These three are the database's: whatever a statement says of them, its trigger says otherwise.
    created_at = models.DateTimeField(db_default=Now())
    position = models.BigIntegerField(db_default=0, help_text="from 1, within the organisation")
    hash = models.BinaryField(db_default=b"", help_text="SHA-256 over it and the one before it")

    objects = AuditEntryQuerySet.as_manager()

    class Meta:
        constraints = [
            known("organisations_auditentry", "actor_kind", ActorKind),
            known("organisations_auditentry", "target_kind", AuditTarget),
            known("organisations_auditentry", "action", AuditAction),
            models.CheckConstraint(
                name="organisations_auditentry_names_no_lead",
                condition=~Q(target_kind__one_of=[AuditTarget.LEAD, AuditTarget.LEADS])
                | ~Q(names__has_key="target"),
            ),
            models.UniqueConstraint(
                name="organisations_audit_position", fields=["organisation_id", "position"]
            ),
            models.CheckConstraint(
                name="organisations_auditentry_chained", condition=Q(position__gte=1)
            ),
        ]
        indexes = [
            # The Audit tab, and its CSV.
            models.Index(
                name="organisations_audit_newest", fields=["organisation_id", "-created_at", "-id"]
            ),
            # The same, narrowed to an action, and to a doer.
            models.Index(
                name="organisations_audit_action",
                fields=["organisation_id", "action", "-created_at", "-id"],
            ),
            models.Index(
                name="organisations_audit_actor",
                fields=["organisation_id", "actor_id", "-created_at", "-id"],
            ),
            # What nobody signed in did: PostgreSQL takes no order from an index behind a NULL.
            models.Index(
                name="organisations_audit_nobody",
                fields=["organisation_id", "-created_at", "-id"],
                condition=Q(actor_id__isnull=True),
            ),
            # What was done to one lead, person or key, or by one change of many leads.
            models.Index(
                name="organisations_audit_target",
                fields=["organisation_id", "target_id", "-created_at", "-id"],
                condition=Q(target_id__isnull=False),
            ),
            # What was done from one address.
            models.Index(
                name="organisations_audit_address",
                fields=["organisation_id", "address", "-created_at", "-id"],
                condition=Q(address__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.action} by {self.actor_kind} {self.actor_id}"

    @property
    def names_of_then(self) -> Mapping[str, str]:
        """`actor`, `target` and details that are ids, each with its name of that time; and other
        names that the entry is about, such as `new_name`."""
        return self.names or {}


class AuditHead(models.Model):
    """Where an organisation's chain ends. The database alone writes it, with each entry.

    It says which entry is the last: that one could otherwise be removed and nobody would see.
    """

    organisation_id = models.UUIDField(primary_key=True)
    position = models.BigIntegerField(help_text="of the last entry")
    hash = models.BinaryField(help_text="of the last entry")
    written_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.organisation_id}: {self.position}"
