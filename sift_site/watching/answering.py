"""/metrics: what is counted and how things stand, in Prometheus's text format.

Answered by the front door as probes are, to any host name and over plain HTTP: Prometheus comes by
IP address. A token of its own keeps it from everybody else (SIFT_METRICS_TOKEN).
"""

import os
import re

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.utils.crypto import constant_time_compare

from foundation import metrics

PATH = "/metrics"
_BEARER = re.compile(r"bearer +([^ ]+) *", re.IGNORECASE)
_PLAIN = "text/plain; charset=utf-8"


def answer(request: HttpRequest) -> HttpResponse:
    """The metrics; 404 where no token is set, 401 without it, 405 for what is no GET."""
    token = settings.SIFT_METRICS_TOKEN
    if token is None:
        return _in_words("not found\n", 404)
    if request.method not in {"GET", "HEAD"}:
        return HttpResponseNotAllowed(["GET", "HEAD"])
    if not _is_shown(token, request.META.get("HTTP_AUTHORIZATION", "")):
        refusal = _in_words("a bearer token is needed\n", 401)
        refusal["WWW-Authenticate"] = 'Bearer realm="metrics"'
        return refusal
    from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

    body = _everything()
    return HttpResponse(
        body if request.method == "GET" else b"",
        content_type=CONTENT_TYPE_PLAIN_0_0_4,
        headers={"Cache-Control": "no-store", "Content-Length": str(len(body))},
    )


def _is_shown(token: str, authorization: str) -> bool:
    bearer = _BEARER.fullmatch(authorization)
    given = "" if bearer is None else bearer[1]
    return constant_time_compare(given, token)


def _everything() -> bytes:
    """What all processes counted, and the database's state."""
    from prometheus_client import CollectorRegistry, generate_latest
    from prometheus_client.multiprocess import MultiProcessCollector

    from sift_site.watching.state import State

    counted = metrics.registry()
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        counted = CollectorRegistry()
        MultiProcessCollector(counted)  # type: ignore[no-untyped-call]
    state = CollectorRegistry()
    state.register(State())
    return (generate_latest(counted) if counted else b"") + generate_latest(state)


def _in_words(text: str, status: int) -> HttpResponse:
    return HttpResponse(
        text, status=status, content_type=_PLAIN, headers={"Cache-Control": "no-store"}
    )
