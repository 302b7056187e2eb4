"""The API's own short chain: everything that happens to a request below /api/v1, and only that."""

import logging
import re
from functools import lru_cache

import msgspec
import uuid_utils
from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.db import close_old_connections
from django.http import HttpRequest

from sift_site import proxies
from sift_site.api import problems
from sift_site.api.http import Answer, ApiRequest
from sift_site.api.problems import Problem
from sift_site.api.routing import Route, Routes
from sift_site.api.schemas import FaultyField, ProblemDetails
from sift_site.api.urls import urlpatterns

ROOT = "/api/v1"
PROBLEM_JSON = "application/problem+json"

logger = logging.getLogger("sift.api")
_REQUEST_ID = re.compile(r"[A-Za-z0-9._:-]{1,128}")
# The same routes stand in the site's URL table, for reverse(); here they are found directly.
_ROUTES = Routes(ROOT, urlpatterns)


def is_below_api(path: str) -> bool:
    """Whether the path is the API's: /api/v1 and all below it, but not /api/v1x."""
    return path.startswith(ROOT) and (len(path) == len(ROOT) or path[len(ROOT)] == "/")


def answer(request: ApiRequest) -> Answer:
    """The answer to any request below /api/v1: never HTML, never a traceback."""
    proxies.believe(request)
    given = request.header("HTTP_X_REQUEST_ID")
    request.request_id = given if _REQUEST_ID.fullmatch(given) else str(uuid_utils.uuid4())
    route = "no route"
    try:
        _check_transport(request)
        match = _resolve(request)
        route = match.route
        answered = match.view(request, **match.ids)
    except Problem as problem:
        answered = problem_answer(request, problem)
    except Exception:
        # By its route: what a caller put into the path or query may be a secret.
        logger.exception("%s %s failed, request %s", request.method, route, request.request_id)
        answered = problem_answer(request, _server_error())
        close_old_connections()  # one that a fault has left unusable, as Django does after each
    return _finished(request, answered)


def _check_transport(request: ApiRequest) -> None:
    """The host is one of ours; and no key travels in clear where HTTPS is on."""
    try:
        if (host := request.header("HTTP_HOST")) == "":
            request.get_host()  # by the server's own name
        else:
            _check_host(host, tuple(settings.ALLOWED_HOSTS))
    except DisallowedHost:
        raise Problem(
            problems.BAD_REQUEST, "The Host header names a host that this service does not have."
        ) from None
    if settings.SIFT_HTTPS and not request.is_secure():
        raise Problem(
            problems.HTTPS_REQUIRED,
            "Use https. A key that was sent in clear may have been read: replace it.",
        )


@lru_cache(maxsize=128)
def _check_host(host: str, _allowed: tuple[str, ...]) -> None:
    """Raise DisallowedHost where it is none of ours. Good ones are looked at once."""
    request = HttpRequest()
    request.META["HTTP_HOST"] = host
    request.get_host()


def _resolve(request: ApiRequest) -> Route:
    found = _ROUTES.resolve(request.path_info[len(ROOT) + 1 :])
    if found is None:
        raise problems.not_found()
    return found


def _server_error() -> Problem:
    return Problem(
        problems.SERVER_ERROR, "Something failed here. It is logged under this request_id."
    )


def problem_answer(request: ApiRequest, problem: Problem) -> Answer:
    """The refusal as application/problem+json (RFC 9457)."""
    faults = [FaultyField(fault.field, fault.message) for fault in problem.faults]
    body = ProblemDetails(
        type=problem.kind.type,
        title=problem.kind.title,
        status=problem.kind.status,
        detail=problem.detail,
        request_id=request.request_id,
        errors=faults or msgspec.UNSET,
    )
    return Answer(
        msgspec.json.encode(body),
        status=problem.kind.status,
        content_type=PROBLEM_JSON,
        headers=problem.headers,
    )


def _finished(request: ApiRequest, answered: Answer) -> Answer:
    """What every answer carries, whatever it is."""
    headers = answered.headers
    headers["X-Request-Id"] = request.request_id
    headers["Cache-Control"] = "private, no-store"
    headers["Vary"] = "Authorization"
    headers["X-Content-Type-Options"] = "nosniff"
    if request.usage is not None:
        headers.update(request.usage.headers)
    if settings.SECURE_HSTS_SECONDS and request.is_secure():
        headers["Strict-Transport-Security"] = _strict_transport_security()
    if answered.status_code != 304:
        headers["Content-Length"] = str(len(answered.content))
    if request.method == "HEAD":
        answered.content = b""
    return answered


def _strict_transport_security() -> str:
    """The same words as SecurityMiddleware has for pages (RFC 6797)."""
    value = f"max-age={settings.SECURE_HSTS_SECONDS}"
    if settings.SECURE_HSTS_INCLUDE_SUBDOMAINS:
        value += "; includeSubDomains"
    if settings.SECURE_HSTS_PRELOAD:
        value += "; preload"
    return value
