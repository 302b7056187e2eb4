"""What stands of conversations that arrive, and of the people in them: found, and locked.

Locks are taken in one order by all: of names and contacts (advisory), then leads, then
conversations. What was found before its lock and is not so under it makes the capture look again.
"""

from bisect import insort
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, OuterRef, Subquery

from conversations.choices import MessageRole
from conversations.models import Conversation, Message
from conversations.talks import Talk, Turn
from foundation.database.kept_queries import KeptQuery
from foundation.database.locks import lock_names
from leads.contacts import KEY_OF, key_of
from leads.facts import LeadFacts
from leads.merging import lock_of_merging
from leads.models import Lead
from organisations.models import Organisation

# What a conversation is known by: ("external_id", …) or ("idempotency_key", …).
Name = tuple[str, str]
# One of the two by which a lead is found: ("email", key) or ("phone", key).
Contact = tuple[str, str]


class LookAgain(Exception):
    """A conversation was erased while its locks were waited for."""


@dataclass(frozen=True, slots=True)
class Known:
    """A conversation that has the name already."""

    id: UUID
    lead_id: UUID
    digest: bytes
    brought: int


def contacts_of(facts: LeadFacts) -> list[Contact]:
    """What the person may be found by, in the order in which it is tried."""
    keys = ((kind, key_of(kind, getattr(facts, kind))) for kind in KEY_OF)
    return [(kind, key) for kind, key in keys if key is not None]


def _named(kind: str) -> KeptQuery:
    columns = ("id", "lead_id", "received_digest", "received_messages", kind)
    is_named = {f"{kind}__given_any": "texts"}
    ours = Conversation.objects.filter
    return KeptQuery(lambda: ours(organisation__given="agency", **is_named).values_list(*columns))


def _first_of(kind: str) -> KeptQuery:
    return KeptQuery(lambda: Lead.objects.first_of_contact(kind))


_NAMED = {kind: _named(kind) for kind in ("external_id", "idempotency_key")}
_FIRST_OF = {kind: _first_of(kind) for kind in KEY_OF}


class Standing:
    """Conversations and leads of one organisation, as they stand under their locks."""

    def __init__(self, organisation: Organisation) -> None:
        self.organisation = organisation
        self.leads: dict[UUID, Lead] = {}
        self.talks: dict[UUID, Talk] = {}
        self.visitor_messages: dict[UUID, int] = defaultdict(int)  # by lead
        # The oldest of each contact first.
        self._by_contact: dict[Contact, list[Lead]] = defaultdict(list)

    # --- Names and contacts ----------------------------------------------------------------------
    def lock(self, names: Iterable[Name], contacts: Iterable[Contact]) -> None:
        """Wait for whoever else takes in the same conversations or people.

        So nobody waits for a unique index of names, which others wait for until they commit. No
        lead is merged meanwhile, and no conversation given to another.
        """
        id_ = self.organisation.id
        taken = (f"{id_} {kind} {text}" for kind, text in {*names, *contacts})
        lock_names(taken, shared=[lock_of_merging(self.organisation)])

    def known(self, names: Collection[Name]) -> dict[Name, Known]:
        """The conversations that have these names; one statement for each kind of name."""
        found: dict[Name, Known] = {}
        for kind, query in _NAMED.items():
            texts = [text for kind_asked, text in names if kind_asked == kind]
            if not texts:
                continue
            rows = query.ask(agency=self.organisation.id, texts=texts)
            for id_, lead_id, digest, brought, text in rows:
                known = Known(id_, lead_id, bytes(digest or b""), brought or 0)
                found[kind, text] = known
        return found

    # --- Leads and conversations -----------------------------------------------------------------
    def find(self, contacts: Iterable[Contact], growing: Mapping[UUID, UUID]) -> None:
        """Lock the leads that these contacts lead to, then the conversations that grow.

        `growing` names the lead of each conversation. Raises LookAgain where one is no longer
        there.
        """
        reached, survivors = self._reached_by(contacts)
        for lead_id in growing.values():
            reached.setdefault(lead_id, [])
        self._enter_leads(reached, survivors)
        self._lock_talks(growing)
        self._count_messages()

    def lead_of(self, facts: LeadFacts) -> Lead | None:
        """The lead that the person is already: by e-mail, then by phone, the oldest first.

        Who is known by another e-mail is another person, though the phone is the same: couples
        share a landline, colleagues an office.
        """
        email = key_of("email", facts.email)
        for contact in contacts_of(facts):
            for lead in self._by_contact[contact]:
                is_another = lead.email_key is not None and lead.email_key != email
                if contact[0] == "email" or email is None or not is_another:
                    return lead
        return None

    def enter(self, lead: Lead, contact: Contact) -> None:
        """Let the lead be found by it, after those that are older."""
        if lead not in self._by_contact[contact]:
            insort(self._by_contact[contact], lead, key=lambda known: (known.created_at, known.id))

    def _reached_by(
        self, contacts: Iterable[Contact]
    ) -> tuple[dict[UUID, list[Contact]], set[UUID]]:
        """The leads that the contacts lead to, and which of these a lead was merged into."""
        asked = set(contacts)
        reached: dict[UUID, list[Contact]] = defaultdict(list)
        survivors: set[UUID] = set()
        for kind, query in _FIRST_OF.items():
            keys = [key for kind_asked, key in asked if kind_asked == kind]
            if not keys:
                continue
            for id_, key, became, *_ in query.ask(agency=self.organisation.id, keys=keys):
                reached[became or id_].append((kind, key))
                survivors |= {became} if became else set()
        return reached, survivors

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
        if not reached:
            return
        for lead in leads.filter(id__in=reached).order_by("id").select_for_update():
            self.leads[lead.id] = lead
            for contact in reached[lead.id]:
                self.enter(lead, contact)

    def _lock_talks(self, growing: Mapping[UUID, UUID]) -> None:
        if not growing:
            return
        rows = Conversation.objects.for_organisation(self.organisation).filter(id__in=growing)
        for row in rows.order_by("id").select_for_update():
            self.talks[row.id] = _talk(row, self.leads[row.lead_id])
        if len(self.talks) < len(growing):
            raise LookAgain
        messages = Message.objects.for_organisation(self.organisation)
        in_order = messages.filter(conversation__in=growing).order_by("conversation", "position")
        columns = ("conversation_id", *(f for f in Turn.__slots__))
        for id_, *values in in_order.values_list(*columns):
            self.talks[id_].turns.append(Turn(*values))
        for talk in self.talks.values():
            talk.stood = len(talk.turns)

    def _count_messages(self) -> None:
        if not self.leads:
            return
        of_conversation = Message.objects.for_organisation(self.organisation).filter(
            conversation=OuterRef("id"), role=MessageRole.USER
        )
        # A subquery for each conversation and no join: the planner knows nothing of an
        # organisation that is new to its statistics, and would read all messages for each.
        number = of_conversation.order_by().values("conversation").values(number=Count("id"))
        rows = Conversation.objects.for_organisation(self.organisation).filter(lead__in=self.leads)
        for lead_id, count in rows.values_list("lead_id", Subquery(number)):
            self.visitor_messages[lead_id] += count or 0


def _talk(row: Conversation, lead: Lead) -> Talk:
    return Talk(
        lead=lead,
        channel=row.channel,
        external_id=row.external_id,
        idempotency_key=row.idempotency_key,
        status=row.status,
        languages=row.languages_used,
        created_at=row.created_at,
        digest=bytes(row.received_digest or b""),
        brought=row.received_messages or 0,
        is_new=False,
        id=row.id,
    )
