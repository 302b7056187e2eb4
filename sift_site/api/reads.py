"""What the API reads, by SQL by hand.

A read costs two statements: one finds the key with its organisation, one gives the answer, with the
check that its parent exists and the total where they are asked for. Every function but the first,
which finds out who asks, requires `organisation_id`, and every table in it is narrowed by that.

`asking.py` asks them; rows become the schemas' Structs as they arrive. A statement is prepared,
and planned once for all values, where an index gives its rows in their order: then the same plan is
right for all. Where filters, a total or an offset leave several ways, it is planned for its values.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import starmap
from typing import Any, LiteralString, NamedTuple, TypeVar
from uuid import UUID

import msgspec

from foundation.database.statements import Row
from leads.agency_weights import weights_from
from leads.evidence import MOST_WORDS, Words
from leads.models import FACT_FIELDS, Lead
from leads.models.shown import SHOWN_COLUMNS
from leads.scoring import STANDARD, Weights
from sift_site.api import schemas
from sift_site.api.asking import ask, ask_with_literals
from sift_site.api.callers import KeyRow
from sift_site.api.cursors import Place
from sift_site.api.windows import Page, Window

Listed = TypeVar("Listed", schemas.Lead, schemas.Conversation)


# --- Who asks ------------------------------------------------------------------------------------
def key_by_digest(digest: str) -> KeyRow | None:
    """The key of that digest with its organisation, or None where it may not ask.

    The plan is read beside the key and not joined: that takes a fifth less of the database.
    """
    rows = ask(
        """
        SELECT key.id, key.name, key.scope, key.organisation_id,
               (SELECT organisation.plan FROM organisations_organisation AS organisation
                 WHERE organisation.id = key.organisation_id AND organisation.closed_at IS NULL),
               key.allowed_networks::text[], now()
          FROM apikeys_apikey AS key
         WHERE key.digest = %(digest)s
           AND key.revoked_at IS NULL
           AND (key.expires_at IS NULL OR key.expires_at > now())
        """,
        {"digest": digest},
    )
    if not rows or rows[0][4] is None:  # no such key, or an account that is closed
        return None
    return KeyRow(*rows[0])


# --- Lists ---------------------------------------------------------------------------------------
# Ids are text, as the JSON has them: PostgreSQL makes that quicker than Python.
_CONVERSATION_COLUMNS: LiteralString = """
    conversation.id::text AS id_text, conversation.lead_id::text, conversation.channel,
    conversation.status, conversation.languages_used, conversation.created_at,
    conversation.updated_at
"""


def lead_page(
    *,
    organisation_id: UUID,
    window: Window,
    statuses: Sequence[str] = (),
    email_key: str | None = None,
    phone_key: str | None = None,
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
        where.add_loosely("lead.status = ANY(%(statuses)s::text[])", statuses=list(statuses))
    # Few leads share a key, so its index is the right way whatever else is asked.
    if email_key is not None:
        where.add("lead.email_key = %(email_key)s", email_key=email_key)
    if phone_key is not None:
        where.add("lead.phone_key = %(phone_key)s", phone_key=phone_key)
    if since is not None:
        where.add("lead.created_at >= %(since)s", since=since)
    if updated_since is not None:
        where.add_loosely("lead.updated_at >= %(updated_since)s", updated_since=updated_since)
    return _newest_first("lead", "leads_lead", SHOWN_COLUMNS, schemas.Lead, where, window)


def conversation_page(
    *,
    organisation_id: UUID,
    window: Window,
    with_messages: bool = False,
    channel: str | None = None,
    status: str | None = None,
    lead_id: UUID | None = None,
    since: datetime | None = None,
    updated_since: datetime | None = None,
) -> Page[schemas.Conversation]:
    """The organisation's conversations, newest first; with their first messages, if asked for."""
    where = _Conditions(organisation_id)
    # Each alone has an index that gives its conversations in order; two together have none.
    alone = [channel, status, lead_id].count(None) == 2
    narrow = where.add if alone else where.add_loosely
    if channel is not None:
        narrow("conversation.channel = %(channel)s", channel=channel)
    if status is not None:
        narrow("conversation.status = %(status)s", status=status)
    if lead_id is not None:
        narrow("conversation.lead_id = %(lead_id)s", lead_id=lead_id)
    if since is not None:
        where.add("conversation.created_at >= %(since)s", since=since)
    if updated_since is not None:
        where.add_loosely(
            "conversation.updated_at >= %(updated_since)s", updated_since=updated_since
        )
    columns: LiteralString = _CONVERSATION_COLUMNS
    made: Callable[..., schemas.Conversation] = schemas.Conversation
    if with_messages:
        columns, made = f"{_CONVERSATION_COLUMNS}, {_FIRST_MESSAGES}", _with_messages
        where.values["so_many_and_one"] = schemas.MOST_MESSAGES + 1
    return _newest_first("conversation", "conversations_conversation", columns, made, where, window)


