"""How a transcript is laid out: by day, turns of one speaker together, addresses made links."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import groupby

from django import template
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from conversations.models import Message

SAME_BREATH = timedelta(minutes=5)
# Only what a browser fetches: no `javascript:`, no bare words that look like a domain.
_ADDRESS = re.compile(r"https?://[^\s<>\"'`{}|\\^\u200e\u200f\u202a-\u202e\u2066-\u2069]+", re.I)
_AFTER_AN_ADDRESS = ".,:;!?)]}…"

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


@register.filter
def linked(content: str) -> SafeString:
    """The words escaped, with http(s) addresses as links."""
    return format_html_join("", "{}", ((part,) for part in _parts(content)))


def _parts(content: str) -> Iterator[str | SafeString]:
    end = 0
    for found in _ADDRESS.finditer(content):
        address = found[0].rstrip(_AFTER_AN_ADDRESS)
        yield content[end : found.start()]
        yield format_html('<a href="{}" rel="noopener nofollow">{}</a>', address, address)
        end = found.start() + len(address)
    yield content[end:]
