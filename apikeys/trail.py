"""What the audit trail says of keys."""

from apikeys.models import ApiKey
from organisations import audit
from organisations.actors import Actor
from organisations.models import AuditAction, AuditTarget


def record(
    key: ApiKey, action: AuditAction, *, by: Actor, **details: str | int | bool | None
) -> None:
    """Write down what was done to the key, within the caller's transaction."""
    audit.record(
        key.organisation_id,
        action,
        by=by,
        target=AuditTarget.API_KEY,
        target_id=key.pk,
        **details,
    )