# As one JSON text, so that a page with all that was said in it is one row a conversation; one more
# than are shown, which tells whether there are more.
_FIRST_MESSAGES: LiteralString = """
    (SELECT json_agg(said)::text
       FROM (SELECT message.id, message.role, message.content, message.created_at
               FROM conversations_message AS message
              WHERE message.organisation_id = %(organisation_id)s
                AND message.conversation_id = conversation.id
              ORDER BY message.created_at, message.position
              LIMIT %(so_many_and_one)s
            ) AS said
    ) AS messages
"""
_messages_of = msgspec.json.Decoder(list[schemas.Message]).decode


def _with_messages(*columns: Any) -> schemas.Conversation:
    """A conversation of its columns and the JSON of its first messages, None where it has none."""
    *own, text = columns
    messages = _messages_of(text) if text is not None else []
    most = schemas.MOST_MESSAGES
    values = [*own, messages[:most], len(messages) > most]
    return schemas.Conversation(*values)


_LEAD: LiteralString = f"""
    SELECT {SHOWN_COLUMNS} FROM leads_lead AS lead
     WHERE lead.organisation_id = %(organisation_id)s AND lead.id = %(lead_id)s
       AND lead.merged_into_id IS NULL
"""
_LEAD_FOR_UPDATE: LiteralString = f"{_LEAD} FOR NO KEY UPDATE"


def lead(*, organisation_id: UUID, lead_id: UUID, for_update: bool = False) -> schemas.Lead | None:
    """The organisation's lead of that id, unless it was merged into another.

    `for_update` locks its row until the transaction ends.
    """
    sql = _LEAD_FOR_UPDATE if for_update else _LEAD
    rows = ask(sql, {"organisation_id": organisation_id, "lead_id": lead_id})
    return schemas.Lead(*rows[0]) if rows else None


# A lead's facts with the number of its visitor's messages and, as one JSON text, the latest words
# that facts were read out of.
_KNOWN: tuple[LiteralString, ...] = (*FACT_FIELDS, "email_key", "phone_key", "status")
_LEAD_WITH_WORDS: LiteralString = f"""
    SELECT {", ".join(f"lead.{column}" for column in _KNOWN)},
           (SELECT count(*)
              FROM conversations_conversation AS conversation
              JOIN conversations_message AS message
                ON message.organisation_id = %(organisation_id)s
               AND message.conversation_id = conversation.id AND message.role = 'user'
             WHERE conversation.organisation_id = %(organisation_id)s
               AND conversation.lead_id = lead.id),
           (SELECT json_agg(words ORDER BY words.at, words.conversation_id, words.position,
                                           words.start, words.id)::text
              FROM (SELECT receipt.fact, receipt.said, receipt.conversation_id,
                           message.id AS message_id, receipt.start, receipt."end",
                           substr(message.content, receipt.start + 1,
                                  receipt."end" - receipt.start) AS quote,
                           message.created_at AS at, receipt.position, receipt.id
                      FROM conversations_conversation AS conversation
                      JOIN conversations_receipt AS receipt
                        ON receipt.organisation_id = %(organisation_id)s
                       AND receipt.conversation_id = conversation.id
                      JOIN conversations_message AS message
                        ON message.organisation_id = %(organisation_id)s
                       AND message.conversation_id = receipt.conversation_id
                       AND message.position = receipt.position
                     WHERE conversation.organisation_id = %(organisation_id)s
                       AND conversation.lead_id = lead.id
                     ORDER BY message.created_at DESC, receipt.conversation_id DESC,
                              receipt.position DESC, receipt.start DESC, receipt.id DESC
                     LIMIT %(most_words)s
                   ) AS words),
           (SELECT weights.points::text FROM leads_scoreweights AS weights
             WHERE weights.organisation_id = %(organisation_id)s
             ORDER BY weights.id DESC LIMIT 1)
      FROM leads_lead AS lead
     WHERE lead.organisation_id = %(organisation_id)s AND lead.id = %(lead_id)s
       AND lead.merged_into_id IS NULL
"""


