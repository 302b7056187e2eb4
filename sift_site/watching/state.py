"""How things stand in the database, asked when Prometheus comes: what waits, and for how long."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.db import DatabaseError, connection
from django.db.models import Count, ExpressionWrapper, Max, Min, OuterRef, Subquery, Sum
from django.db.models.fields import DurationField
from django.db.models.functions import Now
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from organisations.models import Change, Feed, Letter
from sift_site.working.beats import Beat
from webhooks.models import Endpoint, Waiting
from webhooks.models.endpoint import TOLD_PLANS


class State(Collector):
    """Gauges of the database's own; where it does not answer, that alone."""

    def collect(self) -> Iterator[Metric]:
        try:
            found = [*_feed(), *_webhooks(), *_letters(), *_worker(), *_connections()]
        except DatabaseError:
            if not connection.in_atomic_block:
                connection.close()
            yield _gauge("sift_database_up", "Whether the database answers", 0)
            return
        yield _gauge("sift_database_up", "Whether the database answers", 1)
        yield from found


def _feed() -> Iterator[Metric]:
    position = Feed.objects.aggregate(all=Sum("position"))["all"] or 0
    told = "Changes that got a position, of all agencies"
    yield CounterMetricFamily("sift_feed_positions", told, value=float(position))


def _webhooks() -> Iterator[Metric]:
    """The oldest event that an endpoint which is on has yet to be told."""
    behind = Change.objects.filter(
        organisation_id=OuterRef("organisation_id"), position=OuterRef("position") + 1
    )
    told = Endpoint.objects.filter(
        enabled=True, organisation__closed_at=None, organisation__plan__in=TOLD_PLANS
    )
    next_one = told.annotate(next=Subquery(behind.values("created_at")[:1]))
    waiting = Waiting.objects.open().filter(endpoint__in=told)
    ages = [
        next_one.aggregate(age=_age(Min("next")))["age"],
        waiting.aggregate(age=_age(Min("created_at")))["age"],
    ]
    yield _gauge("sift_webhook_endpoints", "Webhooks that are on", told.count())
    yield _gauge("sift_webhook_events_waiting", "Events that failed and wait", waiting.count())
    yield _gauge(
        "sift_webhook_oldest_seconds",
        "Age of the oldest event that a webhook was not told",
        max(map(_seconds, ages)),
    )


def _letters() -> Iterator[Metric]:
    waiting = Letter.objects.waiting().aggregate(number=Count("id"), age=_age(Min("created_at")))
    yield _gauge("sift_letters_waiting", "Letters not sent yet", waiting["number"])
    yield _gauge(
        "sift_letters_oldest_seconds", "Age of the oldest of them", _seconds(waiting["age"])
    )


def _worker() -> Iterator[Metric]:
    """Where none was ever heard of there is no age: the alert asks for that too."""
    yield _gauge("sift_workers", "Workers heard of lately", Beat.objects.lately().count())
    age = Beat.objects.aggregate(age=_age(Max("heard_at")))["age"]
    if age is not None:
        told = "Since a worker was last heard of"
        yield _gauge("sift_worker_heard_seconds", told, _seconds(age))


def _connections() -> Iterator[Metric]:
    """To this database, as far as the role may see: of other roles' the state is hidden."""
    by_state = GaugeMetricFamily(
        "sift_database_connections", "Connections by what they do", labels=["state"]
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(state, 'hidden'), count(*),"
            " count(*) FILTER (WHERE wait_event_type = 'Lock'),"
            " coalesce(extract(epoch FROM max(clock_timestamp() - xact_start)), 0)"
            " FROM pg_stat_activity WHERE datname = current_database() GROUP BY 1"
        )
        rows = cursor.fetchall()
        cursor.execute("SELECT current_setting('max_connections')::int")
        (most,) = cursor.fetchone()
    for state, number, *_ in rows:
        by_state.add_metric([state.replace(" ", "_")], number)
    yield by_state
    yield _gauge("sift_database_connections_most", "As many as the server takes", most)
    waits = sum(row[2] for row in rows)
    yield _gauge("sift_database_lock_waits", "Connections that wait for a lock", waits)
    longest = max((row[3] for row in rows), default=0)
    yield _gauge("sift_database_longest_transaction_seconds", "Of those open now", longest)


def _age(moment: Any) -> Any:
    return ExpressionWrapper(Now() - moment, output_field=DurationField())


def _seconds(age: timedelta | None) -> float:
    return 0.0 if age is None else max(0.0, age.total_seconds())


def _gauge(name: str, told: str, value: float) -> Metric:
    return GaugeMetricFamily(name, told, value=float(value))
