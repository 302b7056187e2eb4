"""Conversations in: the one way by which they and their leads arrive (CONTRACT.md, section 2).

A batch is one short transaction of a constant number of statements. Whoever captures a person's
conversation holds the locks of their e-mail and phone, so the same person arriving twice at once
becomes one lead. Within a batch the conversations are taken in the order in which they began: the
earliest brings the lead, and of two that say the same fact its word stands.
"""

from bisect import insort
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any
from uuid import UUID

from django.db.models import Count, OuterRef, Subquery

from conversations.choices import MessageRole
from conversations.followed import arrived
from conversations.intake_format import ReceivedConversation
from conversations.models import Conversation, ConversationLanguage, Message
from conversations.said import as_told
from conversations.summing_up import sum_up
from foundation.database.copying import copy_rows
from foundation.database.locks import lock_names
from foundation.ids import uuid7
from leads import search
from leads.contacts import KEY_OF, columns_to_save, key_of
from leads.events import EVENT_FIELDS, event_row
from leads.facts import LeadFacts, fill, is_known
from leads.followed import Stood, as_it_stands, note_created, note_differences, note_status
from leads.merging import lock_of_merging
from leads.models import FACT_FIELDS, EventKind, Lead, LeadEvent, moment_of_change
from leads.models.choices import LeadStatus
from leads.scoring import apply_score
from organisations.actors import SYSTEM, Actor
from organisations.changes.numbering import note, numbered_last
from organisations.models import Organisation

LEAD_FIELDS = (
    "id", "organisation_id", "source", "status", "score", "created_at", "moved_on", "hand_set",
    "search", "email_key", "phone_key", *FACT_FIELDS,
)  # fmt: skip
CONVERSATION_FIELDS = (
    "id", "organisation_id", "lead_id", "channel", "status", "languages_used", "external_id",
    "received_digest", "created_at", "last_message_at", "message_count", "last_words", "search",
)  # fmt: skip
MESSAGE_FIELDS = (
    "id", "organisation_id", "conversation_id", "position", "role", "content", "created_at",
)  # fmt: skip

_SCORED_FIELDS = ("score", "status", "moved_on")

# One of the two by which a lead is found: ("email", key) or ("phone", key).
Contact = tuple[str, str]


class Outcome(Enum):
    CREATED = "created"
    UNCHANGED = "unchanged"  # the external_id was known, with the same content
    DIFFERS = "differs"  # it was known with other content, which stands


@dataclass(frozen=True, slots=True)
class Captured:
    """What became of one received conversation: where it stands, and what was done."""

    outcome: Outcome
    conversation_id: UUID


@numbered_last()
def capture(
    organisation: Organisation, batch: Sequence[ReceivedConversation], *, by: Actor = SYSTEM
) -> list[Captured]:
    """Take the conversations in, the earliest first; return what became of each, in their order.

    Raises IntegrityError where another transaction takes in the same external_id meanwhile: the
    batch is then undone, and taken in again it finds what stands.
    """
    arrivals = _Arrivals(organisation, by)
    arrivals.lock_contacts(batch)
    arrivals.find_known_conversations(batch)
    arrivals.find_known_leads(batch)
    captured = {place: arrivals.take(batch[place]) for place in _in_order_of_time(batch)}
    arrivals.write()
    return [captured[place] for place in range(len(batch))]


def _in_order_of_time(batch: Sequence[ReceivedConversation]) -> list[int]:
    """The places of the batch, the earliest beginning first; the first of a name before others.

    What a name stands for is what was sent first under it, as it is between two batches.
    """
    first = {received.external_id: place for place, received in reversed([*enumerate(batch)])}

    def order(place: int) -> tuple[bool, datetime]:
        name = batch[place].external_id
        return (name is not None and first[name] != place, batch[place].started_at)

    return sorted(range(len(batch)), key=order)


