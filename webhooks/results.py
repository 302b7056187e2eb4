"""What came of a turn, written down: the log, what waits and since when, and how far it is told.

All of it in one transaction under the endpoint's lock, several times in a turn. What an admin did
meanwhile stands: a replay's position, a switch, another address.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Min
from django.db.models.functions import Now
from django.utils import timezone

from foundation.ids import parse_uuid
from webhooks import switching, waits
from webhooks.lines import Item
from webhooks.models import Delivery, Endpoint, OffBecause, Waiting
from webhooks.posting import Outcome

GONE = 410
MOST_FAILURES = 32_000  # that are counted
_UNREAD_FOR = timedelta(minutes=10)

_STATE = (
    *("position", "next_try_at", "rests_until", "told_at", "failing_since", "failures"),
    *("warned_at", "leased_until", "turn_at"),
)
_OF_A_WAIT = ["tries", "due_at", "failed_at", "given_up_at"]


class TurnIsOver(Exception):
    """Nothing more is to be begun: the endpoint is another by now, or another turn has it."""


class Results:
    """Of one turn. What is noted here is written by the next `write`."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._as_set = (endpoint.updated_at, endpoint.position)
        self._position = endpoint.position
        self._log: list[Delivery] = []
        self._outcomes: list[tuple[Item, Outcome]] = []
        self._behind: list[Item] = []
        self._done: list[UUID] = []  # of those that waited
        self._freed: set[UUID] = set()  # lines in which the next may come

    @property
    def is_empty(self) -> bool:
        return not (self._outcomes or self._behind or self._done)

    # --- Noting ---------------------------------------------------------------------------------
    def came(self, item: Item, outcome: Outcome, behind: Iterable[Item] = ()) -> None:
        """What came of a try; `behind` is what waits with one that failed."""
        self._log.append(_entry(self._endpoint, item, outcome))
        self._outcomes.append((item, outcome))
        self._behind += behind
        if item.waiting is not None and (outcome.succeeded or item.waiting.is_test):
            self.let_go(item.waiting)

    def waits_behind(self, item: Item) -> None:
        """Nothing was tried: an event of its lead waits, and it waits behind."""
        self._behind.append(item)

    def let_go(self, waiting: Waiting) -> None:
        """It waits no more: it was told, or the feed has it no longer."""
        self._done.append(waiting.pk)
        self._freed.add(waiting.line)

    def reached(self, position: int) -> None:
        """Up to there everything was told, or waits."""
        self._position = position

    # --- Writing --------------------------------------------------------------------------------
    def write(self, *, and_end: bool = False) -> None:
        """Write it down, and end the turn if so asked. Raises TurnIsOver where it is over anyhow.

        Where another turn has the endpoint nothing is written: it tells it all anew.
        """
        with transaction.atomic():
            stands = self._locked()
            if stands is None:
                raise TurnIsOver
            is_as_set = stands.enabled and (stands.updated_at, stands.position) == self._as_set
            if stands.position == self._as_set[1]:
                stands.position = self._position
            Delivery.objects.bulk_create(self._log)
            reason = self._judge(stands)
            self._write_waits(stands)
            if and_end:
                stands.leased_until, stands.turn_at = None, timezone.now()
            stands.save(update_fields=_STATE)
            if reason is not None and stands.enabled:
                switching.switch_off(stands, reason)
        self._forget(stands)
        if not is_as_set or reason is not None:
            raise TurnIsOver

    def put_off(self) -> None:
        """End the turn without a try, and let some time pass before the next."""
        ours = Endpoint.objects.filter(pk=self._endpoint.pk, claim=self._endpoint.claim)
        ours.update(rests_until=Now() + _UNREAD_FOR, leased_until=None, turn_at=Now())

    def _locked(self) -> Endpoint | None:
        ours = Endpoint.objects.filter(pk=self._endpoint.pk, claim=self._endpoint.claim)
        return ours.select_for_update(no_key=True).first()

    def _forget(self, stands: Endpoint) -> None:
        self._as_set = (self._as_set[0], stands.position)
        self._endpoint.failures = stands.failures
        self._log, self._outcomes, self._behind, self._done = [], [], [], []
        self._freed = set()

    # --- The endpoint's state -------------------------------------------------------------------
    def _judge(self, stands: Endpoint) -> OffBecause | None:
        """Have its state follow from each try, in their order; why it is to be off, if it is."""
        was_down, succeeded, is_gone = stands.is_down, False, False
        for _, outcome in self._outcomes:
            if outcome.succeeded:
                succeeded = True
                stands.told_at, stands.failures = outcome.sent_at, 0
                stands.failing_since = stands.rests_until = stands.warned_at = None
            else:
                is_gone = is_gone or outcome.status == GONE
                stands.failures = min(stands.failures + 1, MOST_FAILURES)
                stands.failing_since = stands.failing_since or outcome.sent_at
                stands.rests_until = _rests_until(outcome) or stands.rests_until
        if was_down and succeeded:  # it is back: what waits need not wait any longer
            waiting = Waiting.objects.of(stands).open().filter(due_at__gt=Now())
            waiting.update(due_at=Now())
        if is_gone:
            return OffBecause.GONE
        return switching.judge_failures(stands, timezone.now())

    # --- What waits -----------------------------------------------------------------------------
    def _write_waits(self, stands: Endpoint) -> None:
        failed = [
            pair for pair in self._outcomes if not pair[1].succeeded and not _is_test(pair[0])
        ]
        had_some = stands.next_try_at is not None
        if not (failed or self._behind or self._done or had_some):
            return
        Waiting.objects.filter(pk__in=self._done).delete()
        rows = [self._failed(stands, item, outcome) for item, outcome in failed]
        rows += [_row(stands, item, due_at=None) for item in self._behind]
        Waiting.objects.bulk_create(
            [row for row in rows if row._state.adding],
            update_conflicts=True,
            unique_fields=["organisation", "endpoint", "position"],
            update_fields=_OF_A_WAIT,
        )
        Waiting.objects.bulk_update([row for row in rows if not row._state.adding], _OF_A_WAIT)
        self._next_come(stands)
        of_it = Waiting.objects.of(stands).open()
        stands.next_try_at = of_it.aggregate(first=Min("due_at"))["first"]

    def _failed(self, stands: Endpoint, item: Item, outcome: Outcome) -> Waiting:
        row = _row(stands, item, due_at=None)
        row.tries = item.tries + 1
        row.failed_at = row.failed_at or outcome.sent_at
        others_are_told = stands.told_at is not None and stands.told_at > row.failed_at
        if waits.was_last(row.tries) and others_are_told:
            row.given_up_at = timezone.now()
            self._freed.add(row.line)
        else:  # where nothing is told at all, it is not the event's fault: it goes on being tried
            asked = waits.asked_for(outcome.retry_after, outcome.sent_at)
            row.due_at = timezone.now() + waits.after_try(row.tries, asked=asked)
        return row

    def _next_come(self, stands: Endpoint) -> None:
        """The first of each line of which nothing stands before it any more is due now."""
        if not self._freed:
            return
        of_lines = Waiting.objects.of(stands).open().filter(line__in=self._freed)
        firsts = of_lines.order_by("line", "position", "id").distinct("line")
        ids = [row.pk for row in firsts if row.due_at is None]
        Waiting.objects.filter(pk__in=ids).update(due_at=Now())


def _row(endpoint: Endpoint, item: Item, *, due_at: datetime | None) -> Waiting:
    """What waits of the event: its row, or one that is new."""
    row = item.waiting or Waiting(
        organisation_id=endpoint.organisation_id,
        endpoint_id=endpoint.pk,
        position=item.told.position,
        event_id=item.told.id,
        line=item.line,
    )
    row.due_at = due_at
    return row


def _is_test(item: Item) -> bool:
    return item.told.position is None


def _rests_until(outcome: Outcome) -> datetime | None:
    if not waits.speaks_of_itself(outcome.status):
        return None
    asked = waits.asked_for(outcome.retry_after, outcome.sent_at)
    return None if asked is None else outcome.sent_at + asked


def _entry(endpoint: Endpoint, item: Item, outcome: Outcome) -> Delivery:
    told = item.told
    return Delivery(
        organisation_id=endpoint.organisation_id,
        endpoint_id=endpoint.pk,
        event_id=told.id,
        position=told.position,
        type=told.type,
        lead_id=parse_uuid(told.lead_id or ""),
        number=item.tries + 1,
        created_at=outcome.sent_at,
        milliseconds=outcome.milliseconds,
        status=outcome.status,
        fault=outcome.fault,
        answer=outcome.answer,
    )