class LeadRead(NamedTuple):
    """A lead with what its score is made of."""

    lead: Lead
    visitor_messages: int
    words: list[Words]
    weights: Weights


def lead_with_words(*, organisation_id: UUID, lead_id: UUID) -> LeadRead | None:
    """The organisation's lead of that id with its facts alone, unless it was merged."""
    values = {"organisation_id": organisation_id, "lead_id": lead_id, "most_words": MOST_WORDS}
    rows = ask(_LEAD_WITH_WORDS, values)
    if not rows:
        return None
    *known, visitor_messages, text, points = rows[0]
    words = _words_of(text) if text is not None else []
    weights = weights_from(msgspec.json.decode(points)) if points is not None else STANDARD
    lead = Lead(**dict(zip(_KNOWN, known, strict=True)))
    return LeadRead(lead, visitor_messages, words, weights)


_words_of = msgspec.json.Decoder(list[Words]).decode


# --- The feed ------------------------------------------------------------------------------------
class FeedRead(NamedTuple):
    """Changes after a position, and how far the organisation's have come."""

    latest: int
    dropped: int  # up to this position they are no longer kept
    rows: list[Row]  # a change's columns, and its lead's: None where it is not to be seen


def feed_position(*, organisation_id: UUID) -> tuple[int, int]:
    """The position of the organisation's latest change, and up to which none is kept."""
    rows = ask(_FEED_POSITION, {"organisation_id": organisation_id})
    return rows[0] if rows else (0, 0)


def feed(
    *,
    organisation_id: UUID,
    after: int,
    limit: int,
    types: Sequence[str] = (),
    with_leads: bool = True,
) -> FeedRead:
    """The organisation's changes after that position, so many and one more, with their leads.

    One statement sees one moment: whatever has a position up to `latest` is there. Where nothing
    came after `after` the changes are not looked at.
    """
    sql = _FEED_WITH_LEADS if with_leads else _FEED
    # A text of many rather than an array: so the statement is the same for all.
    wanted = "{" + ",".join(types) + "}" if types else None
    values = {"organisation_id": organisation_id, "after": after, "limit": limit + 1}
    rows = ask(sql, values | {"types": wanted})
    if not rows:
        return FeedRead(0, 0, [])
    latest, dropped, *_ = rows[0]
    return FeedRead(latest, dropped, [row[2:] for row in rows if row[2] is not None])


_FEED_POSITION: LiteralString = """
    SELECT feed.position, feed.dropped FROM organisations_feed AS feed
     WHERE feed.organisation_id = %(organisation_id)s
"""


_CHANGE_COLUMNS: LiteralString = """
    change.position, change.id::text, change.type, change.created_at, change.lead_id::text,
    change.conversation_id::text, change.changed, change."from", change."to", change.count,
    change.actor_kind, change.actor_name
"""
_JOINED_LEAD: LiteralString = """
    LEFT JOIN leads_lead AS lead ON lead.organisation_id = %(organisation_id)s
                                AND lead.id = change.lead_id AND lead.merged_into_id IS NULL
"""


