"""Positions: each change that outsiders may follow is numbered as the last thing before the commit.

CONTRACT.md, section 1, Positions. Whoever changes what is followed does it within `numbered_last`
and notes each change; when the outermost such block ends, all that was noted is written in one
statement, which takes the organisation's counter and keeps its lock to the commit. So no lock is
waited for while the counter is held, the trail's included; what is rolled back leaves no hole; and
a transaction that someone else opened around such a block is refused, since its commit, not the
block's end, would be the moment.

Rows that are dated by the moment of the commit (`put_last`) are part of that statement, and the
COMMIT goes along with it: an agency's writers wait for each other while the database works, and
never for a process of ours that has to get its turn first.

The database could number by itself, with a deferred trigger: docs/changes.md says what that costs,
and why it is not so.
"""

import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import LiteralString
from uuid import UUID

import msgspec
from django.db import transaction

from foundation.database.rows import Rows, parts_of
from foundation.database.statements import change, change_and_commit
from foundation.ids import uuid7
from organisations.actors import Actor
from organisations.models import ChangeType

_json = msgspec.json.Encoder().encode
_own = threading.local()  # as Django's connections are: the changes that this thread has gathered


@dataclass(frozen=True, slots=True, kw_only=True)
class NewChange:
    """A change that has no position yet."""

    type: ChangeType
    by: Actor
    lead_id: UUID | None
    conversation_id: UUID | None = None
    changed: Sequence[str] = ()  # names of fields, as the JSON has them
    from_value: str | None = None
    to_value: str | None = None
    count: int | None = None
    id: UUID = field(default_factory=uuid7)


@dataclass(slots=True)
class Last:
    """What a block of `numbered_last` has written last; it is told when the block has ended."""

    moment: datetime | None = None  # by which the rows of `put_last` were dated


@contextmanager
def numbered_last() -> Iterator[Last]:
    """A transaction whose changes get their positions as its last statement.

    Within another such block it is a savepoint, and what it noted goes with it if it fails. Raises
    RuntimeError within a transaction of anybody else's.
    """
    gathered = _gathered()
    last = Last()
    if gathered is None:
        with transaction.atomic(durable=True), _gathering() as gathered:
            yield last
            last.moment = _write_all(gathered)
        return
    noted, put = len(gathered.changes), len(gathered.rows)
    try:
        with transaction.atomic():
            yield last
            last.moment = _write_rows(gathered.rows[put:])
    except BaseException:
        del gathered.changes[noted:]
        raise
    finally:
        del gathered.rows[put:]


def note(organisation_id: UUID, *changes: NewChange) -> None:
    """Have these numbered when the transaction ends, in the order in which they were noted.

    Raises RuntimeError outside of `numbered_last`.
    """
    gathered = _gathered()
    if gathered is None:
        raise RuntimeError("a change is noted outside of numbered_last(): nobody would number it")
    gathered.changes.extend((organisation_id, each) for each in changes)


def put_last(organisation_id: UUID, *tables: Rows) -> None:
    """Have these rows written when this block of `numbered_last` ends, under the counter's lock.

    Their `dated` times become the moment that is read there, later than any before, where they are
    NULL. From there to the commit no lock may be waited for. Raises RuntimeError outside of
    `numbered_last`.
    """
    gathered = _gathered()
    if gathered is None:
        raise RuntimeError("rows are put outside of numbered_last(): nobody would write them")
    gathered.rows.append((organisation_id, tables))


def is_gathering() -> bool:
    """Whether changes are noted here, rather than numbered by the statement that makes them."""
    return _gathered() is not None


def next_moment(organisation_id: UUID) -> datetime:
    """Take the organisation's counter, and read the clock under its lock.

    Later than any moment that was read so before, whatever the clock does: what is dated by it is
    committed in the order of its dates. From here to the commit no lock may be waited for.
    """
    ((_, moment),) = change(_TAKE, {"organisation_id": organisation_id})
    found: datetime = moment
    return found


_Put = tuple[UUID, Sequence[Rows]]


@dataclass(slots=True)
class Gathered:
    changes: list[tuple[UUID, NewChange]] = field(default_factory=list)
    rows: list[_Put] = field(default_factory=list)


def _gathered() -> Gathered | None:
    return getattr(_own, "gathered", None)


