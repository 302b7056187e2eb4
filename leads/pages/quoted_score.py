"""The score on a lead's page: its reasons with their words, what to ask next, an old proof."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from leads.agency_weights import weights_of
from leads.changed_meanwhile import last_to_bring
from leads.evidence import QuotedScore, Words, is_old_proof, quoted_score
from leads.models import Lead
from leads.rescoring import count_visitor_messages
from organisations.models import Organisation

PROOF = "financing_status"
# What to ask for a fact that is not known.
QUESTIONS = {
    "viewing_requested": "Would they like to see something?",
    "timeline": "When do they want to move?",
    "budget": "What can they spend?",
    "financing_status": "How will they pay: cash, or a decision in principle?",
    "chain_status": "Have they something to sell?",
    "area": "Where are they looking?",
    "phone": "What number can you call?",
    "email": "What address can you write to?",
    "intent": "Do they want to buy or rent?",
    "bedrooms": "How many bedrooms?",
    "property_type": "A house, a flat, or what else?",
    "stamp_duty_position": "Would it be their only home?",
    "buyer_scheme": "Do they buy with a scheme?",
    "name": "What is their name?",
}


@dataclass(frozen=True, slots=True)
class Question:
    """A fact that is not known, as the question that would bring its points."""

    fact: str
    words: str
    points: int


def score_context(lead: Lead, organisation: Organisation) -> dict[str, Any]:
    """The score, the questions that would add to it (the best first), and since when a proof that
    is to be asked for again has stood; None where it is not old."""
    # A higher app's rows, read by reverse relation; their queries are beyond the types.
    talks: Any = lead.conversations.for_organisation(organisation)
    words: Sequence[Words] = talks.words_read(organisation)
    score = quoted_score(lead, count_visitor_messages(lead), words, weights_of(organisation.id))
    return {
        "score": score,
        "questions": _questions(score),
        "old_proof": _old_proof(lead, score, organisation),
    }


def _questions(score: QuotedScore) -> list[Question]:
    unknown = sorted(score.would_add, key=lambda line: -line.points)
    return [Question(line.fact, QUESTIONS[line.fact], line.points) for line in unknown]


def _old_proof(lead: Lead, score: QuotedScore, organisation: Organisation) -> datetime | None:
    reason = next((line for line in score.points if line.fact == PROOF), None)
    if reason is None:
        return None
    if reason.words is not None:
        told_at: datetime | None = reason.words.at
    else:
        event = last_to_bring(lead, organisation, PROOF)
        told_at = event.created_at if event is not None else None
    return told_at if is_old_proof(lead, told_at, timezone.now()) else None
