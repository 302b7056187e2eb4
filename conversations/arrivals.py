"""What a conversation that arrives becomes: a new one, more of a known one, or nothing new."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from conversations.choices import ConversationStatus
from conversations.growing import Contradiction, new_of_messages, new_of_transcript
from conversations.listening import listen
from conversations.outcome import Added, Captured, Outcome
from conversations.posted_format import ConsentGiven
from conversations.received import Received, ReceivedTurn
from conversations.said import as_told
from conversations.settling import Settling
from conversations.standing import Contact, Known, Name, Standing, contacts_of
from conversations.talks import NOT_YET, Talk, own_words
from conversations.told_before import not_told_before
from leads import origin_and_consent
from leads.contacts import KEY_OF
from leads.corrections import as_text
from leads.facts import LeadFacts, fill, is_known
from leads.followed import as_it_stands
from leads.models import FACT_FIELDS, Lead
from organisations.actors import Actor
from organisations.models import Organisation

FIRST_LANGUAGE = "en"


@dataclass(slots=True)
class Arrivals:
    """One batch on its way: what stood before it, and what it becomes."""

    organisation: Organisation
    by: Actor
    standing: Standing = field(init=False)
    settling: Settling = field(init=False)
    known: dict[Name, Known] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.standing = Standing(self.organisation)
        self.settling = Settling(self.organisation, self.by, self.standing)

    def look(self, batch: Sequence[Received], names: Sequence[Name | None]) -> None:
        """Find, under their locks, what stands of the batch."""
        said = {name for name in names if name is not None}
        self.standing.lock(said, (c for received in batch for c in contacts_of(received.facts)))
        self.known = self.standing.known(said)
        asked: list[Contact] = []
        growing: dict[UUID, UUID] = {}
        for received, name in zip(batch, names, strict=True):
            known = self.known.get(name) if name is not None else None
            if known is None:
                asked += contacts_of(received.facts)
            elif received.is_live and known.digest != received.digest():
                growing[known.id] = known.lead_id
        self.standing.find(asked, growing)

    # --- What arrives ----------------------------------------------------------------------------
    def take(self, received: Received, name: Name | None) -> Captured:
        """Take in a conversation, or what is new of one that is known."""
        digest = received.digest()
        known = self.known.get(name) if name is not None else None
        if known is None:
            return self._begin(received, name, digest)
        if known.digest == digest:
            return Captured(Outcome.UNCHANGED, known.id, known.brought)
        if not received.is_live:
            return Captured(Outcome.DIFFERS, known.id)
        talk = self.settling.talks.get(known.id) or self.standing.talks[known.id]
        try:
            new = new_of_transcript(talk.turns, received.messages)
        except Contradiction as contradiction:
            return Captured(Outcome.DIFFERS, known.id, differs_at=contradiction.place)
        return self._go_on(talk, received, new, digest, name)

    def add(
        self, talk: Talk, messages: Sequence[ReceivedTurn], consent: ConsentGiven | None = None
    ) -> Added:
        """Add messages alone: of the person only what is in them is said, and any consent."""
        stood = as_it_stands(talk.lead)
        new = new_of_messages(talk.turns, messages)
        was_closed = self._add_turns(talk, [messages[place] for place in new])
        by_name = {turn.external_id: turn for turn in talk.turns}
        added_turns = iter(talk.turns[-len(new) :] if new else ())
        places = set(new)
        turns = [
            next(added_turns) if place in places else by_name[message.external_id]
            for place, message in enumerate(messages)
        ]
        if new:
            told = self._take_facts(talk, LeadFacts(), {})
            if consent is not None:  # also one that was told before: it is said again now
                told["consent"] = consent.as_kept()
                origin_and_consent.take(talk.lead, told)
            self.settling.settle(talk, told, stood, messages=len(new), was_closed=was_closed)
        return Added(turns, len(new))

    def _begin(self, received: Received, name: Name | None, digest: bytes) -> Captured:
        lead = self.standing.lead_of(received.facts) or self._new_lead(received)
        stood = as_it_stands(lead)
        named: dict[str, Any] = {} if name is None else dict([name])
        talk = Talk(
            lead=lead,
            channel=str(received.channel),
            status=str(received.status),
            languages=[received.language or FIRST_LANGUAGE],
            created_at=received.started_at or NOT_YET,
            digest=digest,
            **named,
        )
        new = new_of_transcript([], received.messages)
        self._add_turns(talk, [received.messages[place] for place in new])
        talk.brought = len(new)
        told = self._take_facts(talk, received.facts, received.besides)
        self.settling.settle(talk, told, stood, messages=len(new), began=True)
        if name is not None:
            self.known[name] = Known(talk.id, lead.id, digest, talk.brought)
        return Captured(Outcome.CREATED, talk.id, talk.brought)

    def _go_on(
        self, talk: Talk, received: Received, new: Sequence[int], digest: bytes, name: Name | None
    ) -> Captured:
        lead = talk.lead
        stood = as_it_stands(lead)
        was_closed = self._add_turns(talk, [received.messages[place] for place in new])
        told = self._take_facts(talk, received.facts, received.besides)
        if not new and not told:
            return Captured(Outcome.UNCHANGED, talk.id)
        if received.language is not None:
            talk.add_language(received.language)
        talk.digest, talk.brought = digest, len(new)
        self.settling.settle(talk, told, stood, messages=len(new), was_closed=was_closed)
        if name is not None:
            self.known[name] = Known(talk.id, lead.id, digest, talk.brought)
        return Captured(Outcome.ADDED, talk.id, len(new))

    def _new_lead(self, received: Received) -> Lead:
        lead = Lead(
            organisation_id=self.organisation.id,
            source=str(received.channel),
            created_at=received.started_at or NOT_YET,
        )
        self.settling.new_leads.append(lead)
        return lead

    def _add_turns(self, talk: Talk, messages: Iterable[ReceivedTurn]) -> bool:
        """Whether that opened the conversation again."""
        turns = [
            talk.add(
                role=str(message.role),
                content=message.content,
                external_id=message.external_id,
                at=message.created_at,
            )
            for message in messages
        ]
        self.standing.visitor_messages[talk.lead.id] += own_words(turns)
        was_closed = not talk.is_new and talk.status == ConversationStatus.CLOSED
        if turns and was_closed:
            talk.status = ConversationStatus.OPEN.value
        return bool(turns) and was_closed

    def _take_facts(self, talk: Talk, facts: LeadFacts, besides: dict[str, Any]) -> dict[str, Any]:
        """Fill in what the conversation says of the lead; returns what its event keeps of it.

        What a field said before, or what was said and not taken, stands in the event alone. Of a
        talk that goes on, what it told before is not told again.
        """
        lead, were_read = talk.lead, talk.lead.read_facts
        before = {field: getattr(lead, field) for field in FACT_FIELDS if is_known(lead, field)}
        filled = fill(lead, facts)
        replaced = {name: as_text(before[name]) or "" for name in filled if name in before}
        taken, read = listen(talk)
        if lead.read_facts != were_read and lead.id in self.standing.leads:
            self.settling.changed_leads.setdefault(lead, set()).add("read_facts")
        filled += taken.filled
        for kind in KEY_OF:
            # A phone that the lead did not take, because another is known, leads nobody to it.
            if kind in filled and (key := getattr(lead, f"{kind}_key")):
                self.standing.enter(lead, (kind, key))
        said = read | {name: getattr(facts, name) for name in FACT_FIELDS if is_known(facts, name)}
        told = as_told(lead, said, filled=filled, replaced=taken.replaced | replaced)
        told |= taken.marks() | besides
        if not talk.is_new:
            told = not_told_before(told, lead, talk.id, self.organisation)
        origin_and_consent.take(lead, told)
        return told
