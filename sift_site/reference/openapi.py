"""/api/v1/openapi.json: the API in OpenAPI 3.1, written from what serves and validates.

Shapes come from the Structs, parameters from the tables that check the query, refusals from the
table of problems, and the rest from the URL table's endpoints. A new endpoint is in it by itself.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, get_origin

import msgspec

from sift_site.api import gateway, problems, schemas
from sift_site.api.answers import not_modified
from sift_site.api.capture import IDEMPOTENCY_KEY
from sift_site.api.endpoint import Dispatch, Endpoint
from sift_site.api.http import Answer, ApiRequest
from sift_site.api.operations import Tag
from sift_site.api.parameters import Parameter
from sift_site.api.problems import Kind
from sift_site.api.urls import urlpatterns
from sift_site.api.webhook_schemas import WebhookEndpoint
from sift_site.reference.openapi_responses import (
    ENTITY_TAG,
    HEADERS,
    headers,
    problem_examples,
    refusal_components,
    refusals,
)
from sift_site.reference.openapi_schemas import Schemas

_DESCRIPTION = """\
The leads and chat transcripts of one estate agency, for its other systems: read them, and move \
leads along. A key belongs to one agency and sees nothing of any other.

Send the key with every request: `Authorization: Bearer sk_live_…`. It is never taken from the \
query or the body. A key that only reads cannot move leads; one that only captures sends \
conversations and sees nothing.

`HEAD` works wherever `GET` does, with the same headers and no body. Every answer carries an \
`X-Request-Id`, and `Cache-Control: private, no-store`. Everything is JSON in UTF-8; times are \
RFC 3339 in UTC. New fields may be added to answers: ignore those that you do not know.

Lists are followed by `next_cursor`. Refusals are problem details (RFC 9457), and their `type` is \
the address of a paragraph that says what to do. How to poll without missing a lead, what the \
limits are, and samples are in [the reference](/api/docs/).\
"""
_KEY = {
    "type": "http",
    "scheme": "bearer",
    "bearerFormat": "sk_live_…",
    "description": "A key that an admin of the agency made under Settings, API keys.",
}
_REQUEST_ID = {
    "name": "X-Request-Id",
    "in": "header",
    "description": "A name of your own for this request: 1 to 128 of `A-Z a-z 0-9 . _ : -`. "
    "Anything else is replaced by a new one.",
    "schema": {"type": "string"},
    "example": "crm-sync:2026-06-01:17",
}

_PRECONDITIONS = {
    "GET": {
        "name": "If-None-Match",
        "description": "An `ETag` that you have: 304 if nothing has changed since.",
    },
    "PATCH": {
        "name": "If-Match",
        "description": "The `ETag` that you decided upon: 412, and nothing is changed, if it is "
        "another by now. Without it the change is made whatever happened meanwhile.",
    },
}


_HEADERS = {
    IDEMPOTENCY_KEY: {
        "description": "Your own name of the conversation, where the body has no `external_id`: "
        "1 to 200 printable ASCII characters, kept for ever.",
        "schema": {"type": "string", "pattern": "^[ -~]{1,200}$"},
        "example": "chat-4711",
    },
}


@dataclass(frozen=True, slots=True)
class _Id:
    """A part of a path that names an object."""

    description: str
    struct: type[msgspec.Struct]


_IDS = {
    "lead_id": _Id("The lead's `id`.", schemas.Lead),
    "conversation_id": _Id("The conversation's `id`.", schemas.Conversation),
    "endpoint_id": _Id("The endpoint's `id`.", WebhookEndpoint),
}


# --- Serving it ----------------------------------------------------------------------------------
def openapi_document(request: ApiRequest) -> Answer:
    """The document, for all; or 304 where If-None-Match has it already."""
    text, etag = _written()
    unchanged = not_modified(request, etag)
    return unchanged or Answer(text, content_type="application/json", headers={"ETag": etag})


@cache
def _written() -> tuple[bytes, str]:
    """The document's bytes and their entity tag; it never changes while a process lives."""
    text = msgspec.json.encode(document())
    return text, f'"{hashlib.sha256(text).hexdigest()[:32]}"'


# --- Writing it ----------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class _Route:
    """A path as OpenAPI spells it, the ids in it, and its documented endpoints."""

    path: str
    ids: tuple[str, ...]
    endpoints: tuple[Endpoint, ...]


@cache
def document() -> dict[str, Any]:
    """The API in OpenAPI 3.1. Shared by all who ask: not to be changed."""
    routes = list(_routes())
    endpoints = [(endpoint, route) for route in routes for endpoint in route.endpoints]
    types = Schemas(
        [
            *(endpoint.operation.answer for endpoint, _ in endpoints),
            *(endpoint.operation.body for endpoint, _ in endpoints if endpoint.operation.body),
            *(one.struct for one in _IDS.values()),
            schemas.ProblemDetails,
        ],
        alike={"LeadFacts": "Lead"},
    )
    tags = dict.fromkeys(endpoint.operation.tag for endpoint, _ in endpoints)
    answered = [_kinds(endpoint, route) for endpoint, route in endpoints]
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Sift API",
            "version": "1.0.0",
            "summary": "An estate agency's chat leads, for its other systems.",
            "description": _DESCRIPTION,
        },
        "servers": [{"url": "/", "description": "The host that this document came from."}],
        "tags": [_tag(tag) for tag in tags],
        "security": [{"key": []}],
        "paths": {route.path: _path_item(route, types) for route in routes},
        "components": {
            "schemas": types.components,
            "responses": refusal_components([*answered, [problems.METHOD_NOT_ALLOWED]], types),
            "parameters": {"X-Request-Id": _REQUEST_ID},
            "examples": problem_examples(),
            "headers": HEADERS,
            "securitySchemes": {"key": _KEY},
        },
    }


