"""What the API reads: the only SQL by hand in Sift.

A read costs two statements: one finds the key with its organisation, one gives the answer, with the
check that its parent exists and the total where they are asked for. Every function but the first,
which finds out who asks, requires `organisation_id`, and every table in it is narrowed by that.

Statements go to psycopg directly, with values bound by the server, so that few kinds of statement
are prepared once per connection; rows become the schemas' Structs as they arrive.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Generic, LiteralString, TypeVar
from uuid import UUID

import psycopg
from django.db import connection
from psycopg.abc import Buffer
from psycopg.adapt import Loader
from psycopg.types.numeric import Int8
from psycopg.types.string import TextLoader

from sift_site.api import schemas
from sift_site.api.cursors import Place
from sift_site.api.instants import rfc3339

T = TypeVar("T")
Listed = TypeVar("Listed", schemas.Lead, schemas.Conversation)


# --- Who asks ------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class KeyRow:
    """A key that may ask: not deleted, not expired, of an organisation whose account is open."""

    key_id: UUID
    name: str
    scope: str
    organisation_id: UUID
    plan: str
    allowed_networks: list[str]  # where it may be used from; empty: anywhere
    asked_at: datetime  # by the database's clock


def key_by_digest(digest: str) -> KeyRow | None:
    """The key of that digest with its organisation, or None where it may not ask."""
    rows = _ask(
        """
        SELECT key.id, key.name, key.scope, key.organisation_id, organisation.plan,
               key.allowed_networks, now()
          FROM apikeys_apikey AS key
          JOIN organisations_organisation AS organisation ON organisation.id = key.organisation_id
         WHERE key.digest = %(digest)s
           AND key.revoked_at IS NULL
           AND (key.expires_at IS NULL OR key.expires_at > now())
           AND organisation.closed_at IS NULL
        """,
        {"digest": digest},
        KeyRow,
        as_text=False,
    )
    return rows[0] if rows else None


# --- Lists ---------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Window:
    """Which rows of a list: so many, after a place, or after so many others."""

    limit: int
    offset: int = 0
    after: Place | None = None
    with_total: bool = False


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Rows of a list, in its order."""

    rows: list[T]
    total: int | None  # where it was asked for
    # The last row's time and tie-breaker, where there are more after it.
    goes_on_after: tuple[str, str] | None


_LEAD_COLUMNS: LiteralString = """
    lead.id, lead.name, lead.email, lead.phone, lead.status, lead.score, lead.source, lead.summary,
    lead.intent, lead.budget_min, lead.budget_max, lead.bedrooms_min, lead.bedrooms_max, lead.area,
    lead.property_type, lead.timeline, lead.chain_status, lead.financing_status, lead.buyer_scheme,
    lead.stamp_duty_position, lead.viewing_requested, lead.created_at, lead.updated_at
"""
_CONVERSATION_COLUMNS: LiteralString = """
    conversation.id, conversation.lead_id, conversation.channel, conversation.status,
    conversation.languages_used, conversation.created_at, conversation.updated_at
"""


def lead_page(
    *,
    organisation_id: UUID,
    window: Window,
    statuses: Sequence[str] = (),
    since: datetime | None = None,
    updated_since: datetime | None = None,
) -> Page[schemas.Lead]:
    """The organisation's leads, newest first; those that were merged into another are left out."""
    where = _Conditions(organisation_id)
    # The words of the partial indexes: without them PostgreSQL may not use one.
    where.add("lead.merged_into_id IS NULL")
    # One status is an equality, which the index by status serves in order; several are a set.
    if len(statuses) == 1:
        where.add("lead.status = %(status)s", status=statuses[0])
    elif statuses:
        where.add("lead.status = ANY(%(statuses)s::text[])", statuses=list(statuses))
    if since is not None:
        where.add("lead.created_at >= %(since)s", since=since)
    if updated_since is not None:
        where.add("lead.updated_at >= %(updated_since)s", updated_since=updated_since)
    return _newest_first("lead", "leads_lead", _LEAD_COLUMNS, schemas.Lead, where, window)


def conversation_page(
    *,
    organisation_id: UUID,
    window: Window,
    channel: str | None = None,
    status: str | None = None,
    lead_id: UUID | None = None,
    since: datetime | None = None,
    updated_since: datetime | None = None,
) -> Page[schemas.Conversation]:
    """The organisation's conversations, newest first."""
    where = _Conditions(organisation_id)
    if channel is not None:
        where.add("conversation.channel = %(channel)s", channel=channel)
    if status is not None:
        where.add("conversation.status = %(status)s", status=status)
    if lead_id is not None:
        where.add("conversation.lead_id = %(lead_id)s", lead_id=lead_id)
    if since is not None:
        where.add("conversation.created_at >= %(since)s", since=since)
    if updated_since is not None:
        where.add("conversation.updated_at >= %(updated_since)s", updated_since=updated_since)
    return _newest_first(
        "conversation", "conversations_conversation", _CONVERSATION_COLUMNS,
        schemas.Conversation, where, window,
    )  # fmt: skip


