"""A conversation's new messages are read as they arrive, each reading with its receipt."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Protocol

from django.utils import timezone

from conversations.choices import MessageRole
from conversations.talks import NOT_YET, Talk
from foundation.days import AGENCY_ZONE, today
from leads.areas_named import areas_of
from leads.models import Lead
from leads.reading.heard import Reading
from leads.reading.reading import read
from leads.taking_readings import Taken, take_readings


def listen(talk: Talk) -> tuple[Taken, dict[str, object]]:
    """Read what is new of the talk, note the receipts, and let its lead take what was read.

    Returns what that changed, and the last that was read of each of the lead's columns.
    """
    readings = list(_heard(talk))
    said = {
        column: value
        for reading in readings
        for column, value in reading.said.items()
        if value is not None and value is not False
    }
    return take_readings(talk.lead, readings), said


def _heard(talk: Talk) -> Iterator[Reading]:
    begins = max(talk.stood, talk.heard)
    talk.heard = len(talk.turns)
    for place in range(begins, len(talk.turns)):
        for reading in readings_at(talk.lead, talk.turns, place, talk.languages):
            talk.receipts.append((talk.turns[place], reading))
            yield reading


class _Told(Protocol):
    """A message, on its way in or as it stands."""

    role: str
    content: str
    created_at: datetime


def readings_at(
    lead: Lead, turns: Sequence[_Told], place: int, languages: Sequence[str]
) -> list[Reading]:
    """What the message at that place says; nothing where it is not the visitor's."""
    turn = turns[place]
    if turn.role != MessageRole.USER:
        return []
    return read(
        turn.content,
        asked=_asked(turns, place),
        on=_day_of(turn),
        areas=areas_of(lead.organisation_id),
        language=_language(languages),
    )


def _asked(turns: Sequence[_Told], place: int) -> str:
    before = turns[place - 1] if place else None
    return before.content if before is not None and before.role != MessageRole.USER else ""


def _day_of(turn: _Told) -> date:
    if turn.created_at is NOT_YET:
        return today()
    return timezone.localdate(turn.created_at, AGENCY_ZONE)


def _language(languages: Sequence[str]) -> str:
    """English where that is one of them: its words are told apart by themselves."""
    is_english = not languages or any(code.lower().startswith("en") for code in languages)
    return "en" if is_english else languages[0]
