"""A change as the API shows it: in the feed, and to webhooks the very same."""

from collections.abc import Iterator

import msgspec

from foundation.database.statements import Row
from sift_site.api import schemas
from sift_site.api.answers import in_full

_OWN_COLUMNS = 12  # of a change's row, before those of its lead


def events_of(rows: list[Row], *, with_leads: bool) -> list[schemas.Event]:
    """The rows as the reads of the feed give them, with times as they are written."""
    return in_full(list(_events(rows, with_leads=with_leads)))


def _events(rows: list[Row], *, with_leads: bool) -> Iterator[schemas.Event]:
    for row in rows:
        *told, count, actor_kind, actor_name = row[:_OWN_COLUMNS]
        actor = None if actor_kind is None else schemas.EventActor(actor_kind, actor_name)
        lead = _lead(row[_OWN_COLUMNS:]) if with_leads else msgspec.UNSET
        values = [*told, actor, msgspec.UNSET if count is None else count, lead]
        yield schemas.Event(*values)


def _lead(columns: Row) -> schemas.Lead | None:
    return None if columns[0] is None else in_full([schemas.Lead(*columns)])[0]
