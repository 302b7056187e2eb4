"""The API's own short chain: everything that happens to a request below /api/, and only that."""

import logging
import re
from functools import lru_cache
from time import perf_counter

import msgspec
from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.db import connection
from django.http import HttpRequest
from django.urls import Resolver404, ResolverMatch, resolve

from apikeys.keys import masked
from foundation import log_context, metrics
from foundation.database.lost_database import hindrance
from foundation.plurals import so_many
from sift_site.api import problems
from sift_site.api.authentication import note_call
from sift_site.api.faults_told import MOST_TIMES, fitting
from sift_site.api.http import Answer, ApiRequest
from sift_site.api.problems import Problem
from sift_site.api.schemas import FaultyField, ProblemDetails
from sift_site.serving import proxies
from sift_site.serving.request_ids import request_id
from sift_site.serving.security_headers import guard

ROOT = "/api/v1"
PROBLEM_JSON = "application/problem+json"

logger = logging.getLogger("sift.api")
_PATHS = f"{ROOT}/"
_BELOW_API = re.compile(r"/+api(?:/|\Z)")
_REFERENCE = frozenset({"/api/docs/", "/api/docs"})  # which leads on to the first
_SHORTEST_HEAD = 100  # bytes of a question with a key, beside its address
_LENGTH_BESIDE_FAULTS = 300  # bytes of a refusal's other members


def is_below_api(path: str) -> bool:
    """Whether the path is the API's: all below /api/ but the reference's page.

    One that is none is a client's mistake, so it is answered as clients are; `//api/v1/leads` too,
    which a base address that ends with a slash makes.
    """
    if path.startswith(_PATHS):
        return True
    return _BELOW_API.match(path) is not None and path not in _REFERENCE


def answer(request: ApiRequest) -> Answer:
    """The answer to any request below /api/: never HTML, never a traceback."""
    began = perf_counter()
    proxies.believe(request)
    request.request_id = request_id(request.header("HTTP_X_REQUEST_ID"))
    with log_context.request(masked(request.request_id)):
        return _answer(request, began)


def _answer(request: ApiRequest, began: float) -> Answer:
    route = "no route"
    try:
        _check_transport(request)
        match = _resolve(request)
        route = f"{ROOT}/{match.route}"
        answered = match.func(request, **match.kwargs)
    except Problem as problem:
        answered = problem_answer(request, problem)
    except Exception as fault:
        answered = problem_answer(request, _fault(request, route, fault))
        _drop_unusable_connection()
    answered = _finished(request, answered)
    seconds = perf_counter() - began
    metrics.note_request(route, request.method, answered.status_code, seconds)
    note_call(request, route, answered.status_code, seconds, called=request.request_id)
    return answered


def _fault(request: ApiRequest, route: str, fault: Exception) -> Problem:
    """What is answered where something failed. The log names the route: what a caller put into the
    path or query may be a secret."""
    called = masked(request.request_id)
    if what := hindrance(fault):
        logger.error("%s %s: %s, request %s", request.method, route, what, called)
        return problems.unavailable()
    logger.exception("%s %s failed, request %s", request.method, route, called)
    return problems.server_error()


def _drop_unusable_connection() -> None:
    """As Django does after each request; here it is looked at where something failed."""
    if not connection.in_atomic_block:
        connection.close_if_unusable_or_obsolete()


def _check_transport(request: ApiRequest) -> None:
    """The host is one of ours; and no key travels in clear where HTTPS is on."""
    try:
        if (host := request.header("HTTP_HOST")) == "":
            request.get_host()  # by the server's own name
        else:
            _check_host(host, tuple(settings.ALLOWED_HOSTS))
    except DisallowedHost:
        raise problems.foreign_host() from None
    if settings.SIFT_HTTPS and not request.is_secure():
        raise problems.https_required()


@lru_cache(maxsize=128)
def _check_host(host: str, _allowed: tuple[str, ...]) -> None:
    """Raise DisallowedHost where it is none of ours. Good ones are looked at once."""
    request = HttpRequest()
    request.META["HTTP_HOST"] = host
    request.get_host()


def _resolve(request: ApiRequest) -> ResolverMatch:
    """The view of the path and the ids in it; raises the Problem 404.

    The API's table is asked alone: by way of the site's it takes twice as long.
    """
    path = request.path_info
    if not path.startswith(_PATHS):
        raise problems.not_found()
    try:
        return resolve(path[len(ROOT) :], settings.API_URLCONF)
    except Resolver404:
        raise problems.not_found() from None


def problem_details(problem: Problem, request_id: str) -> ProblemDetails:
    """What the refusal of that request says."""
    faults = [FaultyField(fault.field, fault.message) for fault in dict.fromkeys(problem.faults)]
    return ProblemDetails(
        type=problem.kind.type,
        title=problem.kind.title,
        status=problem.kind.status,
        detail=problem.detail,
        request_id=request_id,
        errors=faults or msgspec.UNSET,
        **problem.members,
    )


def problem_answer(request: ApiRequest, problem: Problem) -> Answer:
    """The refusal as application/problem+json (RFC 9457)."""
    details = problem_details(problem, request.request_id)
    return Answer(
        msgspec.json.encode(_shortened(details, MOST_TIMES * _length(request))),
        status=problem.kind.status,
        content_type=PROBLEM_JSON,
        headers=problem.headers,
    )


def _shortened(details: ProblemDetails, most: int) -> ProblemDetails:
    """The refusal with as many faults as `most` bytes hold, and one at least; it says how many more
    there are."""
    faults = details.errors or []
    named = fitting(faults, most - _LENGTH_BESIDE_FAULTS)
    if len(named) == len(faults):
        return details
    rest = f" {so_many(len(faults) - len(named), 'more fault')} left out here."
    return msgspec.structs.replace(details, errors=named, detail=details.detail + rest)


def _length(request: ApiRequest) -> int:
    """About how many bytes the request had: its address, its body, and the least of heads."""
    query: str = request.META.get("QUERY_STRING", "")
    return _SHORTEST_HEAD + len(request.path_info) + len(query) + len(request.raw_body)


def _finished(request: ApiRequest, answered: Answer) -> Answer:
    """What every answer carries, whatever it is."""
    headers = answered.headers
    headers["X-Request-Id"] = request.request_id
    headers["Cache-Control"] = "private, no-store"
    headers["Vary"] = "Authorization"
    if request.usage is not None:
        headers.update(request.usage.headers)
    guard(headers, is_secure=request.is_secure())
    if answered.status_code != 304:
        headers["Content-Length"] = str(len(answered.content))
    if request.method == "HEAD":
        answered.content = b""
    return answered
