"""The one place where a lead's status moves (CONTRACT.md, section 1).

A person or an API client who moves a lead moves it on, back to new included: the system then
leaves its status alone until the next message clears `moved_on`. Saying again what stands changes
nothing, `moved_on` included. Each move is an event of the lead's. What a person or an API key did
stands in the audit trail too; what the system did does not.

All of it is one statement by hand, which is a transaction by itself where none is open. The rows
are locked first, in the order of their ids: so of two moves at once each says what it found, and
two that move many never wait for each other in a ring.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, LiteralString, NamedTuple
from uuid import UUID

import msgspec

from foundation.database.statements import Row, change
from foundation.ids import uuid7
from leads.followed import status_changed
from leads.models.choices import LeadStatus
from leads.models.shown import SHOWN_COLUMNS
from organisations.actors import Actor, ActorKind
from organisations.changes.numbering import NUMBERED, is_gathering, note

_json = msgspec.json.Encoder().encode
NOTHING_BESIDES: Mapping[str, Any] = {}  # what the event of a plain move keeps


class Moved(NamedTuple):
    """What became of a lead that was to be moved."""

    was: str  # the status that stood before
    shown: Row  # the lead as it now is: SHOWN_FIELDS, the id as text


@dataclass(frozen=True, slots=True)
class Step:
    """One of many leads, and where it is to be moved."""

    lead_id: UUID
    status: str
    payload: Mapping[str, Any]  # of its event
    moved_on: bool | None = None  # what is kept of that; None: as for any move


def move(
    lead_id: UUID,
    status: LeadStatus,
    *,
    organisation_id: UUID,
    by: Actor,
    seen: LeadStatus | None = None,
    payload: Mapping[str, Any] = NOTHING_BESIDES,
    moved_on: bool | None = None,
) -> Moved | None:
    """Set the status of the organisation's lead, with its event and its entry in the audit trail.

    `seen` is the status that the person's page showed: where another stands by now nothing is
    changed, and `Moved.was` tells of it. `payload` is the event's; `moved_on` is what is kept of
    that, None as for any move. None where the organisation has no such lead, or it was
    merged into another. Raises Django's DatabaseError.
    """
    is_system = by.kind == ActorKind.SYSTEM
    one = {
        "lead_id": lead_id,
        "status": status,
        "moved_on": not is_system if moved_on is None else moved_on,
        "payload": _json(payload).decode(),
        "event_id": uuid7(),
        "entry_id": None if is_system else uuid7(),
        "seen": seen,
    }
    rows = change(_ONE, one | _who(organisation_id, by))
    if not rows:
        return None
    was, shown = rows[0][0], rows[0][1:]
    if is_gathering() and was != status and seen in (was, None):
        note(organisation_id, status_changed(lead_id, (was, status), by=by))
    return Moved(was, shown)


def move_each(steps: Iterable[Step], *, organisation_id: UUID, by: Actor) -> int:
    """Move many of the organisation's leads, each with its event, as their steps say.

    Returns how many moved. It writes no entries in the audit trail: a change of many leads has one
    for all of them. It is called within `numbered_last()`.
    """
    moved_on = by.kind != ActorKind.SYSTEM
    many = [
        {
            "lead_id": step.lead_id,
            "status": step.status,
            "payload": step.payload,
            "moved_on": moved_on if step.moved_on is None else step.moved_on,
            "event_id": uuid7(),
        }
        for step in steps
    ]
    values = {"steps": _json(many).decode(), "seen": None}
    rows = change(_MANY, values | _who(organisation_id, by))
    for lead_id, was, status in rows:
        note(organisation_id, status_changed(UUID(lead_id), (was, status), by=by))
    return len(rows)


def _who(organisation_id: UUID, by: Actor) -> dict[str, Any]:
    return {
        "organisation_id": organisation_id,
        "actor_kind": by.kind,
        "actor_id": by.id,
        "actor_name": by.name,
        "address": by.address,
        "change_id": uuid7(),
        "numbers": not is_gathering(),
    }


def _statement(asked: LiteralString, answer: LiteralString) -> LiteralString:
    """The statement that moves what is asked for.

    Of `asked`, `before` locks the leads and says how they stood; `step` says where each of them
    goes from there. A step without an entry's id has none written. Unless changes are numbered
    later, with others, the counter is taken here, after the lock of the trail, which is `entry`'s.
    """
    return f"""
        WITH {asked}, taken AS MATERIALIZED (
            SELECT * FROM step WHERE was <> status AND was = COALESCE(%(seen)s, was)
        ), event AS (
            INSERT INTO leads_leadevent (id, organisation_id, lead_id, kind, "from", "to", payload,
                                         actor_kind, actor_id, actor_name)
            SELECT event_id, %(organisation_id)s, lead_id, 'status', was, status, payload,
                   %(actor_kind)s, %(actor_id)s, %(actor_name)s
              FROM taken
        ), entry AS (
            INSERT INTO organisations_auditentry (id, organisation_id, action, actor_kind, actor_id,
                                                  address, target_kind, target_id, details, names)
            SELECT entry_id, %(organisation_id)s, 'status_changed', %(actor_kind)s, %(actor_id)s,
                   %(address)s, 'lead', lead_id, jsonb_build_object('from', was, 'to', status),
                   jsonb_build_object('actor', %(actor_name)s::text)
              FROM taken WHERE entry_id IS NOT NULL
            RETURNING id
        ), said AS MATERIALIZED (
            SELECT 0 AS behind, %(change_id)s::uuid AS id, 'lead.status_changed' AS type, lead_id,
                   NULL::uuid AS conversation_id, '{{status}}'::text[] AS changed, was AS "from",
                   status AS "to", NULL::integer AS count, %(actor_kind)s::text AS actor_kind,
                   %(actor_name)s::text AS actor_name
              FROM taken WHERE %(numbers)s::boolean AND (SELECT count(*) FROM entry) >= 0
        ), {NUMBERED}, changed AS (
            UPDATE leads_lead AS lead SET status = taken.status, moved_on = taken.moved_on
              FROM taken
             WHERE lead.organisation_id = %(organisation_id)s AND lead.id = taken.lead_id
            RETURNING taken.was, {SHOWN_COLUMNS}
        )
        {answer}
    """


# One lead is asked for by its id alone: a list of one would cost the database a tenth more.
_ONE = _statement(
    asked=f"""
        before AS MATERIALIZED (
            SELECT lead.status AS was, {SHOWN_COLUMNS} FROM leads_lead AS lead
             WHERE lead.organisation_id = %(organisation_id)s AND lead.id = %(lead_id)s
               AND lead.merged_into_id IS NULL
               FOR NO KEY UPDATE
        ), step AS (
            SELECT %(lead_id)s::uuid AS lead_id, was, %(status)s::text AS status,
                   %(moved_on)s::boolean AS moved_on, %(payload)s::jsonb AS payload,
                   %(event_id)s::uuid AS event_id, %(entry_id)s::uuid AS entry_id
              FROM before
        )""",
    answer="""
        SELECT * FROM changed
        UNION ALL
        SELECT * FROM before WHERE NOT EXISTS (SELECT FROM taken)
    """,
)
_MANY = _statement(
    asked="""
        asked AS MATERIALIZED (
            SELECT * FROM jsonb_to_recordset(%(steps)s::jsonb) AS asked (
                lead_id uuid, status text, moved_on boolean, payload jsonb, event_id uuid,
                entry_id uuid
            )
        ), before AS MATERIALIZED (
            SELECT lead.id, lead.status AS was
              FROM asked JOIN leads_lead AS lead ON lead.id = asked.lead_id
             WHERE lead.organisation_id = %(organisation_id)s AND lead.merged_into_id IS NULL
             ORDER BY lead.id FOR NO KEY UPDATE OF lead
        ), step AS (
            SELECT asked.*, before.was FROM asked JOIN before ON before.id = asked.lead_id
        )""",
    answer="SELECT id_text, was, status FROM changed",
)
