"""Revoking a key, which people know as deleting it. Its record stays, and its log for a while."""

from django.db import transaction
from django.db.models.functions import Now

from apikeys import trail
from apikeys.models import ApiKey
from organisations.actors import SYSTEM, Actor
from organisations.models import AuditAction


def revoke(key: ApiKey, *, by: Actor = SYSTEM) -> bool:
    """Revoke the key: the very next request with it, on every process, is refused.

    Returns whether this did it; a key that was revoked before stays as it was.
    """
    with transaction.atomic():
        done = ApiKey.objects.filter(pk=key.pk).unrevoked().update(revoked_at=Now())
        if done:
            trail.record(key, AuditAction.KEY_DELETED, by=by)
    key.refresh_from_db(fields=["revoked_at"])
    return bool(done)