def _feed_sql(columns: LiteralString, joined: LiteralString) -> LiteralString:
    return f"""
        SELECT feed.position, feed.dropped, {_CHANGE_COLUMNS} {columns}
          FROM organisations_feed AS feed
          LEFT JOIN LATERAL (
                SELECT * FROM organisations_change AS change
                 WHERE change.organisation_id = %(organisation_id)s
                   AND feed.position > %(after)s AND change.position > %(after)s
                   AND (%(types)s::text[] IS NULL OR change.type = ANY(%(types)s::text[]))
                 ORDER BY change.position LIMIT %(limit)s
               ) AS change ON true
          {joined}
         WHERE feed.organisation_id = %(organisation_id)s
         ORDER BY change.position
    """


_FEED = _feed_sql("", "")
_FEED_WITH_LEADS = _feed_sql(f", {SHOWN_COLUMNS}", _JOINED_LEAD)


def events_at(*, organisation_id: UUID, positions: Sequence[int]) -> list[Row]:
    """The organisation's changes at these positions, as far as they are kept, with their leads."""
    return ask(
        f"""
        SELECT {_CHANGE_COLUMNS}, {SHOWN_COLUMNS}
          FROM organisations_change AS change {_JOINED_LEAD}
         WHERE change.organisation_id = %(organisation_id)s
           AND change.position = ANY(%(positions)s::bigint[])
         ORDER BY change.position
        """,
        {"organisation_id": organisation_id, "positions": list(positions)},
    )


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
    values = where.values | {"limit": window.limit + 1}
    offset: LiteralString = ""
    if window.offset:
        offset, values["offset"] = "OFFSET %(offset)s", window.offset
    rows = where.ask(
        f"""
        SELECT {total}, page.id_text, page.role, page.content, page.created_at, page.position
          FROM conversations_conversation AS conversation
          LEFT JOIN LATERAL (
                SELECT message.position, message.id::text AS id_text, message.role,
                       message.content, message.created_at
                  FROM conversations_message AS message
                 WHERE {where.sql("message")}
                 ORDER BY message.created_at, message.position
                 {offset} LIMIT %(limit)s
               ) AS page ON true
         WHERE conversation.organisation_id = %(organisation_id)s
           AND conversation.id = %(conversation_id)s
         ORDER BY page.created_at, page.position
        """,
        values,
        window,
    )
    if not rows:
        return None
    found = [row for row in rows if row[1] is not None]
    shown = found[: window.limit]
    after = None
    if len(found) > len(shown):
        *_, created_at, position = shown[-1]
        after = Place(created_at, str(position))
    return Page([schemas.Message(*row[1:5]) for row in shown], rows[0][0], after)


_CONVERSATION: LiteralString = f"""
    SELECT {_CONVERSATION_COLUMNS} FROM conversations_conversation AS conversation
     WHERE conversation.organisation_id = %(organisation_id)s
       AND conversation.id = %(conversation_id)s
"""
_CONVERSATION_FOR_UPDATE: LiteralString = f"{_CONVERSATION} FOR NO KEY UPDATE"


def conversation(
    *, organisation_id: UUID, conversation_id: UUID, for_update: bool = False
) -> schemas.Conversation | None:
    """The organisation's conversation of that id.

    `for_update` locks its row until the transaction ends.
    """
    sql = _CONVERSATION_FOR_UPDATE if for_update else _CONVERSATION
    rows = ask(sql, {"organisation_id": organisation_id, "conversation_id": conversation_id})
    return schemas.Conversation(*rows[0]) if rows else None


_WITH_LEAD: LiteralString = f"""
    SELECT {_CONVERSATION_COLUMNS}, {SHOWN_COLUMNS}
      FROM conversations_conversation AS conversation
      JOIN leads_lead AS lead ON lead.organisation_id = %(organisation_id)s
                             AND lead.id = conversation.lead_id
     WHERE conversation.organisation_id = %(organisation_id)s
"""
_ONE_WITH_LEAD: LiteralString = f"{_WITH_LEAD} AND conversation.id = %(id)s"
_SOME_WITH_LEAD: LiteralString = f"{_WITH_LEAD} AND conversation.id = ANY(%(ids)s::uuid[])"
_OWN = len(schemas.Conversation.__struct_fields__) - 2  # without its messages


