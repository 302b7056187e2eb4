"""What people of the agency do beside moving a lead: take it on, ring in vain, note, plan."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from django.utils import timezone

from leads.models import EventKind
from organisations.actors import SYSTEM, Actor
from sift_site.demo.histories import Step
from sift_site.demo.notes import NO_ANSWER, NOTES

_RECENTLY = timedelta(days=21)  # beyond it nobody has a follow-up still to do
_TO_BE_RETURNED_TO = ("contacted", "qualified")
_SATURDAY = 5  # as Python counts weekdays


@dataclass(frozen=True, slots=True)
class Deed:
    """An event that is no change of status."""

    at: datetime
    kind: EventKind
    by: Actor
    change: tuple[str | None, str | None] = (None, None)
    payload: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Care:
    """Who looks after a lead, when they mean to return to it, and how that came about."""

    assignee_id: UUID | None = None
    follow_up_on: date | None = None
    deeds: tuple[Deed, ...] = ()


def make_care(random: Random, steps: Sequence[Step], until: datetime) -> Care:
    """For most of the leads that somebody moved of late, and for some of the others."""
    moves = [step for step in steps if step.by != SYSTEM]
    of_late = bool(moves) and until - moves[-1].at < _RECENTLY
    if not moves or random.random() > (0.8 if of_late else 0.3):
        return Care()
    taken = [*_assignment(random, moves[0])]
    # A large demo is of long ago for the most part, and each event is a row to be written.
    noted, chance = (moves, 0.5) if of_late else (moves[-1:], 0.1)
    notes = [deed for move in noted for deed in _note(random, move, until)]
    calls = [*_calls_in_vain(random, moves, until)] if random.random() < chance else []
    day = planned = calls[-1].change[1] if calls else None
    if not calls or len(moves) > 1:
        day = _day_of_return(random, moves[-1], until)
    plans = [_plan(moves[-1].at, moves[-1].by, planned, day)] if day != planned else []
    return Care(
        assignee_id=moves[0].by.id if taken else None,
        follow_up_on=date.fromisoformat(day) if day else None,
        deeds=(*taken, *notes, *calls, *plans),
    )


def _assignment(random: Random, move: Step) -> Iterator[Deed]:
    if random.random() < 0.6:
        payload = {"from_id": None, "to_id": str(move.by.id)}
        yield Deed(move.at, EventKind.ASSIGNMENT, move.by, (None, move.by.name), payload)


def _calls_in_vain(random: Random, moves: Sequence[Step], until: datetime) -> Iterator[Deed]:
    """Days on which nobody answered, between the first contact and what came of it at last.

    Each is noted, and the next working day planned for another. Where nothing came of it, they
    were of late: a plan of long ago is none any more.
    """
    first, came = moves[0], moves[1].at if len(moves) > 1 else until
    if first.after != "contacted" or (len(moves) == 1 and until - first.at > _RECENTLY):
        return
    at, planned = first.at, None
    for _ in range(random.choice((1, 1, 2, 3))):
        at = _working_day_after(at).replace(
            hour=random.randrange(9, 18), minute=random.randrange(60)
        )
        if at >= came:
            return
        yield Deed(at, EventKind.NOTE, first.by, payload={"text": random.choice(NO_ANSWER)})
        following = timezone.localdate(_working_day_after(at)).isoformat()
        yield _plan(at, first.by, planned, following)
        planned = following


def _plan(at: datetime, by: Actor, was: str | None, day: str | None) -> Deed:
    return Deed(at, EventKind.FIELD, by, (was, day), {"field": "follow_up_on"})


def _working_day_after(at: datetime) -> datetime:
    following = at + timedelta(days=1)
    while following.weekday() >= _SATURDAY:
        following += timedelta(days=1)
    return following


def _note(random: Random, move: Step, until: datetime) -> Iterator[Deed]:
    at = move.at + timedelta(minutes=random.randrange(2, 15))
    if move.after in NOTES and at <= until and random.random() < 0.4:
        text = random.choice(NOTES[move.after])
        yield Deed(at, EventKind.NOTE, move.by, payload={"text": text})


def _day_of_return(random: Random, move: Step, until: datetime) -> str | None:
    """A day about now, some overdue; an agency's day is London's."""
    open_ = move.after in _TO_BE_RETURNED_TO and until - move.at < _RECENTLY
    if not open_ or random.random() < 0.4:
        return None
    earliest = max(timezone.localdate(move.at), timezone.localdate(until) - timedelta(days=4))
    return (earliest + timedelta(days=random.randrange(1, 9))).isoformat()
