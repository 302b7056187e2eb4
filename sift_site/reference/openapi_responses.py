"""What the API answers, for its OpenAPI document: headers, and every refusal with an example."""

from collections.abc import Iterable
from itertools import groupby
from typing import Any

import msgspec

from foundation.validation import Fault
from sift_site.api import problems, schemas
from sift_site.api.capture import REPLAYED, contradiction
from sift_site.api.endpoint import BODY_LIMIT
from sift_site.api.gateway import PROBLEM_JSON, problem_details
from sift_site.api.parameters import LEADS
from sift_site.api.problems import Kind, Problem
from sift_site.reference.openapi_schemas import Schemas

_LIMIT = next(parameter for parameter in LEADS if parameter.name == "limit")
# As they are raised; what differs from time to time is made up.
EXAMPLES: dict[Kind, Problem] = {
    problem.kind: problem
    for problem in (
        problems.foreign_host(),
        problems.unauthorised(),
        problems.https_required(),
        problems.plan_without_api(),
        problems.read_only_key(),
        problems.capture_only_key(),
        problems.not_found(),
        problems.method_not_allowed(["GET", "HEAD"]),
        problems.contradiction(contradiction(2)),
        problems.gone(31_007),
        problems.changed_meanwhile(),
        problems.body_too_large(BODY_LIMIT),
        problems.unsupported_media_type(),
        problems.invalid([Fault(_LIMIT.name, f"must be {_LIMIT.accepts}")]),
        problems.too_many_requests(42),
        problems.server_error(),
        problems.unavailable(),
    )
}
# Answered before the key is looked at, so that nothing was counted.
_UNCOUNTED = frozenset({problems.UNAUTHORISED, problems.METHOD_NOT_ALLOWED})

# The example lead's.
ENTITY_TAG = '"01977a3e-9f52-7c60-b1d4-3f0a8e26c791-1780306452482910"'
HEADERS: dict[str, dict[str, Any]] = {
    "X-Request-Id": {
        "description": "The request's own name: the caller's, or a new one. It is what to tell "
        "support.",
        "required": True,
        "schema": {"type": "string", "pattern": "^[A-Za-z0-9._:-]{1,128}$"},
        "example": "01977a40-2c11-4be0-8f6d-9a3b7c5d1e2f",
    },
    "RateLimit-Policy": {
        "description": "The limit that applies: `q` requests in `w` seconds; of captures "
        '`"capture"`, of all others `"default"`. On every answer to a good key.',
        "schema": {"type": "string"},
        "example": '"default";q=120;w=60',
    },
    "RateLimit": {
        "description": "What is left of it: `r` requests, and `t` seconds until the window ends. "
        "On every answer to a good key.",
        "schema": {"type": "string"},
        "example": '"default";r=118;t=42',
    },
    "ETag": {
        "description": "The state of what is shown: it is another one after any change of it.",
        "required": True,
        "schema": {"type": "string"},
        "example": ENTITY_TAG,
    },
    "Location": {
        "description": "The new conversation's address.",
        "schema": {"type": "string"},
        "example": "/api/v1/conversations/01977a3e-a0b8-7d15-8c3e-5b9f1d2a7e40",
    },
    REPLAYED: {
        "description": "`true` where all of it was there: nothing was changed, and the answer "
        "shows what stands.",
        "schema": {"type": "string", "enum": ["true"]},
        "example": "true",
    },
    "Link": {
        "description": 'The next page\'s address with `rel="next"` (RFC 8288), if there is one.',
        "schema": {"type": "string"},
        "example": '<https://sift.example.co.uk/api/v1/leads?status=hot&cursor=MTc4…>; rel="next"',
    },
    "Retry-After": {
        "description": "Seconds to wait, at least 1.",
        "required": True,
        "schema": {"type": "integer", "minimum": 1},
        "example": 42,
    },
    "WWW-Authenticate": {
        "description": "How to authenticate (RFC 6750).",
        "required": True,
        "schema": {"type": "string"},
        "example": "Bearer",
    },
    "Allow": {
        "description": "The methods that the path takes.",
        "required": True,
        "schema": {"type": "string"},
        "example": "GET, HEAD",
    },
}


def headers(*more: str, counted: bool = True) -> dict[str, Any]:
    """References to the headers of an answer: those of all, then its own."""
    of_all = ("X-Request-Id", "RateLimit-Policy", "RateLimit") if counted else ("X-Request-Id",)
    return {name: {"$ref": f"#/components/headers/{name}"} for name in (*of_all, *more)}


def refusals(kinds: Iterable[Kind]) -> dict[str, dict[str, Any]]:
    """References to refusals by status; those of one status are one response."""
    return {
        str(status): {"$ref": f"#/components/responses/{_name(list(group))}"}
        for status, group in _by_status(kinds)
    }


def refusal_components(
    sets_of_kinds: Iterable[Iterable[Kind]], types: Schemas
) -> dict[str, dict[str, Any]]:
    """The responses that `refusals` of those sets refer to."""
    return {
        _name(group): _refusal(group, types)
        for kinds in sets_of_kinds
        for _, group in _by_status(kinds)
    }


def problem_examples() -> dict[str, dict[str, Any]]:
    """One of every sort, by its slug."""
    return {kind.slug: _example(EXAMPLES[kind]) for kind in problems.KINDS}


def _by_status(kinds: Iterable[Kind]) -> Iterable[tuple[int, list[Kind]]]:
    in_order = sorted(kinds, key=problems.KINDS.index)
    for status, group in groupby(in_order, key=lambda kind: kind.status):
        yield status, list(group)


def _name(group: list[Kind]) -> str:
    return ".".join(kind.slug for kind in group)


def _refusal(group: list[Kind], types: Schemas) -> dict[str, Any]:
    own = dict.fromkeys(name for kind in group for name in EXAMPLES[kind].headers)
    return {
        "description": "\n\n".join(
            f"**{kind.title}.** {kind.when} {kind.remedy}" for kind in group
        ),
        "headers": headers(*own, counted=not _UNCOUNTED.issuperset(group)),
        "content": {
            PROBLEM_JSON: {
                "schema": types.reference(schemas.ProblemDetails),
                "examples": {
                    kind.slug: {"$ref": f"#/components/examples/{kind.slug}"} for kind in group
                },
            }
        },
    }


def _example(problem: Problem) -> dict[str, Any]:
    request_id = HEADERS["X-Request-Id"]["example"]
    value = msgspec.to_builtins(problem_details(problem, request_id))
    return {"summary": problem.kind.title, "value": value}