@contextmanager
def _gathering() -> Iterator[Gathered]:
    gathered = Gathered()
    _own.gathered = gathered
    try:
        yield gathered
    finally:
        _own.gathered = None


def _write_all(gathered: Gathered) -> datetime | None:
    """The counters of several organisations are taken in the order of their ids.

    Returns the latest moment of rows that were put last, if any were.
    """
    owners = sorted({owner for owner, _ in (*gathered.changes, *gathered.rows)})
    moments = []
    for organisation_id in owners:
        changes = [each for owner, each in gathered.changes if owner == organisation_id]
        tables = _tables_of(organisation_id, gathered.rows)
        is_last = organisation_id == owners[-1]
        moment = _write(organisation_id, changes, tables, then_commit=is_last)
        moments += [moment] if tables else []
    return max(moments, default=None)


def _write_rows(put: Sequence[_Put]) -> datetime | None:
    """Rows alone: what was noted is numbered when the outermost block ends."""
    owners = sorted({owner for owner, _ in put})
    return max((_write(owner, [], _tables_of(owner, put)) for owner in owners), default=None)


def _tables_of(organisation_id: UUID, put: Iterable[_Put]) -> list[Rows]:
    return [rows for owner, tables in put if owner == organisation_id for rows in tables]


def _write(
    organisation_id: UUID,
    changes: Sequence[NewChange],
    tables: Sequence[Rows],
    *,
    then_commit: bool = False,
) -> datetime:
    """Write these in one statement, which takes the counter; returns the moment of that."""
    rows = [_row(each, behind=len(changes) - n) for n, each in enumerate(changes, 1)]
    values = {"organisation_id": organisation_id, "changes": _json(rows).decode()}
    written, given = parts_of(tables, dated_by="feed")
    parts = ", ".join(filter(None, (_NUMBER if changes else f"feed AS ({_TAKE})", written)))
    sql = f"WITH {parts} SELECT moment FROM feed"
    ((moment,),) = (change_and_commit if then_commit else change)(sql, values | given)
    found: datetime = moment
    return found


def _row(change: NewChange, *, behind: int) -> dict[str, object]:
    return {
        "behind": behind,
        "id": change.id,
        "type": change.type.value,
        "lead_id": change.lead_id,
        "conversation_id": change.conversation_id,
        "changed": list(change.changed),
        "from": change.from_value,
        "to": change.to_value,
        "count": change.count,
        "actor_kind": change.by.kind.value,
        "actor_name": change.by.name,
    }


_UPSERT: LiteralString = """
    ON CONFLICT (organisation_id) DO UPDATE
       SET position = feed.position + EXCLUDED.position,
           moment = GREATEST(clock_timestamp(), feed.moment + interval '1 microsecond')
    RETURNING feed.position, feed.moment
"""  # the clock is read once the row is locked
_TAKE: LiteralString = f"""
    INSERT INTO organisations_feed AS feed (organisation_id, position, moment)
    VALUES (%(organisation_id)s, 0, clock_timestamp()) {_UPSERT}
"""


# For the end of a statement by hand, after `said`: a row for each change, with `behind`, how many
# of them come after it. Where there is none the counter is not taken.
NUMBERED: LiteralString = f"""
    feed AS (
        INSERT INTO organisations_feed AS feed (organisation_id, position, moment)
        SELECT %(organisation_id)s, count(*), clock_timestamp() FROM said HAVING count(*) > 0
        {_UPSERT}
    ), told AS (
        INSERT INTO organisations_change (
            organisation_id, position, id, type, lead_id, conversation_id, changed, "from", "to",
            count, actor_kind, actor_name, created_at
        )
        SELECT %(organisation_id)s, feed.position - said.behind, said.id, said.type, said.lead_id,
               said.conversation_id, said.changed, said."from", said."to", said.count,
               said.actor_kind, said.actor_name, feed.moment
          FROM feed CROSS JOIN said
        RETURNING position
    )
"""
_NUMBER: LiteralString = f"""
    said AS MATERIALIZED (
        SELECT * FROM jsonb_to_recordset(%(changes)s::jsonb) AS said (
            behind bigint, id uuid, type text, lead_id uuid, conversation_id uuid, changed text[],
            "from" text, "to" text, count integer, actor_kind text, actor_name text
        )
    ), {NUMBERED}
"""
