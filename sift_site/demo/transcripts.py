"""A visitor's facts as a conversation in which they, and no others, are said."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from django.utils import timezone

from leads.facts import LeadFacts
from sift_site.demo import words
from sift_site.demo.visitors import Said, Visitor

# Seconds until each answers: the assistant at once, people when they look again.
_PAUSES = {
    "website": {"assistant": (2, 6), "user": (6, 75)},
    "sms": {"assistant": (3, 9), "user": (20, 600)},
    "email": {"assistant": (15, 50), "user": (300, 3000)},
}
_BEDROOMS = ("a studio", "one bedroom", "two bedrooms", "three bedrooms", "four bedrooms",
            "five bedrooms", "six bedrooms")  # fmt: skip
_IN_HASTE = 0.45  # the part of people who write so


@dataclass(frozen=True, slots=True)
class Turn:
    role: str
    content: str
    created_at: datetime


def write_transcript(random: Random, visitor: Visitor, until: datetime) -> list[Turn]:
    """The turns in their order, the first at the visitor's arrival, the last not after `until`."""
    said = visitor.said or list(_exchange(random, visitor))
    # Who came just now is quick, so that nothing is known of them which they have yet to say.
    left = (until - visitor.arrived_at).total_seconds()
    return _timed(random, said, visitor.channel, visitor.arrived_at, left)


def write_return(
    random: Random, facts: LeadFacts, channel: str, began: datetime, *, asks_to_view: bool
) -> list[Turn]:
    """A second conversation of somebody who was here before, over some channel."""
    asked = random.choice(words.VIEWING if asks_to_view else words.ASKS_FOR_NEWS)
    who = f" {words.EMAIL.careful[0].format(email=facts.email)}" if channel == "website" else ""
    said = [
        ("user", random.choice(words.RETURNS)),
        ("assistant", random.choice(words.WELCOMES_BACK)),
        ("user", f"{asked}{who}"),
        ("assistant", random.choice(words.ANSWERS_RETURN)),
    ]
    return _timed(random, said, channel, began)


def _timed(
    random: Random, said: Said, channel: str, began: datetime, left: float = math.inf
) -> list[Turn]:
    """What was said as turns, each after a pause; quicker where only `left` seconds are."""
    pauses = [random.randint(*_PAUSES[channel][role]) for role, _ in said[1:]]
    pace = min(1.0, left / sum(pauses))
    turns, at = [], began
    for (role, content), pause in zip(said, [*pauses, 0], strict=True):
        turns.append(Turn(role, content, at))
        at += timedelta(seconds=int(pause * pace))
    return turns


def _exchange(random: Random, visitor: Visitor) -> Iterator[tuple[str, str]]:
    facts, speaker = visitor.facts, _Speaker(random)
    opening = speaker.says(words.GREETINGS)
    if language := words.LANGUAGES.get(visitor.languages[0]):
        yield "user", random.choice(language.opens)
        yield "assistant", random.choice(language.answers)
        opening = language.turns_to_english
    elif not speaker.in_haste:
        opening = f"{random.choice((opening, _good_day(visitor.arrived_at)))}!"
    if facts == LeadFacts():
        yield "user", opening
        yield "assistant", random.choice(words.ASSISTANT_OPENS)
        return
    wants = words.WANTS[facts.intent] if facts.intent else words.WANTS_SOMETHING
    yield "user", f"{opening} {speaker.says(wants)}"
    yield "assistant", random.choice(words.ASSISTANT_OPENS)
    area = words.AREA if facts.area else words.NO_AREA
    yield "user", speaker.says(area).format(area=facts.area)
    for topic, said in _told(speaker, visitor):
        if said:
            yield "assistant", random.choice(words.ASKS[topic])
            yield "user", _in_one_breath(said)
    yield "assistant", _closing_words(random, facts)
    if random.random() < 0.35:
        yield "user", speaker.says(words.VISITOR_CLOSES)


