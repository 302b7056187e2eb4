"""What is counted while Sift serves, for Prometheus to fetch (sift_site/watching/).

Where SIFT_METRICS_TOKEN is not set nobody can fetch it: nothing is counted then, and
prometheus_client is not even loaded. Each process counts into files of its own where
PROMETHEUS_MULTIPROC_DIR is set, as gunicorn.conf.py does, and whoever answers adds them up.

Labels are of closed sets: route patterns, methods, statuses, values of our own; never a path or an
id, which a stranger could make without end.
"""

from functools import cache
from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class Counts:
    """This process's counters."""

    def __init__(self) -> None:
        from prometheus_client import CollectorRegistry, Counter, Histogram

        self.registry = CollectorRegistry()

        def counter(name: str, told: str, *labels: str) -> Counter:
            return Counter(name, told, labels, registry=self.registry)

        self.requests = counter("sift_requests", "Requests answered", "route", "method", "status")
        self.seconds = Histogram(
            "sift_request_seconds",
            "From a request's arrival at Sift's own code to its answer",
            ("route", "method"),
            buckets=_SECONDS,
            registry=self.registry,
        )
        self.captures = counter(
            "sift_captures",
            "Conversations sent by API, by what became of each",
            "channel",
            "outcome",
        )
        self.limited = counter(
            "sift_rate_limited", "Requests refused because too many came", "limit"
        )
        self.uncounted = counter("sift_rate_limit_store_faults", "Times that Redis could not count")
        self.sign_in_failures = counter(
            "sift_sign_in_failures", "Sign-ins that failed, and lock-outs that began", "kind"
        )


@cache
def counts() -> Counts | None:
    """This process's counters; None where nobody may fetch them."""
    return Counts() if settings.SIFT_METRICS_TOKEN else None


def registry() -> "CollectorRegistry | None":
    kept = counts()
    return None if kept is None else kept.registry


def note_request(route: str, method: str | None, status: int, seconds: float) -> None:
    """Count an answer; `route` is the pattern of its path."""
    if (kept := counts()) is None:
        return
    known = method if method in _METHODS else "other"
    kept.requests.labels(route, known, status).inc()
    kept.seconds.labels(route, known).observe(seconds)


def note_capture(channel: str, outcome: str) -> None:
    """Count a conversation that arrived."""
    if (kept := counts()) is not None:
        kept.captures.labels(channel, outcome).inc()


def note_limited(limit: str) -> None:
    """Count a refusal of 429, by the name of what was counted."""
    if (kept := counts()) is not None:
        kept.limited.labels(limit).inc()


def note_uncounted() -> None:
    """Count that the store of the rate limits did not answer."""
    if (kept := counts()) is not None:
        kept.uncounted.inc()


def note_sign_in_failure(kind: str) -> None:
    """Count a wrong password or code (`failed`), or a lock-out that begins (`refused`)."""
    if (kept := counts()) is not None:
        kept.sign_in_failures.labels(kind).inc()
