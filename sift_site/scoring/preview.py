"""What other weights would do, before they are saved."""

from collections import Counter
from dataclasses import dataclass

from conversations.rescoring import visitor_messages
from leads.models import Lead
from leads.scoring import Weights, score_value
from leads.temperature import temperature
from organisations.models import Organisation

NEWEST = 2_000  # leads that are looked at


@dataclass(frozen=True, slots=True)
class Preview:
    """Of so many leads, how many would have another score, and another temperature."""

    leads: int
    scores: int
    moves: list[tuple[str, int]]  # `warm to hot`, how many
    is_all: bool

    @property
    def moved(self) -> int:
        return sum(number for _, number in self.moves)


def preview(organisation: Organisation, weights: Weights) -> Preview:
    """The newest leads, scored by these weights; nothing is saved. Two statements."""
    ours = Lead.objects.for_organisation(organisation).unmerged().defer("search")
    leads = list(ours.order_by("-created_at", "-id")[: NEWEST + 1])
    is_all, leads = len(leads) <= NEWEST, leads[:NEWEST]
    messages = visitor_messages(organisation, [lead.id for lead in leads])
    moves: Counter[str] = Counter()
    scores = 0
    for lead in leads:
        score = score_value(lead, messages.get(lead.id, 0), weights)
        scores += score != lead.score
        now, then = temperature(lead.score), temperature(score)
        if now != then:
            moves[f"{now or 'not scored'} to {then or 'not scored'}"] += 1
    return Preview(len(leads), scores, moves.most_common(), is_all)
