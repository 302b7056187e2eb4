"""What people of the agency do beside moving a lead: take it on, note things, plan to return."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from django.utils import timezone

from leads.models import EventKind
from organisations.actors import SYSTEM, Actor
from sift_site.demo import words
from sift_site.demo.histories import Step

_RECENTLY = timedelta(days=21)  # beyond it nobody has a follow-up still to do
_TO_BE_RETURNED_TO = ("contacted", "qualified")


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
    if not moves or random.random() > (0.8 if until - moves[-1].at < _RECENTLY else 0.3):
        return Care()
    deeds = [*_assignment(random, moves[0]), *_note(random, moves[-1], until)]
    day = _day_of_return(random, moves[-1], until)
    if day is not None:
        change = (None, day.isoformat())
        deeds.append(
            Deed(moves[-1].at, EventKind.FIELD, moves[-1].by, change, {"field": "follow_up_on"})
        )
    taken = any(deed.kind is EventKind.ASSIGNMENT for deed in deeds)
    return Care(moves[0].by.id if taken else None, day, tuple(deeds))


def _assignment(random: Random, move: Step) -> Iterator[Deed]:
    if random.random() < 0.6:
        payload = {"from_id": None, "to_id": str(move.by.id)}
        yield Deed(move.at, EventKind.ASSIGNMENT, move.by, (None, move.by.name), payload)


def _note(random: Random, move: Step, until: datetime) -> Iterator[Deed]:
    at = move.at + timedelta(minutes=random.randrange(2, 15))
    if move.after in words.NOTES and at <= until and random.random() < 0.4:
        text = random.choice(words.NOTES[move.after])
        yield Deed(at, EventKind.NOTE, move.by, payload={"text": text})


def _day_of_return(random: Random, move: Step, until: datetime) -> date | None:
    """A day about now, some overdue; an agency's day is London's."""
    open_ = move.after in _TO_BE_RETURNED_TO and until - move.at < _RECENTLY
    if not open_ or random.random() < 0.4:
        return None
    earliest = max(timezone.localdate(move.at), timezone.localdate(until) - timedelta(days=4))
    return earliest + timedelta(days=random.randrange(1, 9))
