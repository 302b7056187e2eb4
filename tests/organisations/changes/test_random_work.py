"""Random work by every writer: who follows the feed holds what the API lists, to the letter.

A writer that forgets to tell, or a new column that nobody tells of, is found here.
"""

from random import Random

import pytest

from conversations.capture import add_messages, capture
from conversations.closing import set_status
from conversations.giving import CannotGive, give, take_back
from conversations.models import Conversation
from conversations.posted_format import Origin
from leads.assignment import assign
from leads.bulk import Assign, Chosen, Move, change_chosen, change_matching
from leads.corrections import correct, let_go
from leads.erasure import erase
from leads.follow_ups import set_follow_up
from leads.givings import open_givings
from leads.merging import CannotMerge, last_merge, merge, unmerge
from leads.models import Lead
from leads.models.choices import PERSON_STATUSES, LeadStatus
from leads.notes import add_note
from leads.undoing import find_run, undo
from organisations.actors import Actor
from organisations.changes.numbering import numbered_last
from tests.api.conftest import client_of
from tests.conversations.test_capture import MORNING, received
from tests.conversations.test_live_capture import posted, turns
from tests.factories import make_user, move_lead

pytestmark = pytest.mark.django_db


class Mirror:
    """What somebody outside holds who read all once and follows since, as the reference says."""

    def __init__(self, api):
        self.api = api
        self.position = api.get("/api/v1/events", {"after": "latest"}).json()["position"]
        self.leads = {lead["id"]: lead for lead in self.rows("leads")}
        self.chats = {chat["id"]: chat["lead_id"] for chat in self.rows("conversations")}

    def rows(self, what, **query):
        query = {"limit": 500, **query}
        while True:
            page = self.api.get(f"/api/v1/{what}", query).json()
            yield from page["data"]
            if page["next_cursor"] is None:
                return
            query["cursor"] = page["next_cursor"]

    def follow(self):
        has_more = True
        while has_more:
            query = {"after": self.position, "limit": 7}
            page = self.api.get("/api/v1/events", query).json()
            for event in page["data"]:
                self.take(event)
            self.position, has_more = page["position"], page["has_more"]

    def take(self, event):
        lead_id, type_ = event["lead_id"], event["type"]
        if lead_id is None:
            return  # of a lead that was erased since, which a later event says
        if event["lead"] is not None:
            self.leads[lead_id] = event["lead"]
        else:
            self.leads.pop(lead_id, None)
        if type_ == "conversation.created":
            self.chats[event["conversation_id"]] = lead_id
        elif type_ == "conversation.moved":
            self.chats[event["conversation_id"]] = event["to"]
        elif type_ == "lead.merged":
            self.chats |= {id_: event["to"] for id_, of in self.chats.items() if of == lead_id}
        elif type_ == "lead.unmerged":
            back = self.rows("conversations", lead_id=lead_id)
            self.chats |= {chat["id"]: lead_id for chat in back}
        elif type_ == "lead.erased":
            self.chats = {id_: of for id_, of in self.chats.items() if of != lead_id}


