"""How a transcript is laid out: by day, turns of one speaker together."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import groupby
from uuid import UUID

from django import template
from django.utils import timezone
from django.utils.safestring import SafeString

from conversations import languages
from conversations.models import Conversation, Message
from conversations.remainders import Remainder
from conversations.transcript import Piece
from conversations.underlining import underlined
from leads.models.choices import Channel

SAME_BREATH = timedelta(minutes=5)

register = template.Library()


@dataclass(frozen=True, slots=True)
class Turn:
    message: Message
    opens: bool  # the first of one speaker's turns within `SAME_BREATH` of each other
    language: str | None  # its BCP 47 code, where that is sure
    changes_language: bool  # the last message whose language is sure had another
    remainder: Remainder | None  # what it left out of its letter


@dataclass(frozen=True, slots=True)
class Day:
    date: date
    goes_on: bool  # its heading stands already, above what this is put below
    turns: list[Turn] = field(default_factory=list)


@register.simple_tag
def days_of(
    messages: Iterable[Message], conversation: Conversation, beside: datetime | None = None
) -> list[Day]:
    """Messages in the order of time, under the days of the zone in force.

    `beside` is when the message before them was sent, where they are put below it.
    """
    messages = list(messages)
    turns = _turns(messages, conversation.languages_used, _remainders(messages, conversation))
    before = timezone.localdate(beside) if beside else None
    days = groupby(turns, key=lambda turn: timezone.localdate(turn.message.created_at))
    return [Day(day, day == before, list(said)) for day, said in days]


@register.simple_tag
def day_told_already(piece: Piece) -> date | None:
    """The day whose heading stands below, where an earlier piece brings that day's beginning."""
    if piece.is_below or piece.beside is None or not piece.messages:
        return None
    day = timezone.localdate(piece.beside)
    return day if timezone.localdate(piece.messages[-1].created_at) == day else None


@register.simple_tag
def said(message: Message, words: Sequence[str] = ()) -> SafeString:
    """The message's words: those that are looked for marked, those that gave a fact underlined."""
    return underlined(message.content, words or (), message.told, message.asked_words)


@register.filter
def hit_of(hits: Mapping[UUID, SafeString], conversation_id: UUID) -> SafeString | None:
    return hits.get(conversation_id)


@register.filter
def language_name(code: str) -> str:
    return languages.name_of(code)


@register.filter
def language_names(codes: Iterable[str]) -> str:
    """`Polish, English`."""
    return ", ".join(map(languages.name_of, codes))


def _remainders(messages: list[Message], conversation: Conversation) -> dict[UUID, Remainder]:
    """Of what no letter or SMS brought there are none, and nothing is asked."""
    if conversation.channel == Channel.WEBSITE:
        return {}
    ours = Remainder.objects.filter(organisation_id=conversation.organisation_id)
    return ours.of_messages(conversation.id, [message.id for message in messages])


def _turns(
    messages: Iterable[Message],
    languages_used: Sequence[str],
    remainders: Mapping[UUID, Remainder],
) -> Iterator[Turn]:
    before: Message | None = None
    language_before: str | None = None
    for message in messages:
        goes_on = (
            before is not None
            and before.role == message.role
            and message.created_at - before.created_at <= SAME_BREATH
            and timezone.localdate(before.created_at) == timezone.localdate(message.created_at)
        )
        language = languages.language_of(message.content, languages_used)
        changes = None not in (language, language_before) and language != language_before
        yield Turn(
            message,
            opens=not goes_on,
            language=language,
            changes_language=changes,
            remainder=remainders.get(message.id),
        )
        before, language_before = message, language or language_before
