"""Telling anew: from a position on, one event, all that were given up; and a test."""

from datetime import datetime

from django.db import transaction
from django.db.models.functions import Now

from foundation.ids import uuid7
from organisations.actors import Actor
from organisations.models import AuditAction, Change, Feed, Organisation
from webhooks import trail
from webhooks.models import Delivery, Endpoint, Waiting


class NoLongerKept(Exception):
    """Some of what came after the position is dropped; `oldest` is the first that is left."""

    def __init__(self, oldest: int) -> None:
        super().__init__(oldest)
        self.oldest = oldest


class BeyondLatest(Exception):
    """The position was never given out; `latest` is the organisation's."""

    def __init__(self, latest: int) -> None:
        super().__init__(latest)
        self.latest = latest


@transaction.atomic
def replay(endpoint: Endpoint, after: int, *, by: Actor) -> None:
    """Have it told all over from behind that position; 0 is all that is kept.

    Raises NoLongerKept and BeyondLatest.
    """
    feed = Feed.objects.filter(organisation_id=endpoint.organisation_id).first()
    latest, dropped = (feed.position, feed.dropped) if feed else (0, 0)
    if after > latest:
        raise BeyondLatest(latest)
    if 0 < after < dropped:
        raise NoLongerKept(dropped + 1)
    Endpoint.objects.filter(pk=endpoint.pk).update(position=after)
    Waiting.objects.of(endpoint).given_up().filter(position__gt=after).delete()
    trail.record(endpoint, AuditAction.WEBHOOK_REPLAYED, by=by, after=after)


def position_before(organisation: Organisation, moment: datetime) -> int:
    """The position after which everything that happened since the moment stands."""
    changes = Change.objects.for_organisation(organisation)
    first = changes.filter(created_at__gte=moment).order_by("position").first()
    if first is not None:
        return int(first.position) - 1
    latest = Feed.objects.for_organisation(organisation).values_list("position", flat=True).first()
    return latest or 0


@transaction.atomic
def redeliver(delivery: Delivery) -> None:
    """Have the event of that try told once more, now, whatever became of it."""
    endpoint = Endpoint.objects.select_for_update(no_key=True).get(pk=delivery.endpoint_id)
    row = Waiting(
        organisation_id=endpoint.organisation_id,
        endpoint_id=endpoint.pk,
        position=delivery.position,
        event_id=delivery.event_id,
        line=delivery.lead_id or delivery.event_id,
        due_at=Now(),
    )
    Waiting.objects.bulk_create(
        [row],
        update_conflicts=True,
        unique_fields=["organisation", "endpoint", "position"],
        update_fields=["due_at", "given_up_at"],
    )
    _is_due(endpoint)


@transaction.atomic
def redeliver_failed(endpoint: Endpoint) -> int:
    """Have all that failed, and was not told since, told now; with how many events that begins."""
    Endpoint.objects.select_for_update(no_key=True).get(pk=endpoint.pk)
    waiting = Waiting.objects.of(endpoint)
    begun = waiting.given_up().update(given_up_at=None, tries=0, due_at=Now())
    begun += waiting.filter(due_at__gt=Now()).update(due_at=Now())
    if begun:
        _is_due(endpoint)
    return begun


@transaction.atomic
def send_test(endpoint: Endpoint) -> Waiting:
    """Have it sent an event of nothing, once; what comes back stands in the log."""
    event_id = uuid7()
    test = Waiting.objects.create(
        organisation_id=endpoint.organisation_id,
        endpoint_id=endpoint.pk,
        event_id=event_id,
        line=event_id,
        due_at=Now(),
    )
    _is_due(endpoint)
    test.refresh_from_db()
    return test


def tests_under_way(endpoint: Endpoint) -> int:
    """How many tests have not come back yet."""
    return Waiting.objects.of(endpoint).filter(position=None).count()


def _is_due(endpoint: Endpoint) -> None:
    """Its next turn is now, whatever it asked for."""
    Endpoint.objects.filter(pk=endpoint.pk).update(next_try_at=Now(), rests_until=None)
