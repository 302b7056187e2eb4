"""The facts that were taken from a conversation, as they stand on its lead now."""

from collections.abc import Iterable
from dataclasses import dataclass

from conversations.models import Conversation
from foundation.plain_text import shortened
from leads.history import events_of
from leads.merging import merged_leads
from leads.models import EventKind, Lead
from leads.wording import fact_groups, fact_label
from organisations.models import Organisation

MOST_OF_SUMMARY = 300  # characters


@dataclass(frozen=True, slots=True)
class TakenFact:
    """A fact that the conversation brought, in words."""

    label: str
    said: str  # as the lead has it now; empty where it was emptied since
    by_hand: bool  # a person has set it since


def facts_taken(conversation: Conversation, organisation: Organisation) -> list[TakenFact]:
    """What the events of its captures name as filled in; two statements, more for merged leads.

    Events stay with the lead to which they happened, while a merge moves the conversation.
    """
    lead = conversation.lead
    events = events_of(lead, merged_leads(lead), organisation)
    captures = events.filter(
        kind=EventKind.CAPTURE, payload__conversation_id=str(conversation.id)
    ).order_by("created_at", "id")
    filled = [name for event in captures for name in event.payload.get("filled") or []]
    return list(_in_words(lead, filled))


def _in_words(lead: Lead, filled: Iterable[str]) -> Iterable[TakenFact]:
    said = {fact.label: fact.said for group in fact_groups(lead) for fact in group.known}
    said["Summary"] = shortened(lead.summary or "", MOST_OF_SUMMARY)
    by_label: dict[str, list[str]] = {}
    for name in filled:
        by_label.setdefault(_label(name), []).append(name)
    for label, names in by_label.items():
        by_hand = any(name in lead.hand_set for name in names)
        yield TakenFact(label, said.get(label, ""), by_hand)


def _label(name: str) -> str:
    """Facts of two columns are one here."""
    return fact_label(name.removesuffix("_min").removesuffix("_max"))
