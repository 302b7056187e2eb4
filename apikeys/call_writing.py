"""What a batch of calls becomes in the database: log lines, daily counts, each key's last use.

A batch takes a handful of statements, however many calls and keys are in it.
"""

from collections import Counter, deque
from collections.abc import Iterable
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from apikeys.calls import MOST_CALLS_KEPT
from apikeys.models import ApiKey, Call, DailyCalls
from foundation.database.copying import copy_rows
from foundation.days import AGENCY_ZONE
from foundation.ids import uuid7

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


class Gathered:
    """Calls that are not written yet: of each key the last, one by one; of all, how many."""

    def __init__(self) -> None:
        self.last: dict[UUID, deque[NotedCall]] = {}  # by key, as many as its log keeps
        self.lines = 0  # calls in `last`
        # By organisation, key, full hour, and status of the answer.
        self.counts: Counter[tuple[UUID, UUID, datetime, int]] = Counter()
        self.uses: dict[UUID, NotedCall] = {}  # by key, the latest
        self.dropped = 0  # lines that the log would have kept, and for which there was no room

    def add(self, call: NotedCall, *, most_lines: int) -> None:
        """One more; its key's oldest goes, where the log would not keep it or there is no room."""
        hour = call.at.replace(minute=0, second=0, microsecond=0)
        self.counts[call.organisation_id, call.key_id, hour, call.status] += 1
        if call.is_use:
            self._note_use(call)
        self._keep(call, most_lines)

    def merge(self, later: "Gathered", *, most_lines: int) -> None:
        """Take in what was gathered after this."""
        self.counts.update(later.counts)
        self.dropped += later.dropped
        for call in later.uses.values():
            self._note_use(call)
        for calls in later.last.values():
            for call in calls:
                self._keep(call, most_lines)

    def _note_use(self, call: NotedCall) -> None:
        known = self.uses.get(call.key_id)
        if known is None or known.at <= call.at:
            self.uses[call.key_id] = call

    def _keep(self, call: NotedCall, most_lines: int) -> None:
        calls = self.last.setdefault(call.key_id, deque())
        calls.append(call)
        if len(calls) > MOST_CALLS_KEPT:
            calls.popleft()
        elif self.lines >= most_lines:
            calls.popleft()
            self.dropped += 1
        else:
            self.lines += 1


_written_since_trim: Counter[UUID] = Counter()


def write(gathered: Gathered) -> None:
    """Write the calls, all or none; raises django.db.Error."""
    if not gathered.counts:
        return
    with transaction.atomic():
        keys = _locked({key_id for _, key_id, *_ in gathered.counts})
        if not keys:  # they are gone, and their calls with them
            return
        _write_last_uses(keys, gathered)
        _count(keys, gathered)
        lines = [call for key_id in keys for call in gathered.last.get(key_id, ())]
        copy_rows(Call, _COLUMNS, ((uuid7(), *call) for call in lines))
        _trim(keys, lines)


def _locked(key_ids: Iterable[UUID]) -> dict[UUID, ApiKey]:
    """The keys, locked in one order: other processes wait here, and never for each other."""
    keys = ApiKey.objects.filter(pk__in=key_ids).order_by("pk").select_for_update(no_key=True)
    return {key.pk: key for key in keys}


def _write_last_uses(keys: dict[UUID, ApiKey], gathered: Gathered) -> None:
    """When and from where each key was last used, to the minute and never backwards."""
    moved = []
    for key_id, key in keys.items():
        if (call := gathered.uses.get(key_id)) is None:
            continue
        minute = call.at.replace(second=0, microsecond=0)
        if key.last_used_at is None or key.last_used_at < minute:
            key.last_used_at, key.last_used_from = minute, call.address
            moved.append(key)
    ApiKey.objects.bulk_update(moved, ["last_used_at", "last_used_from"])


def _count(keys: dict[UUID, ApiKey], gathered: Gathered) -> None:
    """Add the calls to their keys' days; the lock on the keys makes reading before writing safe."""
    counts: dict[tuple[UUID, UUID, date], DailyCalls] = {}
    for (organisation_id, key_id, hour, status), number in gathered.counts.items():
        if key_id not in keys:
            continue
        # The whole hour lies in one of the agency's days.
        day = timezone.localtime(hour, AGENCY_ZONE).date()
        count = counts.setdefault(
            (organisation_id, key_id, day),
            DailyCalls(organisation_id=organisation_id, api_key_id=key_id, day=day),
        )
        count.calls += number
        count.refused += number * (status >= 400)
        count.over_limit += number * (status == 429)
    for stood in _counts_of_before(counts):
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


def _counts_of_before(places: Iterable[tuple[UUID, UUID, date]]) -> Iterable[DailyCalls]:
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
