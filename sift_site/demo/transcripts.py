"""A visitor's facts as a conversation in which they, and no others, are said."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from django.utils import timezone

from leads.facts import LeadFacts
from sift_site.demo import words
from sift_site.demo.visitors import Visitor

# Seconds until the other answers: a chat is quick, e-mail is not.
_PAUSES = {"website": (3, 75), "sms": (10, 400), "email": (60, 2400)}
_NUMBERS = ("a studio", "one bedroom", "two bedrooms", "three bedrooms", "four bedrooms",
            "five bedrooms", "six bedrooms")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Turn:
    role: str
    content: str
    created_at: datetime


def write_transcript(random: Random, visitor: Visitor, until: datetime) -> list[Turn]:
    """The turns in their order, the first at the visitor's arrival, the last not after `until`."""
    least, most = _PAUSES[visitor.channel]
    said = list(_exchange(random, visitor))
    pauses = [random.randint(least, most) for _ in said[1:]]
    # Who came just now is quick, so that nothing is known of them which they have yet to say.
    left = (until - visitor.arrived_at).total_seconds()
    pace = min(1.0, left / sum(pauses))
    turns, at = [], visitor.arrived_at
    for (role, content), pause in zip(said, [*pauses, 0], strict=True):
        turns.append(Turn(role, content, at))
        at += timedelta(seconds=int(pause * pace))
    return turns


def write_return(
    random: Random, facts: LeadFacts, channel: str, began: datetime, *, asks_to_view: bool
) -> list[Turn]:
    """A second conversation of somebody who was here before, over some channel."""
    least, most = _PAUSES[channel]
    asked = random.choice(words.VIEWING if asks_to_view else words.ASKS_FOR_NEWS)
    who = f" {words.EMAIL.format(email=facts.email)}" if channel == "website" else ""
    said = [
        ("user", random.choice(words.RETURNS)),
        ("assistant", random.choice(words.WELCOMES_BACK)),
        ("user", f"{asked}{who}"),
        ("assistant", random.choice(words.ANSWERS_RETURN)),
    ]
    turns, at = [], began
    for role, content in said:
        turns.append(Turn(role, content, at))
        at += timedelta(seconds=random.randint(least, most))
    return turns


def _exchange(random: Random, visitor: Visitor) -> Iterator[tuple[str, str]]:
    facts = visitor.facts
    if language := words.LANGUAGES.get(visitor.language):
        yield "user", random.choice(language.opens)
        yield "assistant", random.choice(language.answers)
        opening = language.turns_to_english
    else:
        opening = f"{random.choice((*words.GREETINGS, _good_day(visitor.arrived_at)))}!"
    if facts == LeadFacts():
        yield "user", opening
        yield "assistant", random.choice(words.ASSISTANT_OPENS)
        return
    wants = words.WANTS[facts.intent] if facts.intent else words.WANTS_SOMETHING
    yield "user", f"{opening} {random.choice(wants)}"
    yield "assistant", random.choice(words.ASSISTANT_OPENS)
    if facts.area:
        yield "user", random.choice(words.AREA).format(area=facts.area)
    else:
        yield "user", random.choice(words.NO_AREA)
    for topic, said in _told(random, visitor):
        if said:
            yield "assistant", random.choice(words.ASKS[topic])
            yield "user", " ".join(said)
    yield "assistant", random.choice(words.ASSISTANT_CLOSES)
    if random.random() < 0.5:
        yield "user", random.choice(words.VISITOR_CLOSES)


def _good_day(at: datetime) -> str:
    """`Good evening`, by the visitor's clock."""
    hour = timezone.localtime(at).hour
    return next(said for since, said in reversed(words.GREETINGS_BY_HOUR) if hour >= since)


def _told(random: Random, visitor: Visitor) -> Iterator[tuple[str, list[str]]]:
    """Topic by topic, the sentences in which the visitor states what is known."""
    facts = visitor.facts
    yield (
        "home",
        [
            *([words.PROPERTY_TYPE[facts.property_type]] if facts.property_type else []),
            *_sentence(random, words.BEDROOMS, bedrooms=bedrooms_in_words(facts)),
        ],
    )
    yield "money", _sentence(random, words.BUDGET, budget=budget_in_words(facts))
    yield "time", [words.TIMELINE[facts.timeline]] if facts.timeline else []
    position = [
        told[getattr(facts, fact)] for fact, told in words.POSITION.items() if getattr(facts, fact)
    ]
    yield "position", position
    yield "viewing", [random.choice(words.VIEWING)] if facts.viewing_requested else []
    # Nobody repeats in a text the number that it comes from, nor in an e-mail its sender.
    yield "contact", [
        *([words.NAME.format(name=facts.name)] if facts.name else []),
        *([words.EMAIL.format(email=facts.email)]
          if facts.email and visitor.channel != "email" else []),
        *([words.PHONE.format(phone=facts.phone)]
          if facts.phone and visitor.channel != "sms" else []),
    ]  # fmt: skip


def _sentence(random: Random, forms: tuple[str, ...], **said: str | None) -> list[str]:
    if None in said.values():
        return []
    sentence = random.choice(forms).format(**said)
    return [sentence[0].upper() + sentence[1:]]


def bedrooms_in_words(facts: LeadFacts) -> str | None:
    """ "two bedrooms", "two bedrooms, three bedrooms at most"; None where it is unknown."""
    least, most = facts.bedrooms_min, facts.bedrooms_max
    if least is None:
        return None
    if most is None:
        return f"{_NUMBERS[least]} or more"
    return _NUMBERS[least] if least == most else f"{_NUMBERS[least]}, {_NUMBERS[most]} at most"


def budget_in_words(facts: LeadFacts) -> str | None:
    """ "£285,000 to £300,000", "£1,450 a month at most"; None where it is unknown."""
    if facts.budget_max is None:
        return None
    month = " a month" if facts.intent == "rent" else ""
    if facts.budget_min is None:
        return f"£{facts.budget_max:,}{month} at most"
    return f"£{facts.budget_min:,} to £{facts.budget_max:,}{month}"