class Office:
    """An agency where anything may happen next."""

    def __init__(self, agency, seed):
        self.agency, self.random = agency, Random(seed)
        self.people = [make_user(agency) for _ in range(2)]
        self.key = client_of(agency, name="CRM sync")
        self.numbers = iter(range(10_000))
        self.runs = []

    @property
    def by(self) -> Actor:
        return Actor.for_person(self.random.choice(self.people))

    def leads(self, number=1):
        rows = list(Lead.objects.for_organisation(self.agency).unmerged().order_by("id"))
        return self.random.sample(rows, min(number, len(rows)))

    def arrive(self):
        who = self.random.choice(["ada", "bea", "cem", "dan", None])
        says = {"email": f"{who}@example.com"} if who else {}
        extra = {"area": "Roath", "budget_max": 300_000, "name": "Ada", "viewing_requested": True}
        says |= self.random.choice([{}, {}, *[{name: value} for name, value in extra.items()]])
        name = str(self.random.randrange(3) if self.random.random() < 0.1 else next(self.numbers))
        capture(self.agency, [received(name, started_at=MORNING, **says)])

    def arrive_live(self):
        name = f"live {self.random.randrange(8)}"
        says = [f"Message {n}" for n in range(self.random.randint(1, 6))]
        extra = self.random.choice([{}, {"area": "Ely"}, {"email": "ada@example.com"}])
        extra |= self.random.choice([{}, {"origin": Origin(campaign="Spring")}])
        capture(self.agency, [posted(name, says=says, **extra)], by=self.by)

    def go_on(self):
        for chat in self.chats():
            add_messages(self.agency, chat.id, turns("And another thing"), by=self.by)

    def close(self):
        for chat in self.chats():
            set_status(self.agency, chat.id, self.random.choice(["closed", "open"]), by=self.by)

    def chats(self):
        chats = list(Conversation.objects.for_organisation(self.agency).order_by("id"))
        return self.random.sample(chats, min(1, len(chats)))

    def move(self):
        for lead in self.leads():
            move_lead(lead, self.random.choice(PERSON_STATUSES), by=self.by)

    def move_by_key(self):
        for lead in self.leads():
            path = f"/api/v1/leads/{lead.id}/status"
            status = {"status": self.random.choice(["new", "contacted", "archived"])}
            self.key.patch(path, status, content_type="application/json")

    def move_many(self):
        leads = Lead.objects.for_organisation(self.agency).unmerged()
        outcome = change_matching(leads, Move(LeadStatus.CONTACTED), by=self.by)
        self.runs.append(outcome.bulk_id)

    def assign_many(self):
        chosen = [Chosen(lead.id, lead.status, lead.assignee_id) for lead in self.leads(3)]
        change = Assign(self.random.choice([*self.people, None]))
        self.runs.append(change_chosen(self.agency, chosen, change, by=self.by).bulk_id)

    def undo(self):
        run = find_run(self.agency, self.random.choice(self.runs)) if self.runs else None
        if run is not None:
            undo(self.agency, run, by=self.by)

    def correct(self):
        for lead in self.leads():
            changes = {"area": self.random.choice(["Canton", None]), "budget_max": 250_000}
            correct(lead, changes, by=self.by)

    def assign(self):
        for lead in self.leads():
            assign(lead, self.random.choice([*self.people, None]), by=self.by)

    def what_nobody_outside_sees(self):
        for lead in self.leads():
            with numbered_last():
                add_note(lead, "Rang twice.", by=self.by)
                set_follow_up(lead, MORNING.date(), by=self.by)
                let_go(lead, ["area"], by=self.by)

    def merge(self):
        if len(pair := self.leads(2)) == 2:
            merge(self.agency, survivor_id=pair[0].id, other_id=pair[1].id, by=self.by)

    def unmerge(self):
        for lead in self.leads(4):
            if (event := last_merge(lead)) is not None:
                try:
                    unmerge(self.agency, survivor_id=lead.id, event_id=event.id, by=self.by)
                except CannotMerge:
                    continue

    def give(self):
        chats = list(Conversation.objects.for_organisation(self.agency).order_by("id"))
        if chats:
            chat = self.random.choice(chats)
            to = self.random.choice([None, *(lead.id for lead in self.leads())])
            try:
                give(self.agency, chat.id, seen=chat.lead_id, to=to, by=self.by)
            except CannotGive:
                return

    def take_back(self):
        for lead in self.leads(4):
            for chat_id, arrival in open_givings(lead).items():
                try:
                    take_back(self.agency, chat_id, giving_id=arrival.id, by=self.by)
                except CannotGive:
                    continue

    def erase(self):
        if self.random.random() < 0.3:
            for lead in self.leads():
                erase(lead, self.agency, by=self.by)

    def work(self):
        deeds = [
            self.arrive, self.arrive, self.arrive_live, self.arrive_live, self.go_on, self.close,
            self.move, self.move_by_key, self.move_many,
            self.assign_many, self.undo, self.correct, self.assign, self.what_nobody_outside_sees,
            self.merge, self.unmerge, self.give, self.take_back, self.erase,
        ]  # fmt: skip
        self.random.choice(deeds)()


@pytest.mark.parametrize("seed", range(4))
def test_who_follows_the_feed_holds_what_the_api_lists(agency, seed):
    office, api = Office(agency, seed), client_of(agency)
    office.arrive()
    mirror = Mirror(api)

    for n in range(60):
        office.work()
        if n % 5 == 4:
            mirror.follow()
            assert mirror.leads == {lead["id"]: lead for lead in mirror.rows("leads")}
            chats = {chat["id"]: chat["lead_id"] for chat in mirror.rows("conversations")}
            assert mirror.chats == chats
