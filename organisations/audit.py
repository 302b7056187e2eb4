"""Writing down what was done in the audit trail (models/audit_entry.py).

Whoever writes an entry writes it last: it takes the lock of its agency's chain, which the
transaction keeps to its end. A lock taken after it could be another writer's, who waits for the
chain.
"""

from collections.abc import Mapping
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
    names: Mapping[str, str] | None = None,
    **details: str | int | bool | None,
) -> AuditEntry:
    """Write down what was done, within the caller's transaction: both stand, or neither.

    `details` hold ids as text, numbers and words of closed value sets; never what a person typed.
    `names` say what is called how at this time: `target`, or a detail that is an id. Whoever did it
    is named without it. No word about a lead is among them: it would outlive the lead's erasure.
    """
    named_actor = {"actor": by.name} if by.id is not None else {}
    return AuditEntry.objects.create(
        organisation_id=organisation_id,
        action=action,
        actor_kind=by.kind,
        actor_id=by.id,
        address=by.address,
        target_kind=target,
        target_id=target_id,
        details=details,
        names={**named_actor, **(names or {})},
    )


def record_about(
    person: User,
    action: AuditAction,
    *,
    by: Actor,
    names: Mapping[str, str] | None = None,
    **details: str | int | bool | None,
) -> None:
    """Write down what the person did about themselves, or what was done to them.

    `names` is for names besides the person's own, or in its place.
    """
    record(
        person.organisation_id,
        action,
        by=by,
        target=AuditTarget.PERSON,
        target_id=person.pk,
        names={"target": person.name, **(names or {})},
        **details,
    )
