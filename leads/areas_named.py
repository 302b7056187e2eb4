"""The areas that an agency's leads name, kept in the memory of the process for a while.

A capture looks for them in what a visitor says, and should not ask the database for them each time:
they are asked for again after ten minutes, so a new one is known that late at most.
"""

import time
from collections import OrderedDict
from uuid import UUID

from leads.models import Lead
from leads.reading.areas_known import KnownAreas, known_areas

KEPT_FOR = 600  # seconds
MOST_AGENCIES = 500  # of which they are kept, those last asked for
NEWEST = 5_000  # leads that are looked at

_kept: OrderedDict[UUID, tuple[float, KnownAreas]] = OrderedDict()


def areas_of(organisation_id: UUID) -> KnownAreas:
    """What the newest leads name; one statement, where that is not known or too long ago."""
    kept = _kept.get(organisation_id)
    if kept is not None and time.monotonic() - kept[0] < KEPT_FOR:
        return kept[1]
    areas = known_areas(_named(organisation_id))
    _kept[organisation_id] = (time.monotonic(), areas)
    _kept.move_to_end(organisation_id)
    while len(_kept) > MOST_AGENCIES:
        _kept.popitem(last=False)
    return areas


def _named(organisation_id: UUID) -> list[str]:
    ours = Lead.objects.filter(organisation_id=organisation_id).unmerged()
    newest = ours.order_by("-created_at", "-id").values("id")[:NEWEST]
    named = Lead.objects.filter(organisation_id=organisation_id, id__in=newest, area__isnull=False)
    stated = named.exclude(read_facts__contains=["area"])  # what was read may be no area at all
    return [area for area in stated.order_by().values_list("area", flat=True).distinct() if area]
