"""A visitor's message as the rules hear it: what was said, what it answers, when, and to whom."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from leads.reading.areas_known import NONE, KnownAreas
from leads.reading.clauses import wants_nothing
from leads.reading.languages import is_english
from leads.reading.plain import last_question, plainly


@dataclass(frozen=True, slots=True)
class Reading:
    """A fact that words say: the columns of a lead with their values, and where it was read.

    `start` and `end` count Unicode code points of the message. A fact of two columns has both, None
    for the side that was left open.
    """

    fact: str
    said: Mapping[str, Any]
    rule: str
    start: int
    end: int


@dataclass(frozen=True)
class Heard:
    """A message, with all that gives its words their meaning."""

    text: str
    asked: str  # the assistant's words just before it; empty where there are none
    on: date  # the day on which it was written
    areas: KnownAreas = field(default=NONE)
    language: str = "en"

    @cached_property
    def plain(self) -> str:
        """The text in small letters, place for place."""
        return plainly(self.text)

    @cached_property
    def question(self) -> str:
        """The last that the assistant asked, likewise."""
        return last_question(plainly(self.asked))

    @cached_property
    def is_english(self) -> bool:
        """Whether the rules that know English words may read it."""
        return self.language.partition("-")[0].lower() in ("en", "und") and is_english(self.plain)

    @property
    def is_of_their_home(self) -> bool:
        """Whether it answers what they have to sell, and says nothing of what they look for."""
        asked = _THEIR_HOME.search(self.question) is not None
        return asked and wants_nothing(self.plain)

    @property
    def is_yes(self) -> bool:
        return _YES.match(self.plain) is not None

    @property
    def is_no(self) -> bool:
        return _NO.match(self.plain) is not None

    @cached_property
    def answer(self) -> tuple[int, int]:
        """Where the first sentence lies, without what surrounds it: what answers a question."""
        first = _SENTENCE.search(self.plain)
        return first.span() if first is not None else (0, len(self.text))


_THEIR_HOME = re.compile(
    r"\bto sell\b|\bselling\b|\bsale of your\b|\byour current (?:home|house|property|flat)\b"
    r"|\bwhere (?:do|are) you (?:live|living|based)\b(?! to)"
)
_SENTENCE = re.compile(r"[^\s.!?][^.!?\n]{0,300}(?<!\s)")
_YES = re.compile(
    r"\W{0,3}(?:yes|yeah|yea|yep|yup|sure|ok|okay|of course|definitely|absolutely|sounds good"
    r"|sounds great|that works|please do|please|perfect|great|go ahead|i do|we do|i have|we have"
    r"|i am|we are)\b"
)
_NO = re.compile(
    r"\W{0,3}(?:no|nope|nah|none|nothing|not yet|not really|not at the moment|not at all"
    r"|i don't|we don't|i haven't|we haven't|i'm not|we're not)\b"
)
