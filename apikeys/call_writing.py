"""What a batch of calls becomes in the database: log lines, daily counts, each key's last use.

A batch takes a handful of statements, however many calls and keys are in it.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from apikeys.calls import MOST_CALLS_KEPT
from apikeys.models import ApiKey, Call, DailyCalls
from organisations.copying import copy_rows
from organisations.days import AGENCY_ZONE, today
from organisations.ids import uuid7

CALLS_BETWEEN_TRIMS = 200  # of a key's, in each process
_COLUMNS = (
    *("id", "organisation_id", "api_key_id", "created_at", "method", "route", "status"),
    *("microseconds", "address", "request_id"),
)


class NotedCall(NamedTuple):
    """A request with a key, as it is gathered: what a line of the log says (apikeys/calls.py)."""

    organisation_id: UUID
    key_id: UUID
    at: datetime  # by the database's clock
    method: str
    route: str
    status: int
    microseconds: int
    address: str | None
    request_id: str

    @property
    def is_use(self) -> bool:
        """Whether the key was good where it came from; elsewhere it was refused with 401."""
        return self.status != 401


_written_since_trim: Counter[UUID] = Counter()
_swept_on: date | None = None  # when this process last removed what had outlived its time


def write(calls: Sequence[NotedCall]) -> None:
    """Write the calls, all or none; raises django.db.Error."""
    if not calls:
        return
    with transaction.atomic():
        keys = _locked(call.key_id for call in calls)
        if not keys:  # they are gone, and their calls with them
            return
        calls = [call for call in calls if call.key_id in keys]
        _write_last_uses(keys, calls)
        _count(calls)
        kept = _last_of_each(calls)
        copy_rows(Call, _COLUMNS, ((uuid7(), *call) for call in kept))
        _trim(keys, kept)
        _sweep()


def _locked(key_ids: Iterable[UUID]) -> dict[UUID, ApiKey]:
    """The keys, locked in one order: other processes wait here, and never for each other."""
    keys = ApiKey.objects.filter(pk__in=set(key_ids)).order_by("pk").select_for_update(no_key=True)
    return {key.pk: key for key in keys}


def _write_last_uses(keys: dict[UUID, ApiKey], calls: Iterable[NotedCall]) -> None:
    """When and from where each key was last used, to the minute and never backwards."""
    latest: dict[UUID, NotedCall] = {}
    for call in calls:
        if call.is_use and (call.key_id not in latest or latest[call.key_id].at <= call.at):
            latest[call.key_id] = call
    moved = []
    for key_id, call in latest.items():
        key, minute = keys[key_id], call.at.replace(second=0, microsecond=0)
        if key.last_used_at is None or key.last_used_at < minute:
            key.last_used_at, key.last_used_from = minute, call.address
            moved.append(key)
    ApiKey.objects.bulk_update(moved, ["last_used_at", "last_used_from"])


def _last_of_each(calls: Sequence[NotedCall]) -> list[NotedCall]:
    """As many of each key's as are kept: a busy key's others would be trimmed at once."""
    met: Counter[UUID] = Counter()
    kept = []
    for call in reversed(calls):
        met[call.key_id] += 1
        if met[call.key_id] <= MOST_CALLS_KEPT:
            kept.append(call)
    return kept[::-1]


def _count(calls: Iterable[NotedCall]) -> None:
    """Add the calls to their keys' days; the lock on the keys makes reading before writing safe."""
    counts: dict[tuple[UUID, UUID, date], DailyCalls] = {}
    alike = Counter(
        (call.organisation_id, call.key_id, _hour(call.at), call.status) for call in calls
    )
    for (organisation_id, key_id, hour, status), number in alike.items():
        day = timezone.localtime(hour, AGENCY_ZONE).date()
        count = counts.setdefault(
            (organisation_id, key_id, day),
            DailyCalls(organisation_id=organisation_id, api_key_id=key_id, day=day),
        )
        count.calls += number
        count.refused += number * (status >= 400)
        count.over_limit += number * (status == 429)
    for stood in _standing_counts(counts):
        place = (stood.organisation_id, stood.api_key_id, stood.day)
        if place in counts:
            count = counts[place]
            count.calls += stood.calls
            count.refused += stood.refused
            count.over_limit += stood.over_limit
    DailyCalls.objects.bulk_create(
        counts.values(),
        update_conflicts=True,
        unique_fields=["organisation", "day", "api_key"],
        update_fields=["calls", "refused", "over_limit"],
    )


def _hour(at: datetime) -> datetime:
    """Its full hour, all of which lies in one of the agency's days."""
    return at.replace(minute=0, second=0, microsecond=0)


def _standing_counts(places: Iterable[tuple[UUID, UUID, date]]) -> Iterable[DailyCalls]:
    """The counts that stand for these agencies, keys and days, and some that were not asked for."""
    organisations, keys, days = (set(column) for column in zip(*places, strict=True))
    return DailyCalls.objects.filter(organisation__in=organisations, day__in=days, api_key__in=keys)


def _trim(keys: dict[UUID, ApiKey], written: Iterable[NotedCall]) -> None:
    """Keep each key's newest calls alone, looking again only after so many more."""
    _written_since_trim.update(call.key_id for call in written)
    for key_id, key in keys.items():
        if _written_since_trim[key_id] < CALLS_BETWEEN_TRIMS:
            continue
        calls = Call.objects.for_organisation(key.organisation).filter(api_key=key)
        beyond = calls.newest_first()[MOST_CALLS_KEPT : MOST_CALLS_KEPT + 1].first()
        if beyond is not None:
            older = Q(created_at__lt=beyond.created_at)
            calls.filter(older | Q(created_at=beyond.created_at, id__lte=beyond.id)).delete()
        del _written_since_trim[key_id]


def _sweep() -> None:
    """Remove what has outlived its time: at a process's first write, then once a day."""
    global _swept_on
    if _swept_on == today():
        return
    Call.objects.outlived().delete()
    DailyCalls.objects.outlived().delete()
    _swept_on = today()