class _Speaker:
    """Somebody who writes in one manner from beginning to end."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.in_haste = random.random() < _IN_HASTE

    def says(self, ways: words.Ways) -> str:
        return self.random.choice(ways.hasty if self.in_haste else ways.careful)


def _in_one_breath(said: Sequence[str]) -> str:
    """Sentences after each other; words that are none are parted by commas."""
    parted = (text if text[-1] in ".?!" else f"{text}," for text in said[:-1])
    return " ".join([*parted, said[-1]])


def _closing_words(random: Random, facts: LeadFacts) -> str:
    """Of what is known, so that a list of last words is no column of the same sentence."""
    if facts.viewing_requested and random.random() < 0.5:
        return random.choice(words.CLOSES_VIEWING)
    if facts.name and random.random() < 0.7:
        return random.choice(words.CLOSES_NAMED).format(name=facts.name.split()[0])
    if facts.area and random.random() < 0.7:
        return random.choice(words.CLOSES_AREA).format(area=facts.area.split(",")[0])
    return random.choice(words.CLOSES)


def _good_day(at: datetime) -> str:
    """`Good evening`, by the visitor's clock."""
    hour = timezone.localtime(at).hour
    return next(said for since, said in reversed(words.GREETINGS_BY_HOUR) if hour >= since)


def _told(speaker: _Speaker, visitor: Visitor) -> Iterator[tuple[str, list[str]]]:
    """Topic by topic, the sentences in which the visitor states what is known."""
    facts, says = visitor.facts, speaker.says
    home = [says(words.PROPERTY_TYPE[facts.property_type])] if facts.property_type else []
    if bedrooms := bedrooms_in_words(facts):
        home.append(says(words.BEDROOMS).format(bedrooms=bedrooms))
    yield "home", home
    budget = budget_in_words(facts)
    yield "money", [says(words.BUDGET).format(budget=budget)] if budget else []
    yield "time", [says(words.TIMELINE[facts.timeline])] if facts.timeline else []
    yield (
        "position",
        [
            says(ways[known])
            for fact, ways in words.POSITION.items()
            if (known := getattr(facts, fact))
        ],
    )
    yield "viewing", [says(words.VIEWING)] if facts.viewing_requested else []
    yield "contact", list(_contact(speaker, visitor))


def _contact(speaker: _Speaker, visitor: Visitor) -> Iterator[str]:
    """Nobody repeats in a text the number that it comes from, nor in an e-mail its sender."""
    facts = visitor.facts
    if facts.name:
        yield speaker.says(words.NAME).format(name=facts.name)
    if facts.email and visitor.channel != "email":
        yield speaker.says(words.EMAIL).format(email=facts.email)
    if facts.phone and visitor.channel != "sms":
        yield speaker.says(words.PHONE).format(phone=_as_typed(facts.phone))


def _as_typed(phone: str) -> str:
    """A British number as its owner writes it: `07700 900123`, `01174960123`."""
    home = f"0{phone.removeprefix('+44')}"
    return f"{home[:5]} {home[5:]}" if home.startswith(("07", "016")) else home


def bedrooms_in_words(facts: LeadFacts) -> str | None:
    """ "two bedrooms", "two bedrooms, three bedrooms at most"; None where it is unknown."""
    least, most = facts.bedrooms_min, facts.bedrooms_max
    if least is None:
        return None
    if most is None:
        return f"{_BEDROOMS[least]} or more"
    return _BEDROOMS[least] if least == most else f"{_BEDROOMS[least]}, {_BEDROOMS[most]} at most"


def budget_in_words(facts: LeadFacts) -> str | None:
    """ "£285,000 to £300,000", "£1,450 a month at most"; None where it is unknown."""
    if facts.budget_max is None:
        return None
    month = " a month" if facts.intent == "rent" else ""
    if facts.budget_min is None:
        return f"£{facts.budget_max:,}{month} at most"
    return f"£{facts.budget_min:,} to £{facts.budget_max:,}{month}"
