"""How much an agency's keys are used: each for 30 days, all of them today and this month."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db.models import Sum
from django.utils.formats import date_format

from apikeys.calls import DailyCalls
from apikeys.models import ApiKey
from foundation.days import today
from foundation.plurals import so_many
from organisations.models import Organisation

DAYS_SHOWN = 30
# The chart's own units: it is scaled to its place.
BAR, GAP, HEIGHT = 3, 1, 24
WIDTH = DAYS_SHOWN * (BAR + GAP) - GAP


@dataclass(frozen=True, slots=True)
class Day:
    """What was counted on one day."""

    day: date
    calls: int = 0
    refused: int = 0
    over_limit: int = 0


@dataclass(frozen=True, slots=True)
class Usage:
    """The last 30 days of one key, the oldest first, today last."""

    days: Sequence[Day]

    @property
    def calls(self) -> int:
        return sum(day.calls for day in self.days)

    @property
    def refused(self) -> int:
        return sum(day.refused for day in self.days)

    @property
    def words(self) -> str:
        """What the chart shows, for who does not see it."""
        if not self.calls:
            return "No calls in the last 30 days"
        busiest = max(self.days, key=lambda day: day.calls)
        return (
            f"{so_many(self.calls, 'call')} in the last 30 days, {self.refused:,} of them refused; "
            f"most on {date_format(busiest.day, 'j F')}: {busiest.calls:,}"
        )

    @property
    def bars(self) -> str:
        """A bar a day as one SVG path in a box of WIDTH by HEIGHT, the busiest day as high as it.

        A day with any call has a bar that can be seen.
        """
        most = max(day.calls for day in self.days)
        heights = [
            max(1, round(day.calls * HEIGHT / most)) if day.calls else 0 for day in self.days
        ]
        return "".join(
            f"M{number * (BAR + GAP)} {HEIGHT}v-{height}h{BAR}v{height}z"
            for number, height in enumerate(heights)
            if height
        )

    @property
    def busy_days(self) -> list[Day]:
        """The days on which there were calls, the latest first."""
        return [day for day in reversed(self.days) if day.calls]


@dataclass(frozen=True, slots=True)
class AgencyUsage:
    """The last 30 days of all keys of an agency."""

    of_keys: dict[UUID, Usage]
    today: Day

    def of(self, key: ApiKey) -> Usage:
        return self.of_keys.get(key.pk) or Usage(_filled({}))


@dataclass(frozen=True, slots=True)
class TotalUsage:
    """Calls of all keys of an agency, revoked ones included."""

    today: Day
    this_month: Day  # by the calendar, up to today


def total_usage_of(organisation: Organisation) -> TotalUsage:
    """The agency's calls of today and of this month, in one statement."""
    counts = DailyCalls.objects.for_organisation(organisation).since(today().replace(day=1))
    sums = counts.values("day").annotate(
        calls=Sum("calls"), refused=Sum("refused"), over_limit=Sum("over_limit")
    )
    days = [Day(**each) for each in sums]
    return TotalUsage(
        today=_all_of([each for each in days if each.day == today()]), this_month=_all_of(days)
    )


def usage_of(organisation: Organisation) -> AgencyUsage:
    """The agency's last 30 days, in one statement; revoked keys are counted in today's calls."""
    counts = DailyCalls.objects.for_organisation(organisation).since(_first_day())
    by_key: dict[UUID, dict[date, Day]] = defaultdict(dict)
    for count in counts:
        by_key[count.api_key_id][count.day] = Day(
            count.day, count.calls, count.refused, count.over_limit
        )
    of_keys = {key_id: Usage(_filled(days)) for key_id, days in by_key.items()}
    return AgencyUsage(of_keys, _all_of([usage.days[-1] for usage in of_keys.values()]))


def _first_day() -> date:
    return today() - timedelta(days=DAYS_SHOWN - 1)


def _filled(days: dict[date, Day]) -> list[Day]:
    wanted = (_first_day() + timedelta(days=number) for number in range(DAYS_SHOWN))
    return [days.get(day) or Day(day) for day in wanted]


def _all_of(days: Sequence[Day]) -> Day:
    return Day(
        today(),
        sum(day.calls for day in days),
        sum(day.refused for day in days),
        sum(day.over_limit for day in days),
    )
