"""What the audit trail says of webhooks: which one by its host, never its whole address, which may
hold a password of the receiver's."""

from urllib.parse import urlsplit

from organisations import audit
from organisations.actors import Actor
from organisations.models import AuditAction, AuditTarget
from webhooks.models import Endpoint


def host_of(url: str) -> str:
    """`crm.example.co.uk`, with its port if it names one."""
    return urlsplit(url).netloc


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
        names={"target": host_of(endpoint.url)},
        **details,
    )
