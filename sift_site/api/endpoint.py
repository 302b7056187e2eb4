"""What an endpoint is: a method on a path, behind the checks that come before its own.

The contract's order: path (404), method (405), key (401), rate (429), plan and scope (403), content
type and size (415, 413); then, in the view, object (404), body (422) and If-Match (412).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from django.urls import URLPattern, path

from apikeys.models import Scope
from foundation.web.counters import Usage
from sift_site.api import bodies, limits, problems
from sift_site.api.authentication import caller_of
from sift_site.api.callers import Caller
from sift_site.api.http import Answer, ApiRequest
from sift_site.api.operations import Operation
from sift_site.serving import replicas

BODY_LIMIT = 64 * 1024  # bytes

Needed = Literal["read", "read_write", "capture"]
_COVER: Mapping[Needed, frozenset[Scope]] = {
    "read": frozenset({Scope.READ, Scope.READ_WRITE}),
    "read_write": frozenset({Scope.READ_WRITE}),
    "capture": frozenset({Scope.CAPTURE, Scope.READ_WRITE}),
}


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One method on one path: who may call it, how long its body may be, what it does."""

    method: str
    scope: Needed
    body_limit: int
    operation: Operation
    view: Callable[..., Answer]

    def __call__(self, request: ApiRequest, **ids: str) -> Answer:
        request.caller = _authenticated(request)
        self._count(request)
        self._permitted(request.caller)
        if self.operation.body is not None:
            request.raw_body = bodies.read(request, self.body_limit)
        if replicas.is_configured():
            return self._answer_beside_a_replica(request, ids)
        return self.view(request, **ids)

    def _answer_beside_a_replica(self, request: ApiRequest, ids: dict[str, str]) -> Answer:
        """The key was looked up in the primary; what it asks for may come from the replica."""
        organisation_id = request.caller.organisation_id
        if self.method == "GET":
            with replicas.reads_of(organisation_id):
                return self.view(request, **ids)
        answer = self.view(request, **ids)
        replicas.note_write_of(organisation_id)
        return answer

    def _permitted(self, caller: Caller) -> None:
        if not caller.plan.has_api:
            raise problems.plan_without_api()
        if caller.scope not in _COVER[self.scope]:
            is_capture = caller.scope is Scope.CAPTURE
            raise problems.capture_only_key() if is_capture else problems.read_only_key()

    def _count(self, request: ApiRequest) -> None:
        """Raise the Problem 429 where the call is one too many; captures are counted apart."""
        if self.scope == "capture":
            count_captures(request, 1)
        else:
            within(request, limits.count_call(request, request.caller))


@dataclass(frozen=True, slots=True)
class OpenEndpoint:
    """An endpoint for all: it needs no key and counts nowhere. The reference leaves it out."""

    method: str
    view: Callable[..., Answer]

    def __call__(self, request: ApiRequest, **ids: str) -> Answer:
        return self.view(request, **ids)


def endpoint(
    method: str,
    *,
    operation: Operation,
    scope: Needed = "read",
    body_limit: int = BODY_LIMIT,
) -> Callable[[Callable[..., Answer]], Endpoint]:
    """Make a view an endpoint. A view may raise Problem; the gateway writes it."""

    def decorate(view: Callable[..., Answer]) -> Endpoint:
        return Endpoint(method, scope, body_limit, operation, view)

    return decorate


@dataclass(frozen=True, slots=True, eq=False)
class Dispatch:
    """What stands behind a path: its endpoints by method."""

    by_method: Mapping[str, Endpoint | OpenEndpoint]

    def __call__(self, request: Any, **ids: str) -> Answer:
        chosen = self.by_method.get(request.method)
        if chosen is None:
            raise problems.method_not_allowed(sorted(self.by_method))
        return chosen(request, **ids)


def route(pattern: str, *endpoints: Endpoint | OpenEndpoint, name: str) -> URLPattern:
    """A path and its endpoints, one for each method; HEAD wherever GET is."""
    by_method = {one.method: one for one in endpoints}
    if "GET" in by_method:
        by_method["HEAD"] = by_method["GET"]
    # Django takes any callable; only the gateway calls it.
    view: Callable[..., Any] = Dispatch(by_method)
    return path(pattern, view, name=name)


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


def count_captures(request: ApiRequest, number: int) -> None:
    """Count so many conversations more; raises the Problem 429 where that is too many."""
    within(request, limits.count_captures(request, request.caller, number))


def within(request: ApiRequest, usage: Usage) -> None:
    """Have the answer tell the usage; raises the Problem 429 where it is over its limit."""
    request.usage = usage
    if usage.is_over:
        raise problems.too_many_requests(usage.seconds_left)
