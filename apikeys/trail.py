"""What the audit trail says of keys."""

from collections.abc import Mapping

from apikeys.models import ApiKey
from organisations import audit
from organisations.actors import Actor
from organisations.models import AuditAction, AuditTarget


def record(
    key: ApiKey,
    action: AuditAction,
    *,
    by: Actor,
    names: Mapping[str, str] | None = None,
    **details: str | int | bool | None,
) -> None:
    """Write down what was done to the key, within the caller's transaction.

    `names` is for names besides its own and the visible beginning of its text, or in their place.
    """
    audit.record(
        key.organisation_id,
        action,
        by=by,
        target=AuditTarget.API_KEY,
        target_id=key.pk,
        names={"target": key.name, "prefix": key.prefix, **(names or {})},
        **details,
    )
