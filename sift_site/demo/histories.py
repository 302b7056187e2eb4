"""What became of a lead at its agency: who moved it on, to where and when."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random

from leads.models.choices import REACHED, SCORED_STATUSES, LeadStatus
from organisations.actors import SYSTEM, Actor

# How likely each next step is, out of a hundred; what is missing stays where it is.
_STEPS: Mapping[str, tuple[tuple[str, int], ...]] = {
    "contacted": (("qualified", 42), ("lost", 12), ("rejected", 10), ("archived", 8), ("new", 3)),
    "qualified": (("converted", 38), ("lost", 18), ("archived", 8)),
    "lost": (("archived", 25),),
}
# Who still waits, of those so long here: the part of the hot and warm, and that of the others.
_STILL_WAITING = (
    (timedelta(days=1), 0.85, 0.95),
    (timedelta(days=3), 0.35, 0.5),
    (timedelta(days=21), 0.06, 0.2),
    (timedelta(days=400), 0.0, 0.03),
)


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
    if random.random() < _never_answered(band, until - scored_at):
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


def _never_answered(band: str | None, here_for: timedelta) -> float:
    for longest, promising, others in _STILL_WAITING:
        if here_for <= longest:
            return promising if band in ("hot", "warm") else others
    return 0.0


def with_new_score(steps: Sequence[Step], at: datetime, band: str | None) -> list[Step]:
    """The same steps, scored again at that moment by a new message (CONTRACT.md, section 1).

    It moves only a lead that nobody had moved on by then, or that was put back to new.
    """
    before = [step for step in steps if step.at <= at]
    after = list(steps[len(before) :])
    status = before[-1].after if before else "new"
    moved_on = status != "new" and any(step.by != SYSTEM for step in before)
    if band is None or band == status or moved_on:
        return list(steps)
    if after:
        after[0] = replace(after[0], before=band)
    return [*before, Step(at, status, band, SYSTEM), *after]


def first_contact(steps: Sequence[Step]) -> tuple[int, datetime | None]:
    """How far the lead came since it last waited, and when it was first contacted since.

    As the trigger keeps them for leads that are moved one by one (leads, migration 0010).
    """
    reached, contacted_at = 0, None
    for step in steps:
        if step.after in SCORED_STATUSES:
            reached, contacted_at = 0, None
        elif came := REACHED.get(LeadStatus(step.after)):
            reached, contacted_at = max(reached, came), contacted_at or step.at
    return reached, contacted_at


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