def with_leads(
    *, organisation_id: UUID, conversation_ids: Sequence[UUID]
) -> dict[str, tuple[schemas.Conversation, schemas.Lead]]:
    """The organisation's conversations of these ids, each with its lead, by the id's text."""
    values: dict[str, Any] = {"organisation_id": organisation_id}
    if len(conversation_ids) == 1:
        rows = ask(_ONE_WITH_LEAD, values | {"id": conversation_ids[0]})
    else:
        rows = ask_with_literals(_SOME_WITH_LEAD, values | {"ids": list(conversation_ids)})
    return {row[0]: (schemas.Conversation(*row[:_OWN]), schemas.Lead(*row[_OWN:])) for row in rows}


def conversation_exists(*, organisation_id: UUID, conversation_id: UUID) -> bool:
    """Whether the organisation has that conversation."""
    rows = ask(
        """
        SELECT conversation.id FROM conversations_conversation AS conversation
         WHERE conversation.organisation_id = %(organisation_id)s
           AND conversation.id = %(conversation_id)s
        """,
        {"organisation_id": organisation_id, "conversation_id": conversation_id},
    )
    return bool(rows)


# --- How a list is asked -------------------------------------------------------------------------
@dataclass(slots=True)
class _Conditions:
    """What narrows a list, the organisation first, and the values that go with it."""

    organisation_id: UUID
    values: dict[str, Any] = field(default_factory=dict)
    _conditions: list[LiteralString] = field(default_factory=list)
    _one_plan: bool = True  # is right for all values

    def __post_init__(self) -> None:
        self.values["organisation_id"] = self.organisation_id

    def add(self, condition: LiteralString, **values: Any) -> None:
        """Narrow by what an index holds before the order, or by the order itself."""
        self._conditions.append(condition)
        self.values |= values

    def add_loosely(self, condition: LiteralString, **values: Any) -> None:
        """Narrow by what must be looked for on the way: how best, depends on the values."""
        self.add(condition, **values)
        self._one_plan = False

    def ask(self, sql: LiteralString, values: dict[str, Any], window: Window) -> list[Row]:
        """Every row of a statement with these conditions."""
        if self._one_plan and not window.offset and not window.with_total:
            return ask(sql, values)
        return ask_with_literals(sql, values)

    def sql(self, alias: LiteralString) -> LiteralString:
        own: LiteralString = f"{alias}.organisation_id = %(organisation_id)s"
        return " AND ".join([own, *self._conditions])


def _newest_first(
    alias: LiteralString,
    table: LiteralString,
    columns: LiteralString,
    made: Callable[..., Listed],
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
    values = where.values | {"limit": window.limit + 1}
    if window.offset:
        # The rows that are skipped are skipped in the index alone; only the page's are fetched.
        values["offset"] = window.offset
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
        return _page(where.ask(page, values, window), made, window, total=None)
    # The total stands on the left, so that it is told on an empty page too.
    with_total: LiteralString = f"""
        SELECT counted.total, page.*
          FROM (SELECT count(*) AS total FROM {table} AS {alias} WHERE {matching}) AS counted
          LEFT JOIN LATERAL ({page}) AS page ON true
         ORDER BY page.created_at DESC, page.id_text::uuid DESC
    """
    rows = where.ask(with_total, values, window)
    found = [row[1:] for row in rows if row[1] is not None]
    return _page(found, made, window, total=rows[0][0])


def _page(
    rows: Sequence[Row], made: Callable[..., Listed], window: Window, *, total: int | None
) -> Page[Listed]:
    """The page out of one row more than it holds, which tells whether there are more."""
    shown = list(starmap(made, rows[: window.limit]))
    after = None
    if len(rows) > len(shown):
        after = Place(shown[-1].created_at, shown[-1].id)
    return Page(shown, total, after)
