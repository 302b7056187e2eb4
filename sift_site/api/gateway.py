"""The API's own short chain: everything that happens to a request below /api/v1, and only that."""

import logging
import re
from time import perf_counter
from typing import cast
from uuid import uuid4

import msgspec
from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, ResolverMatch, URLResolver
from django.urls.resolvers import RegexPattern

from apikeys.keys import masked
from sift_site.api import problems
from sift_site.api.authentication import note_call
from sift_site.api.endpoint import ApiRequest
from sift_site.api.problems import Problem
from sift_site.api.schemas import FaultyField, ProblemDetails

ROOT = "/api/v1"
PROBLEM_JSON = "application/problem+json"

logger = logging.getLogger("sift.api")
_REQUEST_ID = re.compile(r"[A-Za-z0-9._:-]{1,128}")
# The same routes stand in the site's URL table, for reverse(); here they are found directly.
_RESOLVER = URLResolver(RegexPattern(r"^/api/v1/"), "sift_site.api.urls")


def is_below_api(path: str) -> bool:
    """Whether the path is the API's: /api/v1 and all below it, but not /api/v1x."""
    return path == ROOT or path.startswith(f"{ROOT}/")


def answer(request: HttpRequest) -> HttpResponse:
    """The answer to any request below /api/v1: never HTML, never a traceback."""
    began = perf_counter()
    api_request = _prepared(request)
    route = "no route"
    try:
        _check_transport(api_request)
        match = _resolve(api_request)
        route = match.route
        response: HttpResponse = match.func(api_request, **match.kwargs)
    except Problem as problem:
        response = problem_response(api_request, problem)
    except Exception:
        # By its route: what a caller put into the path or query may be a secret.
        called = masked(api_request.request_id)
        logger.exception("%s %s failed, request %s", request.method, route, called)
        response = problem_response(api_request, problems.server_error())
    response = _finished(api_request, response)
    seconds = perf_counter() - began
    called = api_request.request_id
    note_call(request, f"{ROOT}/{route}", response.status_code, seconds, called=called)
    return response


def _prepared(request: HttpRequest) -> ApiRequest:
    api_request = cast("ApiRequest", request)
    given = request.headers.get("X-Request-Id", "")
    api_request.request_id = given if _REQUEST_ID.fullmatch(given) else str(uuid4())
    api_request.usage = None
    api_request.raw_body = b""
    return api_request


def _check_transport(request: ApiRequest) -> None:
    """The host is one of ours; and no key travels in clear where HTTPS is on."""
    try:
        request.get_host()
    except DisallowedHost:
        raise problems.foreign_host() from None
    if settings.SIFT_HTTPS and not request.is_secure():
        raise problems.https_required()


def _resolve(request: ApiRequest) -> ResolverMatch:
    try:
        match = _RESOLVER.resolve(request.path_info)
    except Resolver404:
        raise problems.not_found() from None
    request.resolver_match = match
    return match


def problem_details(problem: Problem, request_id: str) -> ProblemDetails:
    """What the refusal of that request says."""
    faults = [FaultyField(fault.field, fault.message) for fault in problem.faults]
    return ProblemDetails(
        type=problem.kind.type,
        title=problem.kind.title,
        status=problem.kind.status,
        detail=problem.detail,
        request_id=request_id,
        errors=faults or msgspec.UNSET,
    )


def problem_response(request: ApiRequest, problem: Problem) -> HttpResponse:
    """The refusal as application/problem+json (RFC 9457)."""
    return HttpResponse(
        msgspec.json.encode(problem_details(problem, request.request_id)),
        status=problem.kind.status,
        content_type=PROBLEM_JSON,
        headers=problem.headers,
    )


def _finished(request: ApiRequest, response: HttpResponse) -> HttpResponse:
    """What every answer carries, whatever it is."""
    response["X-Request-Id"] = request.request_id
    response["Cache-Control"] = "private, no-store"
    response["Vary"] = "Authorization"
    if request.usage is not None:
        for name, value in request.usage.headers.items():
            response[name] = value
    if response.status_code == 304:
        del response["Content-Type"]
    else:
        response["Content-Length"] = str(len(response.content))
    if request.method == "HEAD":
        response.content = b""
    # Django would log the path of every refusal, and a path may hold what was typed by mistake.
    response._has_been_logged = True  # type: ignore[attr-defined]
    return response
