"""What an endpoint is: a method on a path, behind the checks that come before its own.

The contract's order: path (404), method (405), key (401), rate (429), plan and scope (403), content
type and size (415, 413); then, in the view, object (404), body (422) and If-Match (412).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path

from organisations.counters import Usage
from sift_site.api import bodies, limits, problems
from sift_site.api.authentication import Caller, caller_of
from sift_site.api.operations import Operation

BODY_LIMIT = 64 * 1024  # bytes


class ApiRequest(HttpRequest):
    """A request below /api/v1, as the gateway and the checks leave it for the view."""

    request_id: str
    usage: Usage | None  # of the rate limit; None until a good key was counted
    caller: Caller
    raw_body: bytes  # b"" for methods without one


class View(Protocol):
    def __call__(self, request: ApiRequest, /, **ids: str) -> HttpResponse: ...


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One method on one path: who may call it, how long its body may be, what it does."""

    method: str
    scope: Literal["read", "read_write"]
    body_limit: int
    operation: Operation
    view: Callable[..., HttpResponse]

    def __call__(self, request: ApiRequest, **ids: str) -> HttpResponse:
        request.caller = _authenticated(request)
        _within_rate(request)
        self._permitted(request.caller)
        if self.method != "GET":
            request.raw_body = bodies.read(request, self.body_limit)
        return self.view(request, **ids)

    def _permitted(self, caller: Caller) -> None:
        if not caller.plan.has_api:
            raise problems.plan_without_api()
        if self.scope == "read_write" and not caller.may_write:
            raise problems.read_only_key()


@dataclass(frozen=True, slots=True)
class OpenEndpoint:
    """An endpoint for all: it needs no key and counts nowhere. The reference leaves it out."""

    method: str
    view: Callable[..., HttpResponse]

    def __call__(self, request: ApiRequest, **ids: str) -> HttpResponse:
        return self.view(request, **ids)


def endpoint(
    method: str,
    *,
    operation: Operation,
    scope: Literal["read", "read_write"] = "read",
    body_limit: int = BODY_LIMIT,
) -> Callable[[Callable[..., HttpResponse]], Endpoint]:
    """Make a view an endpoint. A view may raise Problem; the gateway writes it."""

    def decorate(view: Callable[..., HttpResponse]) -> Endpoint:
        return Endpoint(method, scope, body_limit, operation, view)

    return decorate


@dataclass(frozen=True, slots=True, eq=False)
class Dispatch:
    """What stands behind a path: its endpoints by method."""

    by_method: Mapping[str, Endpoint | OpenEndpoint]

    def __call__(self, request: Any, **ids: str) -> HttpResponse:
        chosen = self.by_method.get(request.method)
        if chosen is None:
            raise problems.method_not_allowed(sorted(self.by_method))
        return chosen(request, **ids)


def route(pattern: str, *endpoints: Endpoint | OpenEndpoint, name: str) -> URLPattern:
    """A path and its endpoints, one for each method; HEAD wherever GET is."""
    by_method = {one.method: one for one in endpoints}
    if "GET" in by_method:
        by_method["HEAD"] = by_method["GET"]
    return path(pattern, Dispatch(by_method), name=name)


def _authenticated(request: ApiRequest) -> Caller:
    """The caller; raises the Problem 401, or 429 where this address failed too often.

    Only failures are counted by address, so a good key is served from anywhere.
    """
    caller = caller_of(request)
    if caller is None:
        failures = limits.count_failure(request)
        if failures.is_over:
            raise problems.too_many_requests(failures.seconds_left)
        raise problems.unauthorised()
    return caller


def _within_rate(request: ApiRequest) -> None:
    request.usage = limits.count_call(request, request.caller)
    if request.usage.is_over:
        raise problems.too_many_requests(request.usage.seconds_left)
