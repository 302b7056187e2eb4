"""When visitors come: a year that grows, with its seasons, its weeks and its hours."""

from bisect import bisect
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import accumulate
from random import Random

DAY = timedelta(days=1)
# The first of each agency came in the last fifteen hours: what a night brings.
CAME_LAST_NIGHT = 40
NIGHT = timedelta(hours=15)
# The next in the weeks before, which a small demo's charts would else hardly show.
CAME_LATELY = 140
_LATELY = 56  # days
_YEAR = 365  # days

# How many more come at the year's end than at its beginning.
_GROWTH = 3.0
# Month by month: homes are looked for in spring and after the holidays, hardly at Christmas.
_SEASONS = (1.15, 1.1, 1.15, 1.1, 1.1, 1.0, 0.95, 0.8, 1.05, 1.05, 0.95, 0.6)
# From Monday on: the weekend's viewings are arranged early in the week, and dreamt of on Sunday.
_WEEKDAYS = (1.25, 1.15, 1.05, 1.0, 0.8, 0.7, 1.05)
# Hour by hour: little at night, most at lunch and after work.
_HOURS = tuple(
    hour
    for hour, part in enumerate(
        (1, 1, 0, 0, 0, 1, 2, 4, 6, 7, 7, 8, 10, 9, 7, 6, 6, 8, 10, 10, 9, 7, 5, 3)
    )
    for _ in range(part)
)


def arrival(random: Random, number: int, total: int, until: datetime) -> datetime:
    """When the visitor of this number (from 0) came, of the `total` that an agency has.

    Past the first, who came of late, they come one after the other over the year, as leads do.
    Written in the order of time, rows lie in it, and an index grows at its end alone.
    """
    if number < CAME_LAST_NIGHT:
        return until - NIGHT * random.uniform(0.02, 1)
    if number < CAME_LATELY:
        share, days = random.random(), _last_weeks(until.date())
    else:
        share = (number - CAME_LATELY + random.random()) / (total - CAME_LATELY)
        days = _whole_year(until.date())
    days_before = len(days) - bisect(days, share * days[-1], hi=len(days) - 1)
    return _some_time(random, until - timedelta(days_before))


def arrivals_in_the_week_before(random: Random, number: int, until: datetime) -> list[datetime]:
    """So many moments of the days before the night, in their order."""
    return sorted(_some_time(random, until - random.randrange(2, 7) * DAY) for _ in range(number))


def _some_time(random: Random, day: datetime) -> datetime:
    """On that day, when people write."""
    return day.replace(
        hour=random.choice(_HOURS),
        minute=random.randrange(60),
        second=random.randrange(60),
        microsecond=random.randrange(1_000_000),
    )


@lru_cache
def _whole_year(last: date) -> list[float]:
    """How busy the days before `last` were, each with all that went before it, oldest first."""
    return list(
        accumulate(
            (1 + (_GROWTH - 1) * (1 - days / _YEAR)) * _busyness(last - timedelta(days))
            for days in range(_YEAR, 0, -1)
        )
    )


@lru_cache
def _last_weeks(last: date) -> list[float]:
    """The same of the last weeks alone, which get ever busier."""
    return list(
        accumulate(
            (1 - days / (_LATELY + 1)) * _busyness(last - timedelta(days))
            for days in range(_LATELY, 0, -1)
        )
    )


def _busyness(day: date) -> float:
    return _SEASONS[day.month - 1] * _WEEKDAYS[day.weekday()]
