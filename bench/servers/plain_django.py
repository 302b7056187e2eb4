"""Plain Django: views that return JsonResponse."""

import django

django.setup()

import json  # noqa: E402
from datetime import datetime  # noqa: E402
from functools import wraps  # noqa: E402

from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.http import JsonResponse  # noqa: E402
from django.urls import path  # noqa: E402
from django.utils.dateparse import parse_datetime  # noqa: E402

from bench.servers import keyset, orm  # noqa: E402


class Refused(Exception):
    def __init__(self, status: int) -> None:
        self.status = status


def keyed(method):
    def decorate(view):
        @wraps(view)
        def guarded(request, **ids):
            if request.method != method:
                return JsonResponse({"detail": "method not allowed"}, status=405)
            key = orm.key_of(request.headers.get("Authorization"))
            if key is None:
                return JsonResponse({"detail": "no valid key"}, status=401)
            try:
                return view(request, key, **ids)
            except Refused as refused:
                return JsonResponse({"detail": "refused"}, status=refused.status)

        return guarded

    return decorate


def shown(row, fields):
    return {name: written(getattr(row, name)) for name in fields}


def written(value):
    # Django's own encoder would cut microseconds off, and with them break `since`.
    return value.isoformat().replace("+00:00", "Z") if isinstance(value, datetime) else value


def found(row):
    if row is None:
        raise Refused(404)
    return row


def window_of(query, default, most):
    try:
        limit, offset = int(query.get("limit", default)), int(query.get("offset", 0))
        since = parse_datetime(query["since"]) if "since" in query else None
    except ValueError:
        raise Refused(422) from None
    if not 1 <= limit <= most or offset < 0 or ("since" in query and since is None):
        raise Refused(422)
    return {"limit": limit, "offset": offset, "since": since, "cursor": query.get("cursor")}


def page_response(page, fields):
    return JsonResponse(
        {
            "data": [shown(row, fields) for row in page.data],
            "limit": page.limit,
            "offset": page.offset,
            "has_more": page.has_more,
            "next_cursor": page.next_cursor,
        }
    )


@keyed("GET")
def lead_list(request, key):
    window = window_of(request.GET, 50, 500)
    page = orm.lead_page(key, **window, status=request.GET.getlist("status"))
    return page_response(page, orm.LEAD_FIELDS)


@keyed("GET")
def lead_detail(request, key, lead_id):
    return JsonResponse(shown(found(orm.lead(key, lead_id)), orm.LEAD_FIELDS))


@keyed("PATCH")
def change_status(request, key, lead_id):
    try:
        status = json.loads(request.body)["status"]
    except (ValueError, KeyError, TypeError):
        raise Refused(422) from None
    if status not in keyset.STATUSES:
        raise Refused(422)
    return JsonResponse(shown(found(orm.change_status(key, lead_id, status)), orm.LEAD_FIELDS))


@keyed("GET")
def message_list(request, key, conversation_id):
    page = orm.message_page(key, conversation_id, **window_of(request.GET, 1000, 1000))
    return page_response(found(page), orm.MESSAGE_FIELDS)


@keyed("GET")
def event_list(request, key):
    after = request.GET.get("after", "0")
    limit = window_of(request.GET, 100, 500)["limit"]
    if after != "latest" and not after.isdecimal():
        raise Refused(422)
    page = orm.event_page(key, after=after, limit=limit)
    return JsonResponse(
        {
            "data": [shown_event(change) for change in page.data],
            "position": page.position,
            "latest": page.latest,
            "has_more": page.has_more,
        }
    )


def shown_event(change):
    event = shown(change, orm.EVENT_FIELDS) | {
        "from": change.from_value,
        "to": change.to_value,
        "actor": change.actor,
        "lead": shown(change.lead, orm.LEAD_FIELDS) if change.lead else None,
    }
    return event if change.count is None else event | {"count": change.count}


urlpatterns = [
    path("api/v1/leads", lead_list),
    path("api/v1/leads/<uuid:lead_id>", lead_detail),
    path("api/v1/leads/<uuid:lead_id>/status", change_status),
    path("api/v1/conversations/<uuid:conversation_id>/messages", message_list),
    path("api/v1/events", event_list),
]
application = get_wsgi_application()
