"""Events to be written: one by one, or as rows for COPY where many are written at once."""

from typing import Any
from uuid import UUID

import msgspec
from psycopg.types.json import Jsonb

from foundation.ids import uuid7
from leads.models import EventKind, Lead, LeadEvent, actor_columns
from organisations.actors import Actor

EVENT_FIELDS = (
    "id", "organisation_id", "lead_id", "kind", "from_value", "to_value", "payload", "actor_kind",
    "actor_id", "actor_name",
)  # fmt: skip

_json = msgspec.json.Encoder().encode


def new_event(
    lead: Lead,
    kind: EventKind,
    *,
    by: Actor,
    change: tuple[str | None, str | None] = (None, None),
    payload: dict[str, Any] | None = None,
) -> LeadEvent:
    """An event that is not saved yet; `change` is from what to what.

    Of several saved at once the one made first comes first: ids grow.
    """
    return LeadEvent(
        organisation_id=lead.organisation_id,
        lead=lead,
        kind=kind,
        from_value=change[0],
        to_value=change[1],
        payload=payload or {},
        **actor_columns(by),
    )


def event_row(
    organisation_id: UUID,
    lead_id: UUID,
    kind: EventKind,
    *,
    by: Actor,
    change: tuple[str | None, str | None] = (None, None),
    payload: dict[str, Any] | None = None,
) -> tuple[Any, ...]:
    """An event in the order of EVENT_FIELDS; `change` is from what to what.

    Of two events of one moment the one made first comes first: ids grow.
    """
    return (
        uuid7(), organisation_id, lead_id, kind.value, *change, Jsonb(payload or {}, _json),
        by.kind.value, by.id, by.name,
    )  # fmt: skip
