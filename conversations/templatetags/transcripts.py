"""How a transcript is laid out: by day, turns of one speaker together."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import groupby

from django import template
from django.utils import timezone

from conversations.models import Message

SAME_BREATH = timedelta(minutes=5)

register = template.Library()


@dataclass(frozen=True, slots=True)
class Turn:
    message: Message
    opens: bool  # the first of one speaker's turns within `SAME_BREATH` of each other


@dataclass(frozen=True, slots=True)
class Day:
    date: date
    turns: list[Turn] = field(default_factory=list)


@register.filter
def by_day(messages: Iterable[Message]) -> list[Day]:
    """Messages in the order of time, under the days of the zone in force."""
    turns = groupby(_turns(messages), key=lambda t: timezone.localdate(t.message.created_at))
    return [Day(day, list(said)) for day, said in turns]


def _turns(messages: Iterable[Message]) -> Iterator[Turn]:
    before: Message | None = None
    for message in messages:
        goes_on = (
            before is not None
            and before.role == message.role
            and message.created_at - before.created_at <= SAME_BREATH
            and timezone.localdate(before.created_at) == timezone.localdate(message.created_at)
        )
        yield Turn(message, opens=not goes_on)
        before = message
