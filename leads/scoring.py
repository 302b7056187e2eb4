"""A lead's score: a sum of named points for its facts, never set by hand (CONTRACT.md, section 1).

The table below is all there is to it: what a fact is worth, unless an agency has weights of its own
(leads/agency_weights.py). It weighs what an agency asks first: can this person act (money, chain),
when, and do they want to see something.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from leads import phones
from leads.facts import LeadFacts, says_something
from leads.models import FACT_FIELDS, Lead
from leads.models.choices import FACT_CHOICES, Intent, LeadStatus, columns_of
from leads.temperature import temperature

MOST = 100

# Points for a fact: the same whatever was said, or by what was said.
WEIGHTS: Mapping[str, int | Mapping[str, int]] = {
    "viewing_requested": 20,
    "timeline": {"asap": 18, "within_3_months": 14, "within_6_months": 7, "over_6_months": 2},
    "budget": 14,
    "financing_status": {
        "cash_proven": 14,
        "dip_held": 12,
        "application_pending": 7,
        "exploring": 2,
    },
    "chain_status": {"chain_free": 10, "single_chain": 6, "in_chain": 3},
    "area": 8,
    "phone": 8,
    "email": 6,
    "intent": 5,
    "bedrooms": 5,
    "property_type": 4,
    "stamp_duty_position": 2,
    "buyer_scheme": 2,
    "name": 2,
}
# Points for the length of the conversation: so many messages of the visitor's own, the most first.
CONVERSATION = "conversation"
CONVERSATION_WEIGHTS = ((8, 10), (4, 6), (2, 3))


@dataclass(frozen=True)
class Weights:
    """What each fact is worth, and so many messages of the visitor's own."""

    facts: Mapping[str, int | Mapping[str, int]]
    conversation: tuple[tuple[int, int], ...]

    @cached_property
    def lines(self) -> tuple[tuple[str, tuple[str, ...], int | Mapping[str, int]], ...]:
        """Each fact with its columns and its weight."""
        return tuple((fact, columns_of(fact), weight) for fact, weight in self.facts.items())


STANDARD = Weights(WEIGHTS, CONVERSATION_WEIGHTS)
# Who rents has none of these, so their want is not held out as points to be had.
_OF_BUYERS = frozenset({"chain_status", "financing_status", "buyer_scheme", "stamp_duty_position"})


@dataclass(frozen=True, slots=True)
class Points:
    """One line of a score's reasons."""

    fact: str  # a key of WEIGHTS, or CONVERSATION
    said: str  # in words: "Up to £350,000"
    points: int


@dataclass(frozen=True, slots=True)
class MorePoints:
    """What an unknown fact would bring at most."""

    fact: str
    points: int


@dataclass(frozen=True, slots=True)
class Score:
    """A score with its reasons."""

    value: int | None  # 0 to 100; None: nothing is known of the lead yet
    points: list[Points]
    would_add: list[MorePoints]
    capped: bool  # the points come to more than 100


def score_lead(lead: Lead | LeadFacts, visitor_messages: int, weights: Weights = STANDARD) -> Score:
    """The score with its reasons, from the facts and the number of the visitor's messages."""
    given = dict(_given(lead, visitor_messages, weights))
    return Score(
        value=score_value(lead, visitor_messages, weights),
        points=[
            Points(fact, in_words(lead, fact, visitor_messages), points)
            for fact, points in given.items()
        ],
        would_add=[
            MorePoints(fact, _most(weight))
            for fact, weight in weights.facts.items()
            if fact not in given
            and _most(weight)
            and not (lead.intent == Intent.RENT and fact in _OF_BUYERS)
        ],
        capped=sum(given.values()) > MOST,
    )


def _most(weight: int | Mapping[str, int]) -> int:
    return weight if isinstance(weight, int) else max(weight.values())


def score_value(
    lead: Lead | LeadFacts, visitor_messages: int, weights: Weights = STANDARD
) -> int | None:
    """The score alone: 0 to 100, or None where no fact is known and hardly a word was said."""
    points = sum(points for _, points in _given(lead, visitor_messages, weights))
    if points == 0 and visitor_messages < 2 and not _is_known_of(lead):
        return None
    return min(MOST, points)


def apply_score(
    lead: Lead, visitor_messages: int, weights: Weights = STANDARD
) -> tuple[str, str] | None:
    """Score the lead; nothing is saved. Returns from and to of a status that changed by it.

    The status follows the score only while nobody has moved the lead on; who saves the lead
    records the change as an event of the system's.
    """
    lead.score = score_value(lead, visitor_messages, weights)
    before, after = lead.status, temperature(lead.score) or LeadStatus.NEW.value
    if lead.moved_on or before == after:
        return None
    lead.status = after
    return str(before), after


def _is_known_of(lead: Lead | LeadFacts) -> bool:
    return any(says_something(lead, field) for field in FACT_FIELDS)


def _given(
    lead: Lead | LeadFacts, visitor_messages: int, weights: Weights
) -> Iterator[tuple[str, int]]:
    """The facts that are known, each with its points, in the order of the table.

    A contact that identifies nobody brings none: `n/a` is no telephone number.
    """
    for fact, fields, weight in weights.lines:
        for field in fields:
            if says_something(lead, field):
                yield fact, weight if isinstance(weight, int) else weight[getattr(lead, field)]
                break
    for least, points in weights.conversation:
        if visitor_messages >= least:
            yield CONVERSATION, points
            return


def in_words(lead: Lead | LeadFacts, fact: str, visitor_messages: int) -> str:
    """What is known of a fact: `Up to £350,000`."""
    if fact == CONVERSATION:
        return f"{visitor_messages} messages of their own"
    if fact == "budget":
        return _span(lead.budget_min, lead.budget_max, "£{:,}".format)
    if fact == "bedrooms":
        return _span(lead.bedrooms_min, lead.bedrooms_max, _rooms)
    if fact == "viewing_requested":
        return "Asked for a viewing"
    if fact == "phone":
        return phones.shown(str(lead.phone))
    value = getattr(lead, fact)
    return str(FACT_CHOICES[fact](value).label) if fact in FACT_CHOICES else str(value)


def _rooms(number: int) -> str:
    return str(number) if number else "studio"


def _span(least: int | None, most: int | None, write: Any) -> str:
    if least is None:
        return f"Up to {write(most)}"
    if most is None:
        return f"From {write(least)}"
    return str(write(least)) if least == most else f"{write(least)} to {write(most)}"