def lead(*, organisation_id: UUID, lead_id: UUID) -> schemas.Lead | None:
    """The organisation's lead of that id, unless it was merged into another."""
    rows = _ask(
        f"""
        SELECT {_LEAD_COLUMNS} FROM leads_lead AS lead
         WHERE lead.organisation_id = %(organisation_id)s AND lead.id = %(lead_id)s
           AND lead.merged_into_id IS NULL
        """,
        {"organisation_id": organisation_id, "lead_id": lead_id},
        schemas.Lead,
    )
    return rows[0] if rows else None


@dataclass(frozen=True, slots=True)
class _PlacedMessage:
    """A message with its position, which a cursor needs and the JSON does not show."""

    position: int
    message: schemas.Message


def message_page(
    *,
    organisation_id: UUID,
    conversation_id: UUID,
    window: Window,
    since: datetime | None = None,
) -> Page[schemas.Message] | None:
    """A conversation's messages in the order of time; None where there is no such conversation."""
    where = _Conditions(organisation_id)
    where.add("message.conversation_id = conversation.id", conversation_id=conversation_id)
    if since is not None:
        where.add("message.created_at >= %(since)s", since=since)
    matching = where.sql("message")
    total: LiteralString = "NULL::bigint"
    if window.with_total:
        total = f"(SELECT count(*) FROM conversations_message AS message WHERE {matching})"
    if window.after is not None:
        where.add(
            "(message.created_at, message.position) > (%(after_at)s, %(after_tie)s::integer)",
            after_at=window.after.created_at,
            after_tie=window.after.tie,
        )
    rows = _ask(
        f"""
        SELECT {total}, page.position, page.id, page.role, page.content, page.created_at
          FROM conversations_conversation AS conversation
          LEFT JOIN LATERAL (
                SELECT message.position, message.id, message.role, message.content,
                       message.created_at
                  FROM conversations_message AS message
                 WHERE {where.sql("message")}
                 ORDER BY message.created_at, message.position
                OFFSET %(offset)s LIMIT %(limit)s
               ) AS page ON true
         WHERE conversation.organisation_id = %(organisation_id)s
           AND conversation.id = %(conversation_id)s
         ORDER BY page.created_at, page.position
        """,
        where.values | {"offset": Int8(window.offset), "limit": Int8(window.limit + 1)},
        _with_total(lambda position, *message: _PlacedMessage(position, schemas.Message(*message))),
    )
    if not rows:
        return None
    page = _page(rows, window, lambda row: (row.message.created_at, str(row.position)))
    return Page([row.message for row in page.rows], page.total, page.goes_on_after)


def conversation_exists(*, organisation_id: UUID, conversation_id: UUID) -> bool:
    """Whether the organisation has that conversation."""
    return bool(
        _ask(
            """
            SELECT conversation.id FROM conversations_conversation AS conversation
             WHERE conversation.organisation_id = %(organisation_id)s
               AND conversation.id = %(conversation_id)s
            """,
            {"organisation_id": organisation_id, "conversation_id": conversation_id},
            str,
        )
    )


# --- How a list is asked -------------------------------------------------------------------------
@dataclass(slots=True)
class _Conditions:
    """What narrows a list, the organisation first, and the values that go with it."""

    organisation_id: UUID
    _conditions: list[LiteralString] = field(default_factory=list)
    values: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.values["organisation_id"] = self.organisation_id

    def add(self, condition: LiteralString, **values: Any) -> None:
        self._conditions.append(condition)
        self.values |= values

    def sql(self, alias: LiteralString) -> LiteralString:
        own: LiteralString = f"{alias}.organisation_id = %(organisation_id)s"
        return " AND ".join([own, *self._conditions])


