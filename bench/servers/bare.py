"""A bare WSGI callable with psycopg and msgspec: about what this machine can do with Python.

No framework, no middleware, no limiter, no request ids, no log, no check of a parameter beyond
what its use needs; SQL by hand, one connection for each thread, prepared statements.
"""

import os
import threading
from datetime import datetime
from urllib.parse import parse_qsl
from uuid import UUID

import msgspec
import psycopg

from bench.servers import keyset
from foundation.ids import uuid7

COLUMNS = """id, name, email, phone, status, score, source, summary, intent, budget_min, budget_max,
    bedrooms_min, bedrooms_max, area, property_type, timeline, chain_status, financing_status,
    buyer_scheme, stamp_duty_position, viewing_requested, property_ref, origin_url, campaign,
    marketing_consent, created_at, updated_at"""
KEY = """
    SELECT key.id, key.name, key.organisation_id, key.scope, organisation.plan
      FROM apikeys_apikey AS key
      JOIN organisations_organisation AS organisation ON organisation.id = key.organisation_id
     WHERE key.digest = %s AND key.revoked_at IS NULL
       AND (key.expires_at IS NULL OR key.expires_at > now()) AND organisation.closed_at IS NULL
"""
LEAD = f"""
    SELECT {COLUMNS} FROM leads_lead
     WHERE organisation_id = %s AND id = %s AND merged_into_id IS NULL
"""
CHANGE = f"""
    WITH before AS (
        SELECT status FROM leads_lead
         WHERE organisation_id = %(organisation)s AND id = %(lead)s AND merged_into_id IS NULL
           FOR UPDATE
    ), event AS (
        INSERT INTO leads_leadevent
               (id, organisation_id, lead_id, kind, "from", "to", payload, actor_kind, actor_id,
                actor_name)
        SELECT %(event)s, %(organisation)s, %(lead)s, 'status', before.status, %(status)s, '{{}}',
               'api_key', %(key)s, %(key_name)s
          FROM before WHERE before.status <> %(status)s
    )
    UPDATE leads_lead
       SET status = %(status)s, moved_on = moved_on OR status <> %(status)s
     WHERE organisation_id = %(organisation)s AND id = %(lead)s AND merged_into_id IS NULL
       AND (SELECT count(*) FROM before) = 1
    RETURNING {COLUMNS}
"""

EVENTS = f"""
    SELECT feed.position, change.position, change.id, change.type, change.created_at,
           change.lead_id, change.conversation_id, change.changed, change."from", change."to",
           change.count, change.actor_kind, change.actor_name,
           {", ".join(f"lead.{column.strip()}" for column in COLUMNS.split(","))}
      FROM organisations_feed AS feed
      LEFT JOIN LATERAL (
            SELECT * FROM organisations_change AS change
             WHERE change.organisation_id = %(organisation)s
               AND feed.position > %(after)s AND change.position > %(after)s
             ORDER BY change.position LIMIT %(limit)s
           ) AS change ON true
      LEFT JOIN leads_lead AS lead ON lead.organisation_id = %(organisation)s
                                  AND lead.id = change.lead_id AND lead.merged_into_id IS NULL
     WHERE feed.organisation_id = %(organisation)s
     ORDER BY change.position
"""
LATEST = "SELECT position FROM organisations_feed WHERE organisation_id = %s"


class Lead(msgspec.Struct, gc=False):
    id: UUID
    name: str | None
    email: str | None
    phone: str | None
    status: str
    score: int | None
    source: str
    summary: str | None
    intent: str | None
    budget_min: int | None
    budget_max: int | None
    bedrooms_min: int | None
    bedrooms_max: int | None
    area: str | None
    property_type: str | None
    timeline: str | None
    chain_status: str | None
    financing_status: str | None
    buyer_scheme: str | None
    stamp_duty_position: str | None
    viewing_requested: bool
    property_ref: str | None
    origin_url: str | None
    campaign: str | None
    marketing_consent: str | None
    created_at: datetime
    updated_at: datetime


class Message(msgspec.Struct, gc=False):
    id: UUID
    role: str
    content: str
    created_at: datetime


class Event(msgspec.Struct, rename={"from_value": "from", "to_value": "to"}):
    position: int
    id: UUID
    type: str
    created_at: datetime
    lead_id: UUID | None
    conversation_id: UUID | None
    changed: list[str]
    from_value: str | None
    to_value: str | None
    count: int | msgspec.UnsetType
    actor: dict | None
    lead: Lead | None


class StatusChange(msgspec.Struct, forbid_unknown_fields=True):
    status: str


class Refused(Exception):
    """Ends a request with a status line."""


_own = threading.local()
_encode = msgspec.json.Encoder().encode
_change = msgspec.json.Decoder(StatusChange).decode


def ask(sql, values):
    try:
        connection = _own.connection
    except AttributeError:
        connection = psycopg.connect(
            os.environ["DATABASE_URL"], autocommit=True, options="-c timezone=UTC"
        )
        _own.connection = connection
    return connection.execute(sql, values).fetchall()


