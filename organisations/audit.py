"""Writing down what was done in the audit trail (models/audit_entry.py).

Whoever writes an entry writes it last: it takes the lock of its agency's chain, which the
transaction keeps to its end. A lock taken after it could be another writer's, who waits for the
chain.
"""

from uuid import UUID

from organisations.actors import Actor
from organisations.models import AuditAction, AuditEntry, AuditTarget, User


def record(
    organisation_id: UUID,
    action: AuditAction,
    *,
    by: Actor,
    target: AuditTarget,
    target_id: UUID | None = None,
    **details: str | int | bool | None,
) -> AuditEntry:
    """Write down what was done, within the caller's transaction: both stand, or neither.

    `details` hold ids as text, numbers and words of closed value sets; never what a person typed.
    """
    return AuditEntry.objects.create(
        organisation_id=organisation_id,
        action=action,
        actor_kind=by.kind,
        actor_id=by.id,
        address=by.address,
        target_kind=target,
        target_id=target_id,
        details=details,
    )


def record_about(
    person: User, action: AuditAction, *, by: Actor, **details: str | int | bool | None
) -> None:
    """Write down what the person did about themselves, or what was done to them."""
    record(
        person.organisation_id,
        action,
        by=by,
        target=AuditTarget.PERSON,
        target_id=person.pk,
        **details,
    )
