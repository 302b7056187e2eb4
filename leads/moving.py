"""The one place where a lead's status moves (CONTRACT.md, section 1)."""

from django.db import transaction

from leads.models import EventKind, Lead, LeadEvent, actor_columns
from leads.models.choices import LeadStatus
from organisations.actors import Actor, ActorKind
from organisations.audit import record
from organisations.models import AuditAction, AuditTarget


def change_status(lead: Lead, status: LeadStatus, *, by: Actor) -> LeadEvent | None:
    """Set it and return the event; None, and no event, if unchanged. The row must be locked.

    What a person or an API key did stands in the audit trail too; scoring does not.
    """
    event = take_status(lead, status, by=by)
    if event is None:
        return None
    # Whoever locked the row is in a transaction: a savepoint would cost two statements more.
    with transaction.atomic(savepoint=False):
        event.save(force_insert=True)
        lead.save(update_fields=["status", "moved_on"])
        lead.refresh_from_db(fields=["updated_at"])  # the trigger's
        if by.kind != ActorKind.SYSTEM:
            record(
                lead.organisation_id,
                AuditAction.STATUS_CHANGED,
                by=by,
                target=AuditTarget.LEAD,
                target_id=lead.id,
                **{"from": str(event.from_value), "to": str(event.to_value)},
            )
    return event


def take_status(lead: Lead, status: str, *, by: Actor) -> LeadEvent | None:
    """Set it on the object and return the event; neither is saved. None if unchanged.

    A person or an API client thereby moves the lead on, back to new included: the system then
    leaves its status alone until the next message clears `moved_on`. Saying again what stands
    changes nothing, `moved_on` included.
    """
    if status == lead.status:
        return None
    event = LeadEvent(
        organisation_id=lead.organisation_id,
        lead=lead,
        kind=EventKind.STATUS,
        from_value=str(lead.status),
        to_value=str(status),
        **actor_columns(by),
    )
    lead.status = str(status)
    lead.moved_on = by.kind != ActorKind.SYSTEM
    return event
