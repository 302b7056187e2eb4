"""The worker's part: which endpoint is told next, and the claim on it."""

import threading
from collections.abc import Iterator, Set
from contextlib import contextmanager
from datetime import timedelta
from typing import LiteralString
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, transaction
from django.db.models.functions import Now

from foundation.database.leases import Leases
from foundation.ids import uuid7
from webhooks.models import Endpoint, Waiting
from webhooks.models.endpoint import DOWN_AFTER, TOLD_PLANS, EndpointQuerySet
from webhooks.turn import Turn

# Shorter than others': receivers wait for whoever was killed, and a claim that was lost while its
# worker lives does little harm. Its next write finds it lost; some events are told twice till then.
LEASE = timedelta(seconds=8)
MOST_DOWN = 2  # endpoints that are down and under way at once: they may hang, and others must not


def due() -> EndpointQuerySet:
    """The endpoints that `do_one` would tell something."""
    return Endpoint.objects.due()


def do_one() -> bool:
    """Tell one endpoint what it has not been told; False where none is due.

    Of several at once, in however many processes, each has another endpoint.
    """
    with _room_for_one_that_is_down() as has_room:
        endpoint = _claim(with_down=has_room)
        if endpoint is None:
            return False
        if endpoint.is_down:
            _tell(endpoint)
            return True
    _tell(endpoint)  # it needs no such room
    return True


def _tell(endpoint: Endpoint) -> None:
    with leases.holding(endpoint.claim):
        Turn(endpoint).run()


def draw_in() -> None:
    """Undo what was dated while the clock was ahead: a claim that nobody renews is free within a
    lease, what failed is tried at once, and nobody's turn comes after all others'."""
    every = Endpoint.objects
    every.filter(leased_until__gt=Now() + LEASE).update(leased_until=Now() + LEASE)
    every.filter(turn_at__gt=Now()).update(turn_at=Now())
    every.filter(failing_since__gt=Now()).update(rests_until=None, failing_since=Now())
    with transaction.atomic():
        failed = Waiting.objects.open().filter(failed_at__gt=Now(), due_at__isnull=False)
        every.filter(pk__in=failed.values("endpoint_id")).update(next_try_at=Now())
        failed.update(due_at=Now(), failed_at=Now())


def _extend(claims: Set[UUID | None]) -> None:
    mine = Endpoint.objects.filter(claim__in=claims, leased_until__isnull=False)
    mine.update(leased_until=Now() + LEASE)


def _end(claims: Set[UUID | None]) -> None:
    Endpoint.objects.filter(claim__in=claims).update(leased_until=None)


leases = Leases(_extend, _end)
_room = threading.Semaphore(MOST_DOWN)


@contextmanager
def _room_for_one_that_is_down() -> Iterator[bool]:
    has_room = _room.acquire(blocking=False)
    try:
        yield has_room
    finally:
        if has_room:
            _room.release()


# Of those that are due the one whose turn is longest ago, and those that answer before the others.
_CLAIM: LiteralString = """
    UPDATE webhooks_endpoint
       SET claim = %(claim)s, leased_until = statement_timestamp() + %(lease)s
     WHERE id = (
        SELECT endpoint.id
          FROM webhooks_endpoint AS endpoint
          JOIN organisations_organisation AS organisation
            ON organisation.id = endpoint.organisation_id
           AND organisation.closed_at IS NULL AND organisation.plan = ANY(%(plans)s)
          LEFT JOIN organisations_feed AS feed
            ON feed.organisation_id = endpoint.organisation_id
         WHERE endpoint.enabled
           AND (endpoint.leased_until IS NULL OR endpoint.leased_until <= statement_timestamp())
           AND (endpoint.rests_until IS NULL OR endpoint.rests_until <= statement_timestamp())
           AND (endpoint.next_try_at <= statement_timestamp()
                OR feed.position > endpoint.position)
           AND (%(with_down)s OR endpoint.failures < %(down)s)
         ORDER BY endpoint.failures >= %(down)s, endpoint.turn_at, endpoint.id
         LIMIT 1 FOR UPDATE OF endpoint SKIP LOCKED
     )
    RETURNING *
"""


def _claim(*, with_down: bool) -> Endpoint | None:
    values = {
        "claim": uuid7(),
        "lease": LEASE,
        "plans": TOLD_PLANS,
        "down": DOWN_AFTER,
        "with_down": with_down,
    }
    return next(iter(Endpoint.objects.using(DEFAULT_DB_ALIAS).raw(_CLAIM, values)), None)