def lead_list(key, query):
    limit, offset = int(query.get("limit", 50)), int(query.get("offset", 0))
    conditions, values = ["organisation_id = %s", "merged_into_id IS NULL"], [key[2]]
    if "status" in query:
        conditions.append("status = ANY(%s)" if "," in query["status"] else "status = %s")
        values.append(query["status"].split(",") if "," in query["status"] else query["status"])
    if "since" in query:
        conditions.append("created_at >= %s")
        values.append(datetime.fromisoformat(query["since"]))
    if "cursor" in query:
        at, tie = keyset.place_of(query["cursor"])
        conditions.append("(created_at, id) < (%s, %s)")
        values += [datetime.fromisoformat(at), UUID(tie)]
    rows = ask(
        f"SELECT {COLUMNS} FROM leads_lead WHERE {' AND '.join(conditions)}"
        " ORDER BY created_at DESC, id DESC OFFSET %s LIMIT %s",
        [*values, offset, limit + 1],
    )
    data = [Lead(*row) for row in rows[:limit]]
    more = len(rows) > limit
    return page(data, limit, offset, (data[-1].created_at, data[-1].id) if more else None)


def page(data, limit, offset, place):
    return {
        "data": data,
        "limit": limit,
        "offset": offset,
        "has_more": place is not None,
        "next_cursor": keyset.cursor_after(place[0].isoformat(), place[1]) if place else None,
    }


def lead_detail(key, lead_id):
    rows = ask(LEAD, (key[2], lead_id))
    if not rows:
        raise Refused("404 Not Found")
    return Lead(*rows[0])


def change_status(key, lead_id, environ):
    if key[3] != "read_write":
        raise Refused("403 Forbidden")
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    status = _change(body).status
    if status not in keyset.STATUSES:
        raise Refused("422 Unprocessable Content")
    values = {
        "organisation": key[2], "lead": lead_id, "status": status, "event": uuid7(),
        "key": key[0], "key_name": key[1],
    }  # fmt: skip
    rows = ask(CHANGE, values)
    if not rows:
        raise Refused("404 Not Found")
    return Lead(*rows[0])


def message_list(key, conversation_id, query):
    limit, offset = int(query.get("limit", 1000)), int(query.get("offset", 0))
    conditions, values = ["organisation_id = %s", "conversation_id = %s"], [key[2], conversation_id]
    if "since" in query:
        conditions.append("created_at >= %s")
        values.append(datetime.fromisoformat(query["since"]))
    if "cursor" in query:
        at, tie = keyset.place_of(query["cursor"])
        conditions.append("(created_at, position) > (%s, %s)")
        values += [datetime.fromisoformat(at), int(tie)]
    rows = ask(
        "SELECT id, role, content, created_at, position FROM conversations_message"
        f" WHERE {' AND '.join(conditions)} ORDER BY created_at, position OFFSET %s LIMIT %s",
        [*values, offset, limit + 1],
    )
    if not rows:
        asked = "SELECT 1 FROM conversations_conversation WHERE organisation_id = %s AND id = %s"
        if not ask(asked, (key[2], conversation_id)):
            raise Refused("404 Not Found")
    data = [Message(*row[:4]) for row in rows[:limit]]
    more = len(rows) > limit
    return page(data, limit, offset, (data[-1].created_at, rows[limit - 1][4]) if more else None)


def event_list(key, query):
    after, limit = query.get("after", "0"), int(query.get("limit", 100))
    if after == "latest":
        rows = ask(LATEST, (key[2],))
        latest = rows[0][0] if rows else 0
        return {"data": [], "position": latest, "latest": latest, "has_more": False}
    rows = ask(EVENTS, {"organisation": key[2], "after": int(after), "limit": limit + 1})
    latest = rows[0][0] if rows else 0
    data = [event_of(row) for row in rows[:limit] if row[1] is not None]
    more = len(rows) > limit
    return {
        "data": data,
        "position": data[-1].position if more else latest,
        "latest": latest,
        "has_more": more,
    }


def event_of(row):
    *told, count, kind, name = row[1:13]
    return Event(
        *told,
        msgspec.UNSET if count is None else count,
        None if kind is None else {"kind": kind, "name": name},
        None if row[13] is None else Lead(*row[13:]),
    )


def answer(environ):
    parts = environ["PATH_INFO"].split("/")  # "", "api", "v1", "leads", id, "status"
    method = environ["REQUEST_METHOD"]
    digest = keyset.digest_of(environ.get("HTTP_AUTHORIZATION"))
    keys = ask(KEY, (digest,)) if digest else []
    if not keys:
        raise Refused("401 Unauthorized")
    if keys[0][4] == "starter":
        raise Refused("403 Forbidden")
    query = dict(parse_qsl(environ["QUERY_STRING"]))
    match method, parts[3:]:
        case "GET", ["leads"]:
            return lead_list(keys[0], query)
        case "GET", ["leads", lead_id]:
            return lead_detail(keys[0], UUID(lead_id))
        case "PATCH", ["leads", lead_id, "status"]:
            return change_status(keys[0], UUID(lead_id), environ)
        case "GET", ["conversations", conversation_id, "messages"]:
            return message_list(keys[0], UUID(conversation_id), query)
        case "GET", ["events"]:
            return event_list(keys[0], query)
    raise Refused("404 Not Found")


def application(environ, start_response):
    try:
        status, body = "200 OK", _encode(answer(environ))
    except Refused as refused:
        status, body = str(refused), b'{"detail":"refused"}'
    except (ValueError, msgspec.DecodeError):
        status, body = "422 Unprocessable Content", b'{"detail":"not accepted"}'
    headers = [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
    start_response(status, headers)
    return [body]
