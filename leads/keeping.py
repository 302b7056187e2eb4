"""Marking a lead to be kept, however long the agency keeps leads."""

from leads.models import Lead
from organisations.actors import Actor
from organisations.audit import record
from organisations.models import AuditAction, AuditTarget


def set_kept(lead: Lead, is_kept: bool, *, by: Actor) -> bool:
    """Mark it, or take the mark off; False, and nothing recorded, where it stood so.

    The row must be locked.
    """
    if lead.is_kept == is_kept:
        return False
    lead.is_kept = is_kept
    lead.save(update_fields=["is_kept"])
    action = AuditAction.LEAD_KEPT if is_kept else AuditAction.LEAD_NOT_KEPT
    record(lead.organisation_id, action, by=by, target=AuditTarget.LEAD, target_id=lead.id)
    return True