def _newest_first(
    alias: LiteralString,
    table: LiteralString,
    columns: LiteralString,
    struct: type[Listed],
    where: _Conditions,
    window: Window,
) -> Page[Listed]:
    """A page by `created_at` and `id`, both descending: a total order that an index holds."""
    matching = where.sql(alias)
    if window.after is not None:
        # A comparison of rows, which the index answers by one descent however deep the page lies.
        where.add(
            f"({alias}.created_at, {alias}.id) < (%(after_at)s, %(after_tie)s::uuid)",
            after_at=window.after.created_at,
            after_tie=window.after.tie,
        )
    order: LiteralString = f"ORDER BY {alias}.created_at DESC, {alias}.id DESC"
    values = where.values | {"limit": Int8(window.limit + 1)}
    if window.offset:
        # The rows that are skipped are skipped in the index alone; only the page's are fetched.
        values["offset"] = Int8(window.offset)
        page: LiteralString = f"""
            SELECT {columns} FROM (
                SELECT {alias}.id FROM {table} AS {alias} WHERE {where.sql(alias)}
                {order} OFFSET %(offset)s LIMIT %(limit)s
            ) AS chosen
            JOIN {table} AS {alias} ON {alias}.organisation_id = %(organisation_id)s
                                   AND {alias}.id = chosen.id
            {order}
        """
    else:
        page = f"""
            SELECT {columns} FROM {table} AS {alias} WHERE {where.sql(alias)}
            {order} LIMIT %(limit)s
        """
    if not window.with_total:
        return _page([(None, row) for row in _ask(page, values, struct)], window, _newest_place)
    # The total stands on the left, so that it is told on an empty page too.
    with_total: LiteralString = f"""
        SELECT counted.total, page.*
          FROM (SELECT count(*) AS total FROM {table} AS {alias} WHERE {matching}) AS counted
          LEFT JOIN LATERAL ({page}) AS page ON true
         ORDER BY page.created_at DESC, page.id DESC
    """
    return _page(_ask(with_total, values, _with_total(struct)), window, _newest_place)


def _newest_place(row: schemas.Lead | schemas.Conversation) -> tuple[str, str]:
    return row.created_at, row.id


def _with_total(struct: Callable[..., T]) -> Callable[..., tuple[int | None, T | None]]:
    """Reads rows whose first column is the list's total; the others are NULL on an empty page."""

    def read(total: int | None, *values: Any) -> tuple[int | None, T | None]:
        return total, None if values[0] is None else struct(*values)

    return read


def _page(
    rows: Sequence[tuple[int | None, T | None]],
    window: Window,
    place: Callable[[T], tuple[str, str]],
) -> Page[T]:
    """The page out of one row more than it holds, which tells whether there are more."""
    found = [row for _, row in rows if row is not None]
    shown = found[: window.limit]
    return Page(
        shown,
        total=rows[0][0] if rows else None,
        goes_on_after=place(shown[-1]) if len(found) > len(shown) else None,
    )


# --- How psycopg is asked ------------------------------------------------------------------------
def _ask(
    sql: LiteralString,
    values: dict[str, Any],
    row: Callable[..., T],
    *,
    as_text: bool = True,
) -> list[T]:
    """Every row of one statement, each given to `row` as arguments.

    Nothing pings the connection beforehand, so one that died with a database that is back by now is
    found out here: it is replaced, and the statement, which only reads, is asked once more.
    """
    connection.ensure_connection()
    try:
        return _ask_once(connection.connection, sql, values, row, as_text=as_text)
    except psycopg.OperationalError:
        if connection.in_atomic_block or not connection.connection.closed:
            raise
        connection.close()
        connection.ensure_connection()
        return _ask_once(connection.connection, sql, values, row, as_text=as_text)


def _ask_once(
    raw: psycopg.Connection[Any],
    sql: LiteralString,
    values: dict[str, Any],
    row: Callable[..., T],
    *,
    as_text: bool,
) -> list[T]:
    # psycopg's own cursor, not Django's: values are bound by the server, the statement can be
    # prepared, and no transaction is begun.
    with psycopg.Cursor(raw, row_factory=lambda _: lambda columns: row(*columns)) as cursor:
        if as_text:
            cursor.adapters.register_loader("uuid", TextLoader)
            cursor.adapters.register_loader("timestamptz", _Rfc3339Loader)
        return cursor.execute(sql, values).fetchall()


class _Rfc3339Loader(Loader):
    """`2026-06-01 09:30:00.12+00`, as PostgreSQL writes it, to `2026-06-01T09:30:00.120000Z`."""

    def load(self, data: Buffer) -> str:
        text = bytes(data).decode("ascii")
        if text.endswith("+00") and text[10] == " ":
            return f"{text[:10]}T{text[11:19]}.{text[20:-3]:0<6}Z"
        # The session's zone is not UTC (Django sets it, so somebody's role or pooler did too).
        return rfc3339(datetime.fromisoformat(text).astimezone(UTC))