@dataclass(slots=True)
class _Arrivals:
    """One batch on its way: what stood before it, and the rows that it becomes."""

    organisation: Organisation
    by: Actor
    known: dict[str, tuple[UUID, bytes]] = field(default_factory=dict)  # by external_id
    found_leads: dict[UUID, Lead] = field(default_factory=dict)
    # Found and new, the oldest of each contact first.
    leads: dict[Contact, list[Lead]] = field(default_factory=lambda: defaultdict(list))
    new_leads: list[Lead] = field(default_factory=list)
    told: set[UUID] = field(default_factory=set)  # the leads that the feed knows
    changed_leads: dict[UUID, Lead] = field(default_factory=dict)  # that stood before
    changed_fields: set[str] = field(default_factory=set)  # of any of them
    visitor_messages: dict[UUID, int] = field(default_factory=lambda: defaultdict(int))  # by lead
    conversations: list[tuple[Any, ...]] = field(default_factory=list)
    messages: list[tuple[Any, ...]] = field(default_factory=list)
    languages: set[str] = field(default_factory=set)
    events: list[tuple[Any, ...]] = field(default_factory=list)

    # --- What stands -----------------------------------------------------------------------------
    def lock_contacts(self, batch: Iterable[ReceivedConversation]) -> None:
        names = [
            f"{self.organisation.id} {kind} {key}"
            for received in batch
            for kind, key in _contacts(received.facts)
        ]
        lock_names(names, shared=[lock_of_merging(self.organisation)])

    def find_known_conversations(self, batch: Iterable[ReceivedConversation]) -> None:
        names = [received.external_id for received in batch if received.external_id is not None]
        rows = Conversation.objects.for_organisation(self.organisation).filter(
            external_id__in=names
        )
        for name, id_, digest in rows.values_list("external_id", "id", "received_digest"):
            self.known[str(name)] = (id_, bytes(digest or b""))

    def find_known_leads(self, batch: Iterable[ReceivedConversation]) -> None:
        """The leads that somebody of the batch may be, locked, with their messages counted."""
        asked = {
            contact
            for received in batch
            if received.external_id not in self.known
            for contact in _contacts(received.facts)
        }
        leads = Lead.objects.for_organisation(self.organisation)
        reached: dict[UUID, list[Contact]] = defaultdict(list)
        survivors: set[UUID] = set()
        for kind in KEY_OF:
            keys = [key for kind_asked, key in asked if kind_asked == kind]
            if keys:
                for id_, key, became in leads.first_of_contact(kind, keys):
                    reached[became or id_].append((kind, key))
                    survivors |= {became} if became else set()
        self._enter_leads(reached, survivors)
        self._count_messages()

    def _enter_leads(self, reached: dict[UUID, list[Contact]], survivors: Collection[UUID]) -> None:
        """Lock the leads; of the survivors of a merge, those that they became if merged themselves.

        Nothing is merged meanwhile. A lead that was erased meanwhile is nobody.
        """
        leads = Lead.objects.for_organisation(self.organisation)
        while survivors:
            again = leads.filter(id__in=survivors, merged_into__isnull=False)
            merged = dict(again.values_list("id", "merged_into_id"))
            for id_, became in merged.items():
                reached[became] += reached.pop(id_, [])
            survivors = set(merged.values())
        for lead in leads.filter(id__in=reached).order_by("id").select_for_update():
            self.found_leads[lead.id] = lead
            self.told.add(lead.id)
            for contact in reached[lead.id]:
                self._enter(lead, contact)

    def _enter(self, lead: Lead, contact: Contact) -> None:
        """Let the lead be found by it, after those that are older."""
        if lead not in self.leads[contact]:
            insort(self.leads[contact], lead, key=lambda known: (known.created_at, known.id))

    def _count_messages(self) -> None:
        if not self.found_leads:
            return
        of_conversation = Message.objects.for_organisation(self.organisation).filter(
            conversation=OuterRef("id"), role=MessageRole.USER
        )
        # A subquery for each conversation and no join: the planner knows nothing of an
        # organisation that is new to its statistics, and would read all messages for each.
        number = of_conversation.order_by().values("conversation").values(number=Count("id"))
        rows = Conversation.objects.for_organisation(self.organisation).filter(
            lead__in=self.found_leads
        )
        for lead_id, count in rows.values_list("lead_id", Subquery(number)):
            self.visitor_messages[lead_id] += count or 0

    # --- What arrives ----------------------------------------------------------------------------
    def take(self, received: ReceivedConversation) -> Captured:
        digest = received.digest()
        if received.external_id is not None and received.external_id in self.known:
            id_, known = self.known[received.external_id]
            return Captured(
                Outcome.UNCHANGED if known == digest else Outcome.DIFFERS, conversation_id=id_
            )
        lead = self._found(received) or self._new_lead(received)
        stood = as_it_stands(lead)
        payload = self._fill(lead, received)
        conversation_id = uuid7()
        self._add_conversation(conversation_id, lead, received, digest)
        self._score(lead, {"conversation_id": str(conversation_id), **payload})
        self._note(lead, stood, conversation_id, len(received.messages))
        if received.external_id is not None:
            self.known[received.external_id] = (conversation_id, digest)
        return Captured(Outcome.CREATED, conversation_id)

    def _found(self, received: ReceivedConversation) -> Lead | None:
        """The lead that the person is already: by e-mail, then by phone, the oldest first.

        Who is known by another e-mail is another person, though the phone is the same: couples
        share a landline, colleagues an office.
        """
        email = key_of("email", received.facts.email)
        for contact in _contacts(received.facts):
            for lead in self.leads[contact]:
                is_another = lead.email_key is not None and lead.email_key != email
                if contact[0] == "email" or email is None or not is_another:
                    return lead
        return None

    def _fill(self, lead: Lead, received: ReceivedConversation) -> dict[str, Any]:
        """Fill in what the conversation says of the lead; returns what its event keeps of it.

        What a field said before, or what was said and not taken, stands in the event alone.
        """
        before = {field: getattr(lead, field) for field in KEY_OF}
        filled = fill(lead, received.facts)
        for kind, key in _contacts(received.facts):
            # A phone that the lead did not take, because another is known, leads nobody to it.
            if kind in filled:
                self._enter(lead, (kind, key))
        replaced = {name: before[name] for name in filled if before.get(name) is not None}
        said = {
            name: getattr(received.facts, name)
            for name in FACT_FIELDS
            if is_known(received.facts, name)
        }
        told = as_told(lead, said, filled=filled, replaced=replaced)
        return {"channel": received.channel, **told}

    def _new_lead(self, received: ReceivedConversation) -> Lead:
        lead = Lead(
            organisation_id=self.organisation.id,
            source=received.channel,
            created_at=received.started_at,
        )
        self.new_leads.append(lead)
        return lead

    def _add_conversation(
        self, id_: UUID, lead: Lead, received: ReceivedConversation, digest: bytes
    ) -> None:
        organisation_id = self.organisation.id
        languages = [received.language]
        summary = sum_up(organisation_id, received.messages, languages)
        self.conversations.append(
            (
                id_, organisation_id, lead.id, received.channel, received.status, languages,
                received.external_id, digest, received.started_at, summary.last_message_at,
                summary.message_count, summary.last_words, summary.search,
            )
        )  # fmt: skip
        self.languages.update(languages)
        self.messages += [
            (uuid7(), organisation_id, id_, position, told.role, told.content, told.created_at)
            for position, told in enumerate(received.messages)
        ]
        self.visitor_messages[lead.id] += received.visitor_messages

    def _score(self, lead: Lead, capture: dict[str, Any]) -> None:
        """Score the lead, and record the capture and what it did to the status."""
        organisation_id = self.organisation.id
        before = {name: getattr(lead, name) for name in _SCORED_FIELDS}
        if lead.moved_on and lead.status == LeadStatus.NEW:
            lead.moved_on = False  # somebody put it back to new: that holds until its next message
        status_change = apply_score(lead, self.visitor_messages[lead.id])
        payload = {**capture, "score": {"from": before["score"], "to": lead.score}}
        self.events.append(
            event_row(organisation_id, lead.id, EventKind.CAPTURE, by=self.by, payload=payload)
        )
        if status_change is not None:
            self.events.append(
                event_row(
                    organisation_id, lead.id, EventKind.STATUS, by=SYSTEM, change=status_change
                )
            )
        if lead.id in self.found_leads:
            filled = columns_to_save(capture["filled"])
            changed = [name for name in _SCORED_FIELDS if getattr(lead, name) != before[name]]
            self.changed_fields.update(filled, changed)
            lead.updated_at = moment_of_change()  # a poller sees who has come back
            self.changed_leads[lead.id] = lead

    def _note(self, lead: Lead, stood: Stood, conversation_id: UUID, messages: int) -> None:
        """What the feed tells of the conversation: that it came, and what it did to the lead."""
        is_new = lead.id not in self.told
        if is_new:
            note_created(lead, by=self.by)
            self.told.add(lead.id)
        note(self.organisation.id, *arrived(lead.id, conversation_id, messages, by=self.by))
        if not is_new:
            note_differences(lead, stood, by=self.by)
        elif lead.status != stood["status"]:
            note_status(lead, (stood["status"], lead.status), by=SYSTEM)

    # --- Writing ---------------------------------------------------------------------------------
    def write(self) -> None:
        """Leads before what points at them: the keys over (organisation, ...) are not deferred."""
        if self.new_leads:
            for lead in self.new_leads:
                search.renew(lead)
            rows = [tuple(getattr(lead, name) for name in LEAD_FIELDS) for lead in self.new_leads]
            copy_rows(Lead, LEAD_FIELDS, rows)
        if self.changed_leads:
            for lead in self.changed_leads.values():
                search.renew(lead)
            Lead.objects.bulk_update(
                self.changed_leads.values(), self.changed_fields | {"search", "updated_at"}
            )
        if self.conversations:
            copy_rows(Conversation, CONVERSATION_FIELDS, self.conversations)
            copy_rows(Message, MESSAGE_FIELDS, self.messages)
            copy_rows(LeadEvent, EVENT_FIELDS, self.events)
            ConversationLanguage.objects.note(self.organisation, self.languages)


def _contacts(facts: LeadFacts) -> list[Contact]:
    """What the person may be found by, in the order in which it is tried."""
    keys = ((kind, key_of(kind, getattr(facts, kind))) for kind in KEY_OF)
    return [(kind, key) for kind, key in keys if key is not None]
