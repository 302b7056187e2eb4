"""What became of a lead at its agency: who moved it on, to where and when."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from leads.actors import SYSTEM, Actor

# How likely each next step is, out of a hundred; what is missing stays where it is.
_STEPS: Mapping[str, tuple[tuple[str, int], ...]] = {
    "contacted": (("qualified", 42), ("lost", 12), ("rejected", 10), ("archived", 8), ("new", 3)),
    "qualified": (("converted", 38), ("lost", 18), ("archived", 8)),
    "lost": (("archived", 25),),
}
_NEVER_ANSWERED = 0.22  # of the leads, those who still wait


@dataclass(frozen=True, slots=True)
class Step:
    """One change of status."""

    at: datetime
    before: str
    after: str
    by: Actor


def make_history(
    random: Random,
    band: str | None,
    scored_at: datetime,
    until: datetime,
    people: Sequence[Actor],
) -> list[Step]:
    """The steps from arrival on, none after `until`; the last says where the lead stands.

    `band` is the score's, which the system sets first; without one the lead stays new.
    """
    steps = [] if band is None else [Step(scored_at, "new", band, SYSTEM)]
    status = band or "new"
    if random.random() < _NEVER_ANSWERED:
        return steps
    person = random.choice(people)
    # The first answer comes after minutes as a rule, after days at worst.
    waited = timedelta(minutes=min(5 * 24 * 60, random.lognormvariate(4.2, 1.5)))
    at = _in_office_hours(random, scored_at + waited)
    following: str | None = "contacted"
    while following is not None and at <= until:
        steps.append(Step(at, status, following, person))
        status = following
        following = _next(random, status)
        waited = timedelta(days=min(60, random.lognormvariate(1.4, 0.8)))
        at = _in_office_hours(random, at + waited)
    return steps


def _in_office_hours(random: Random, at: datetime) -> datetime:
    """The moment, or one soon after nine when the office opens next; never an earlier one."""
    if 9 <= at.hour < 18:
        return at
    day = at if at.hour < 9 else at + timedelta(days=1)
    return day.replace(hour=9, minute=random.randrange(45), second=random.randrange(60))


def _next(random: Random, status: str) -> str | None:
    drawn = random.randrange(100)
    for following, chance in _STEPS.get(status, ()):
        drawn -= chance
        if drawn < 0:
            return following
    return None
