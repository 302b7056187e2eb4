"""How a view answers: JSON of a Struct, entity tags and their preconditions (RFC 9110)."""

from typing import Any
from urllib.parse import urlencode

import msgspec
from django.http import HttpResponse
from django.utils.http import parse_etags

from sift_site.api import problems, schemas
from sift_site.api.endpoint import ApiRequest
from sift_site.api.instants import to_microseconds
from sift_site.api.parameters import IGNORED, ListQuery, query_of
from sift_site.api.reads import Page


def json_response(body: msgspec.Struct, *, etag: str | None = None) -> HttpResponse:
    """200 with the Struct as JSON."""
    response = HttpResponse(msgspec.json.encode(body), content_type="application/json")
    if etag is not None:
        response["ETag"] = etag
    return response


def list_response(request: ApiRequest, query: ListQuery, page: Page[Any]) -> HttpResponse:
    """200 with a page of a list; a Link header leads to the next one, if there is one."""
    cursor = query.listing.cursor_after(*page.goes_on_after) if page.goes_on_after else None
    response = json_response(
        schemas.ListOf(
            data=page.rows,
            limit=query.window.limit,
            offset=query.window.offset,
            has_more=cursor is not None,
            next_cursor=cursor,
            total=msgspec.UNSET if page.total is None else page.total,
        )
    )
    if cursor is not None:
        response["Link"] = f'<{_next_address(request, cursor)}>; rel="next"'
    return response


def _next_address(request: ApiRequest, cursor: str) -> str:
    """This list with the same filters and limit, after the cursor (RFC 8288)."""
    kept = [
        (name, value)
        for name, values in query_of(request).lists()
        if name not in IGNORED | {"cursor", "offset"}
        for value in values
    ]
    # The host was checked by the gateway.
    address = request.build_absolute_uri(request.path)
    return f"{address}?{urlencode([*kept, ('cursor', cursor)])}"


def lead_etag(lead: schemas.Lead) -> str:
    """A strong entity tag: `updated_at` moves with any change of a field that the JSON shows."""
    return f'"{lead.id}-{to_microseconds(lead.updated_at)}"'


def lead_response(request: ApiRequest, lead: schemas.Lead) -> HttpResponse:
    """200 with the lead, or 304 where If-None-Match has it already."""
    etag = lead_etag(lead)
    return not_modified(request, etag) or json_response(lead, etag=etag)


def not_modified(request: ApiRequest, etag: str) -> HttpResponse | None:
    """304 where If-None-Match has it already (RFC 9110, 13.1.2: a weak comparison)."""
    known = parse_etags(request.headers.get("If-None-Match", ""))
    if known == ["*"] or etag in [tag.removeprefix("W/") for tag in known]:
        return HttpResponse(status=304, headers={"ETag": etag})
    return None


def require_match(request: ApiRequest, lead: schemas.Lead) -> None:
    """Raise the Problem 412 where If-Match is there and does not name the lead as it stands.

    RFC 9110, 13.1.1: a strong comparison, so a weak tag never matches; what cannot be read as a
    list of tags matches nothing.
    """
    if (given := request.headers.get("If-Match")) is None:
        return
    accepted = parse_etags(given)
    if accepted != ["*"] and lead_etag(lead) not in accepted:
        raise problems.changed_meanwhile()