def _routes() -> Iterator[_Route]:
    """The URL table's paths, but for those that are no endpoints of a key."""
    for entry in urlpatterns:
        dispatch = entry.callback
        assert isinstance(dispatch, Dispatch)  # noqa: S101  # the table is made by route()
        endpoints = tuple(
            endpoint
            for method, endpoint in dispatch.by_method.items()
            if isinstance(endpoint, Endpoint) and method == endpoint.method  # HEAD is GET's own
        )
        if endpoints:
            path = re.sub(r"<str:(\w+)>", r"{\1}", str(entry.pattern))
            ids = tuple(re.findall(r"{(\w+)}", path))
            yield _Route(f"{gateway.ROOT}/{path}", ids, endpoints)


def _tag(tag: Tag) -> dict[str, Any]:
    return {"name": tag.name, "description": tag.description}


def _path_item(route: _Route, types: Schemas) -> dict[str, Any]:
    shared = [_path_parameter(name, types) for name in route.ids]
    return {
        "parameters": [*shared, {"$ref": "#/components/parameters/X-Request-Id"}],
        **{
            endpoint.method.lower(): _operation(endpoint, route, types)
            for endpoint in route.endpoints
        },
    }


def _operation(endpoint: Endpoint, route: _Route, types: Schemas) -> dict[str, Any]:
    operation = endpoint.operation
    written: dict[str, Any] = {
        "operationId": operation.id,
        "tags": [operation.tag.name],
        "summary": operation.summary,
        "description": operation.description,
        "parameters": [
            *(_query_parameter(parameter) for parameter in operation.query),
            *([_precondition(endpoint)] if operation.has_entity_tag else []),
            *({"name": name, "in": "header", **_HEADERS[name]} for name in operation.headers),
        ],
    }
    if operation.body is not None:
        content = {
            "schema": types.reference(operation.body),
            "example": {**types.example(operation.body), **operation.example},
        }
        written["requestBody"] = {
            "required": True,
            "description": f"At most {endpoint.body_limit:,} bytes.",
            "content": {"application/json": content},
        }
    written["responses"] = _responses(endpoint, route, types)
    return written


def _kinds(endpoint: Endpoint, route: _Route) -> list[Kind]:
    """Every sort of refusal that the endpoint may answer with, from what it is."""
    kinds = [
        problems.BAD_REQUEST, problems.UNAUTHORISED, problems.HTTPS_REQUIRED,
        problems.PLAN_WITHOUT_API, problems.INVALID, problems.TOO_MANY_REQUESTS,
        problems.SERVER_ERROR, problems.UNAVAILABLE,
    ]  # fmt: skip
    if endpoint.scope != "read":
        kinds.append(problems.READ_ONLY_KEY)
    if endpoint.scope != "capture":
        kinds.append(problems.CAPTURE_ONLY_KEY)
    if route.ids:
        kinds.append(problems.NOT_FOUND)
    if endpoint.operation.body is not None:
        kinds += [problems.BODY_TOO_LARGE, problems.UNSUPPORTED_MEDIA_TYPE]
        if endpoint.operation.has_entity_tag:
            kinds.append(problems.CHANGED_MEANWHILE)
    return [*kinds, *endpoint.operation.refusals]


def _responses(endpoint: Endpoint, route: _Route, types: Schemas) -> dict[str, Any]:
    operation = endpoint.operation
    own = list(operation.answer_headers)
    if operation.has_entity_tag:
        own.append("ETag")
    if get_origin(operation.answer) is schemas.ListOf:
        own.append("Link")
    example = types.example(operation.answer)
    if endpoint.method == "PATCH" and operation.body is not None:  # it shows what was set
        example |= types.example(operation.body)
    answer = {
        "description": types.description(operation.answer),
        "headers": headers(*own),
        "content": {
            "application/json": {
                "schema": types.reference(operation.answer),
                "example": example,
            }
        },
    }
    responses: dict[str, Any] = {"200": answer}
    if operation.creates:
        location = ["Location"] if operation.headers else []
        responses["201"] = answer | {"headers": headers(*location)}
    if operation.has_entity_tag and endpoint.method == "GET":
        responses["304"] = {
            "description": "It is still as `If-None-Match` has it. There is no body.",
            "headers": headers("ETag"),
        }
    return responses | refusals(_kinds(endpoint, route))


# --- Parameters ----------------------------------------------------------------------------------
def _query_parameter(parameter: Parameter) -> dict[str, Any]:
    schema = dict(parameter.schema)
    if parameter.default is not None:
        schema["default"] = parameter.default
    if parameter.several:
        schema = {"type": "array", "items": schema, "minItems": 1}
    written = {
        "name": parameter.name,
        "in": "query",
        "description": parameter.description,
        "schema": schema,
        "example": parameter.example,
    }
    return written | ({"style": "form", "explode": False} if parameter.several else {})


def _path_parameter(name: str, types: Schemas) -> dict[str, Any]:
    return {
        "name": name,
        "in": "path",
        "required": True,
        "description": _IDS[name].description,
        "schema": {"type": "string", "format": "uuid"},
        "example": types.example(_IDS[name].struct)["id"],
    }


def _precondition(endpoint: Endpoint) -> dict[str, Any]:
    """If-None-Match of what is read, If-Match of what is changed (RFC 9110, 13.1)."""
    return {
        **_PRECONDITIONS[endpoint.method],
        "in": "header",
        "schema": {"type": "string"},
        "example": ENTITY_TAG,
    }
