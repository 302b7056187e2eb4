"""A score that quotes its reasons: of each point the words that gave it, and what contradicts it.

Words stand for a fact where the lead has what was read of them, whoever said it first.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from leads.contacts import as_kept, set_fact
from leads.facts import is_known
from leads.models import Lead
from leads.models.choices import FinancingStatus, columns_of
from leads.scoring import STANDARD, MorePoints, Score, Weights, in_words, score_lead

MOST_WORDS = 500  # receipts of a lead that are looked at, the latest
PROOF_LASTS = timedelta(days=90)
_PROOFS = frozenset({FinancingStatus.CASH_PROVEN.value, FinancingStatus.DIP_HELD.value})


@dataclass(frozen=True, slots=True)
class Words:
    """Words of a message out of which a fact was read."""

    fact: str
    said: Mapping[str, Any]  # the lead's columns with what was read
    conversation_id: UUID
    message_id: UUID
    quote: str
    start: int  # in code points of the message
    end: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Reason:
    """One line of a score: the fact, what was said, its points, and the words that said it."""

    fact: str
    said: str
    points: int
    words: Words | None  # None: stated by a sender or a person


@dataclass(frozen=True, slots=True)
class SaidOnce:
    """One of several values of a fact that contradict each other."""

    said: str
    words: Words | None
    stands: bool


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A fact of which different things were said: in their order, the one that stands last."""

    fact: str
    values: list[SaidOnce]


@dataclass(frozen=True, slots=True)
class QuotedScore:
    """A score with the words for its points; the rest as `leads.scoring.Score` has it."""

    value: int | None
    points: list[Reason]
    would_add: list[MorePoints]
    contradictions: list[Contradiction]
    capped: bool


def quoted_score(
    lead: Lead, visitor_messages: int, words: Sequence[Words], weights: Weights = STANDARD
) -> QuotedScore:
    """The lead's score with its reasons; `words` are all that was read, the earliest first."""
    score: Score = score_lead(lead, visitor_messages, weights)
    reasons = [
        Reason(line.fact, line.said, line.points, _words_for(lead, line.fact, words))
        for line in score.points
    ]
    return QuotedScore(
        score.value, reasons, score.would_add, _contradictions(lead, words), score.capped
    )


def is_old_proof(lead: Lead, said_at: datetime | None, now: datetime) -> bool:
    """Whether a decision in principle or a proof of funds was told so long ago that it is to be
    asked for again."""
    if lead.financing_status not in _PROOFS or said_at is None:
        return False
    return now - said_at > PROOF_LASTS


# --- Which words ---------------------------------------------------------------------------------
def _words_for(lead: Lead, fact: str, words: Sequence[Words]) -> Words | None:
    """The latest words that say what the lead has; of a pair, those that say most of it."""
    ours = [each for each in words if each.fact == fact and _says_what_stands(lead, each)]
    return max(reversed(ours), key=lambda each: len(_values(each.said)), default=None)


def _values(said: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in said.items() if value is not None}


def _says_what_stands(lead: Lead, words: Words) -> bool:
    values = _values(words.said)
    return bool(values) and all(
        _is_same(column, value, getattr(lead, column)) for column, value in values.items()
    )


def _is_same(column: str, one: Any, other: Any) -> bool:
    """Areas that are among others (`Didsbury` of `Didsbury, Chorlton`) are the same."""
    one, other = as_kept(column, one), as_kept(column, other)
    if isinstance(one, str) and isinstance(other, str):
        names = [{part.strip().casefold() for part in text.split(",")} for text in (one, other)]
        return names[0] <= names[1] or names[1] <= names[0]
    return bool(one == other)


# --- Contradictions ------------------------------------------------------------------------------
def _contradictions(lead: Lead, words: Sequence[Words]) -> list[Contradiction]:
    facts = dict.fromkeys(each.fact for each in words)
    found = (_contradiction(lead, fact, [w for w in words if w.fact == fact]) for fact in facts)
    return [each for each in found if each is not None]


def _contradiction(lead: Lead, fact: str, words: list[Words]) -> Contradiction | None:
    columns = [column for column in columns_of(fact) if is_known(lead, column)]
    if not columns:
        return None
    against: dict[str, Words] = {}
    for each in words:
        if any(
            column in columns and not _is_same(column, value, getattr(lead, column))
            for column, value in _values(each.said).items()
        ):
            text = said_in_words(fact, each.said)
            against.pop(text, None)
            against[text] = each
    if not against:
        return None
    stands = SaidOnce(in_words(lead, fact, 0), _words_for(lead, fact, words), stands=True)
    others = [SaidOnce(text, each, stands=False) for text, each in against.items()]
    return Contradiction(fact, [*others, stands])


def said_in_words(fact: str, said: Mapping[str, Any]) -> str:
    """What words say, as the score writes it: `Up to £350,000`."""
    if fact == "viewing_requested" and not said[fact]:
        return "No viewing"
    lead = Lead()
    for column, value in said.items():
        set_fact(lead, column, value)
    return in_words(lead, fact, 0)
