"""The events that webhooks tell: the feed's, byte for byte as `GET /events` shows them.

Read from the primary, whose change it is that woke the worker.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from foundation.database.statements import Row
from organisations.actors import SYSTEM
from sift_site.api import reads, schemas
from sift_site.api.answers import in_full
from sift_site.api.event_shapes import events_of
from webhooks.source import Stretch, Told

TEST = "webhook.test"
_encode = msgspec.json.Encoder().encode


class FeedEvents:
    """What webhooks/source.py asks for."""

    def after(
        self,
        organisation_id: UUID,
        position: int,
        *,
        limit: int,
        types: Sequence[str],
        with_leads: bool,
    ) -> Stretch:
        found = reads.feed(
            organisation_id=organisation_id,
            after=position,
            limit=limit,
            types=types,
            with_leads=with_leads,
        )
        rows = found.rows[:limit]
        reached = rows[-1][0] if len(found.rows) > limit else max(found.latest, position)
        return Stretch(_told(rows, with_leads=with_leads), reached)

    def at(
        self, organisation_id: UUID, positions: Sequence[int], *, with_leads: bool
    ) -> list[Told]:
        rows = reads.events_at(organisation_id=organisation_id, positions=positions)
        return _told(rows, with_leads=with_leads)

    def test(self, event_id: UUID, at: datetime) -> Told:
        """It has no place in the feed, so its position is 0."""
        actor = schemas.EventActor(SYSTEM.kind.value, SYSTEM.name)
        (event,) = in_full(
            [schemas.Event(0, str(event_id), TEST, at, None, None, [], None, None, actor)]
        )
        return Told(None, str(event_id), TEST, at, None, _encode(event))


def _told(rows: list[Row], *, with_leads: bool) -> list[Told]:
    return [
        Told(row[0], row[1], row[2], row[3], row[4], _encode(event))
        for row, event in zip(rows, events_of(rows, with_leads=with_leads), strict=True)
    ]
