"""Events as rows for COPY, where many are written at once."""

from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from leads.actors import Actor
from leads.models import EventKind
from organisations.ids import uuid7

EVENT_FIELDS = (
    "id", "organisation_id", "lead_id", "kind", "from_value", "to_value", "payload", "actor_kind",
    "actor_id", "actor_name",
)  # fmt: skip


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
        uuid7(), organisation_id, lead_id, kind.value, *change, Jsonb(payload or {}),
        by.kind.value, by.id, by.name,
    )  # fmt: skip
