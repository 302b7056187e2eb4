"""How a view answers: JSON of a Struct, entity tags and their preconditions (RFC 9110)."""

import re
from collections.abc import Callable
from datetime import UTC
from functools import cache
from operator import attrgetter
from typing import Any
from urllib.parse import urlencode

import msgspec
from django.utils.http import parse_etags
from msgspec import structs

from foundation.rfc3339 import rfc3339
from sift_site.api import problems, schemas
from sift_site.api.http import Answer, ApiRequest
from sift_site.api.parameters import IGNORED, ListQuery
from sift_site.api.times import to_microseconds
from sift_site.api.windows import Page

_encode = msgspec.json.Encoder().encode
_LEFT_OUT = IGNORED | {"cursor", "offset"}
_JSON = "application/json"


def json_response(body: msgspec.Struct, *, status: int = 200, **headers: str | None) -> Answer:
    """The body, with these headers (`ETag`, `Idempotent_Replayed`) as far as they have a value."""
    named = {name.replace("_", "-"): value for name, value in headers.items() if value is not None}
    return Answer(_encode(body), status=status, content_type=_JSON, headers=named)


def list_response(request: ApiRequest, query: ListQuery, page: Page[Any]) -> Answer:
    """200 with a page of a list; a Link header leads to the next one, if there is one."""
    cursor = query.listing.cursor_after(page.goes_on_after) if page.goes_on_after else None
    body = schemas.ListOf(
        data=in_full(page.rows),
        limit=query.window.limit,
        offset=query.window.offset,
        has_more=cursor is not None,
        next_cursor=cursor,
        total=msgspec.UNSET if page.total is None else page.total,
    )
    answer = Answer(_encode(body), content_type=_JSON)
    if cursor is not None:
        answer.headers["Link"] = f'<{_next_address(request, query, cursor)}>; rel="next"'
    return answer


def in_full(rows: list[Any]) -> list[Any]:
    """The rows, such that their times are written to the microsecond and in UTC.

    msgspec writes times many times quicker than anything here could, but leaves a fraction of
    nought off, which an imported history has everywhere, and keeps a zone that is not UTC (a role's
    or pooler's, if it set one for the session). Such times become text.
    """
    if not rows:
        return rows
    if getattr(rows[0], "messages", msgspec.UNSET) is not msgspec.UNSET:
        rows = [structs.replace(row, messages=in_full(row.messages)) for row in rows]
    struct: Any = type(rows[0])
    names, fractions = _times_of(struct)
    if getattr(rows[0], names[0]).tzinfo is not UTC:
        return [_with_text(row, names) for row in rows]
    if all(map(all, map(fractions, rows))):
        return rows
    return [row if all(fractions(row)) else _with_text(row, _whole(row, names)) for row in rows]


def _whole(row: Any, names: list[str]) -> list[str]:
    """Those of the names whose time has no fraction."""
    return [name for name in names if not getattr(row, name).microsecond]


def _with_text(row: Any, names: list[str]) -> Any:
    return structs.replace(row, **{name: rfc3339(getattr(row, name)) for name in names})


@cache
def _times_of(struct: Any) -> tuple[list[str], Callable[[Any], Any]]:
    """The names of a Struct's times, and what gives the microseconds of all in a tuple."""
    names: list[str] = [
        name for name in ("created_at", "updated_at") if name in struct.__struct_fields__
    ]
    # One twice: of a single name there would be no tuple.
    return names, attrgetter(*(f"{name}.microsecond" for name in [names[0], *names]))


def _next_address(request: ApiRequest, query: ListQuery, cursor: str) -> str:
    """This list with the same filters and limit, after the cursor (RFC 8288)."""
    kept = [
        (name, value)
        for name, values in query.given.items()
        if name not in _LEFT_OUT
        for value in values
    ]
    # The host was checked by the gateway; a path to a list and a cursor need no quoting.
    host = request.header("HTTP_HOST") or request.get_host()
    url = f"{request.scheme}://{host}{request.header('SCRIPT_NAME')}{request.path_info}"
    return f"{url}?{urlencode(kept)}{'&' if kept else ''}cursor={cursor}"


def lead_etag(lead: schemas.Lead) -> str:
    """A strong entity tag: `updated_at` moves with any change of a field that the JSON shows."""
    return f'"{lead.id}-{to_microseconds(lead.updated_at)}"'


def lead_response(lead: schemas.Lead) -> Answer:
    """200 with the lead and its entity tag."""
    (shown,) = in_full([lead])
    return Answer(_encode(shown), content_type=_JSON, headers={"ETag": lead_etag(lead)})


def conversation_etag(conversation: schemas.Conversation) -> str:
    """A strong entity tag: `updated_at` moves with any change, and with any message."""
    return f'"{conversation.id}-{to_microseconds(conversation.updated_at)}"'


def conversation_response(conversation: schemas.Conversation) -> Answer:
    """200 with the conversation and its entity tag."""
    (shown,) = in_full([conversation])
    return json_response(shown, ETag=conversation_etag(conversation))


def lead_unless_known(request: ApiRequest, lead: schemas.Lead) -> Answer:
    """200 with the lead, or 304 where If-None-Match has it already."""
    return not_modified(request, lead_etag(lead)) or lead_response(lead)


def not_modified(request: ApiRequest, etag: str) -> Answer | None:
    """304 where If-None-Match has it already (RFC 9110, 13.1.2)."""
    if (given := request.header("HTTP_IF_NONE_MATCH")) and _names(given, etag):
        return Answer(status=304, headers={"ETag": etag})
    return None


def require_match(request: ApiRequest, etag: str) -> None:
    """Raise the Problem 412 where If-Match is there and does not name what stands."""
    given = request.META.get("HTTP_IF_MATCH")
    if given is not None and not _names(given, etag):
        raise problems.changed_meanwhile()


# nginx weakens the tag of what it compresses; Apache and Caddy put the coding into it.
_PUT_ON_BY_PROXIES = re.compile(r'\AW/|-(?:gzip|br|zstd|deflate)(?="\Z)')


def _names(given: str, etag: str) -> bool:
    """Whether a list of entity tags names this one; what cannot be read as a list names none.

    RFC 9110, 13.1.1, asks If-Match for a strong comparison. Then nobody behind a proxy that
    compresses could ever change anything: the tag it made weak is the one that the caller knows.
    It tells the lead's state as well as ours, and no two states share one.
    """
    tags = parse_etags(given)
    return tags == ["*"] or etag in (_PUT_ON_BY_PROXIES.sub("", tag) for tag in tags)
