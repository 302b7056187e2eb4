"""Switching an endpoint off and on, and what admins are told when it fails for days."""

from datetime import datetime, timedelta

from django.db.models.functions import Now

from organisations.actors import SYSTEM
from organisations.models import AuditAction
from webhooks import letters, trail
from webhooks.models import Endpoint, OffBecause, Waiting

WARNED_AFTER = timedelta(days=1)  # of nothing but failures
OFF_AFTER = timedelta(days=5)


def judge_failures(endpoint: Endpoint, now: datetime) -> OffBecause | None:
    """Why it is to be off after its failures; before that its admins are warned, once.

    For within the transaction that then saves `warned_at`.
    """
    if endpoint.failing_since is None or not endpoint.enabled:
        return None
    fails_for = now - endpoint.failing_since
    if fails_for >= OFF_AFTER:
        return OffBecause.FAILURES
    if fails_for >= WARNED_AFTER and endpoint.warned_at is None:
        endpoint.warned_at = now
        letters.fails(endpoint)
    return None


def switch_off(endpoint: Endpoint, reason: OffBecause) -> None:
    """Stop telling it, and tell its admins why; it stays at its place. Within a transaction."""
    endpoint.enabled, endpoint.off_because = False, reason
    endpoint.save(update_fields=["enabled", "off_because"])
    letters.switched_off(endpoint)
    trail.record(endpoint, AuditAction.WEBHOOK_CHANGED, by=SYSTEM, enabled=False, why=reason.value)


def switch(endpoint: Endpoint, *, on: bool) -> None:
    """Switch it as somebody wants it, unsaved but for what waits: that is tried at once again."""
    if on and not endpoint.enabled:
        endpoint.off_because = endpoint.failing_since = endpoint.warned_at = None
        endpoint.rests_until, endpoint.failures = None, 0
        waiting = Waiting.objects.of(endpoint).open().filter(due_at__isnull=False)
        if waiting.update(due_at=Now()):
            endpoint.next_try_at = Now()
    endpoint.enabled = on
