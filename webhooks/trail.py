"""What the audit trail says of webhooks: which one by its host, never its whole address, which may
hold a password of the receiver's."""

from organisations import audit
from organisations.actors import Actor
from organisations.models import AuditAction, AuditTarget
from webhooks.models import Endpoint


def record(
    endpoint: Endpoint, action: AuditAction, *, by: Actor, **details: str | int | bool | None
) -> None:
    """Write down what was done to the endpoint, within the caller's transaction."""
    audit.record(
        endpoint.organisation_id,
        action,
        by=by,
        target=AuditTarget.WEBHOOK,
        target_id=endpoint.pk,
        names={"target": endpoint.host},
        **details,
    )
