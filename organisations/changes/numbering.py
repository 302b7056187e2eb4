"""Positions: each change that outsiders may follow is numbered as the last thing before the commit.

CONTRACT.md, section 1, Positions. Whoever changes what is followed does it within `numbered_last`
and notes each change; when the outermost such block ends, all that was noted is written in one
statement, which takes the organisation's counter and keeps its lock to the commit. So no lock is
waited for while the counter is held, the trail's included; what is rolled back leaves no hole; and
a transaction that someone else opened around such a block is refused, since its commit, not the
block's end, would be the moment.

The database could number by itself, with a deferred trigger: docs/changes.md says what that costs,
and why it is not so.
"""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import LiteralString
from uuid import UUID

import msgspec
from django.db import transaction

from foundation.database.statements import change
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


@contextmanager
def numbered_last() -> Iterator[None]:
    """A transaction whose changes get their positions as its last statement.

    Within another such block it is a savepoint, and what it noted goes with it if it fails. Raises
    RuntimeError within a transaction of anybody else's.
    """
    gathered = _gathered()
    if gathered is None:
        with transaction.atomic(durable=True), _gathering() as gathered:
            yield
            _number_all(gathered)
        return
    before = len(gathered)
    try:
        with transaction.atomic():
            yield
    except BaseException:
        del gathered[before:]
        raise


def note(organisation_id: UUID, *changes: NewChange) -> None:
    """Have these numbered when the transaction ends, in the order in which they were noted.

    Raises RuntimeError outside of `numbered_last`.
    """
    gathered = _gathered()
    if gathered is None:
        raise RuntimeError("a change is noted outside of numbered_last(): nobody would number it")
    gathered.extend((organisation_id, each) for each in changes)


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


Gathered = list[tuple[UUID, NewChange]]


def _gathered() -> Gathered | None:
    return getattr(_own, "gathered", None)


@contextmanager
def _gathering() -> Iterator[Gathered]:
    gathered: Gathered = []
    _own.gathered = gathered
    try:
        yield gathered
    finally:
        _own.gathered = None


def _number_all(gathered: Gathered) -> None:
    """The counters of several organisations are taken in the order of their ids."""
    for organisation_id in sorted({organisation_id for organisation_id, _ in gathered}):
        changes = [each for owner, each in gathered if owner == organisation_id]
        rows = [_row(each, behind=len(changes) - n) for n, each in enumerate(changes, 1)]
        values = {"organisation_id": organisation_id, "changes": _json(rows).decode()}
        change(_NUMBER, values)


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
    WITH said AS MATERIALIZED (
        SELECT * FROM jsonb_to_recordset(%(changes)s::jsonb) AS said (
            behind bigint, id uuid, type text, lead_id uuid, conversation_id uuid, changed text[],
            "from" text, "to" text, count integer, actor_kind text, actor_name text
        )
    ), {NUMBERED}
    SELECT count(*) FROM told
"""
