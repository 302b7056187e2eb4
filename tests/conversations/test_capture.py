"""Capture: conversations come in, people are found again, facts are filled, leads are scored."""

from datetime import timedelta

import pytest

from conversations.capture import capture
from conversations.intake_format import ReceivedConversation, ReceivedMessage
from conversations.models import Conversation, Message
from conversations.outcome import Outcome
from leads.facts import LeadFacts
from leads.models import Lead, LeadEvent
from leads.models.choices import LeadStatus
from organisations.actors import SYSTEM, Actor
from tests.factories import at, make_conversation, make_lead, move_lead
from tests.statements import statements_sent

pytestmark = pytest.mark.django_db

MORNING = at("2026-06-01 09:30")


def received(external_id=None, *, says=("Hello", "Is anybody there?"), **members):
    """A conversation by whose visitor these are the messages, a minute apart."""
    lead = {name: members.pop(name) for name in LeadFacts.__struct_fields__ if name in members}
    start = members.pop("started_at", MORNING)
    return ReceivedConversation(
        external_id=external_id,
        started_at=start,
        lead=LeadFacts(**lead),
        messages=[
            ReceivedMessage(role="user", content=text, created_at=start + timedelta(minutes=n))
            for n, text in enumerate(says)
        ],
        **{"channel": "website"} | members,
    )


def only_lead() -> Lead:
    return Lead.objects.get()


def test_a_conversation_brings_its_lead_messages_and_events(agency):
    [captured] = capture(
        agency,
        [
            received(
                "chat-1",
                says=("Hello", "I'd like a flat"),
                channel="sms",
                language="cy",
                area="Roath",
                name="Siân",
            )
        ],
    )

    lead = only_lead()
    conversation = Conversation.objects.get()
    messages = Message.objects.in_order_of_time()
    assert captured.outcome is Outcome.CREATED
    assert captured.conversation_id == conversation.id
    assert (lead.name, lead.area, lead.source) == ("Siân", "Roath", "sms")
    assert lead.created_at == conversation.created_at == MORNING
    assert lead.updated_at > MORNING
    assert (conversation.lead, conversation.status) == (lead, "open")
    assert conversation.languages_used == ["cy"]
    assert conversation.external_id == "chat-1"
    assert conversation.last_message_at == MORNING + timedelta(minutes=1)
    assert [(m.position, m.role, m.content) for m in messages] == [
        (0, "user", "Hello"),
        (1, "user", "I'd like a flat"),
    ]
    assert {m.organisation_id for m in messages} == {agency.id}


def test_a_capture_is_recorded_before_what_it_did_to_the_status(agency):
    capture(agency, [received("chat-1", area="Roath")])

    events = list(LeadEvent.objects.for_organisation(agency).order_by("created_at", "id"))
    assert [(e.kind, e.from_value, e.to_value) for e in events] == [
        ("capture", None, None),
        ("status", "new", "cold"),
    ]
    assert events[0].payload == {
        "conversation_id": str(Conversation.objects.get().id),
        "channel": "website",
        "filled": ["area"],
        "score": {"from": None, "to": 11},
    }
    assert {(e.actor_kind, e.actor_id, e.actor_name) for e in events} == {
        ("system", None, "System")
    }


def test_a_capture_is_by_who_sent_it_and_the_status_by_the_system(agency, agent):
    capture(agency, [received(area="Roath")], by=Actor.for_person(agent))

    by = dict(LeadEvent.objects.values_list("kind", "actor_name"))
    assert by == {"capture": "Amir Agent", "status": SYSTEM.name}


def test_one_word_without_a_fact_gives_no_score(agency):
    capture(agency, [received(says=["Hello"])])

    assert (only_lead().score, only_lead().status) == (None, "new")


# --- The same again ------------------------------------------------------------------------------
def test_the_same_external_id_again_leaves_what_stands(agency):
    [first] = capture(agency, [received("chat-1", area="Roath")])

    [same, other] = capture(
        agency, [received("chat-1", area="Roath"), received("chat-1", area="Leith")]
    )

    assert (same.outcome, other.outcome) == (Outcome.UNCHANGED, Outcome.DIFFERS)
    assert same.conversation_id == other.conversation_id == first.conversation_id
    assert only_lead().area == "Roath"
    assert Message.objects.count() == 2


def test_an_external_id_twice_in_one_batch_is_taken_once(agency):
    outcomes = [
        c.outcome for c in capture(agency, [received("a"), received("a"), received("a", area="X")])
    ]

    assert outcomes == [Outcome.CREATED, Outcome.UNCHANGED, Outcome.DIFFERS]
    assert Conversation.objects.count() == 1


def test_another_agency_may_use_the_same_external_id(agency, other_agency):
    capture(agency, [received("chat-1")])

    [captured] = capture(other_agency, [received("chat-1")])

    assert captured.outcome is Outcome.CREATED


# --- People found again --------------------------------------------------------------------------
@pytest.mark.parametrize("in_one_batch", [True, False])
@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"email": "Émile@example.com"}, {"email": " éMILE@Example.com "}),
        ({"phone": "07700 900123"}, {"phone": "+44 7700 900123"}),
        ({"email": "a@example.com", "phone": "07700 900123"}, {"phone": "07700900123"}),
    ],
)
def test_a_returning_visitor_is_the_same_lead(agency, first, second, in_one_batch):
    both = [received("1", **first), received("2", **second, area="Roath")]

    for batch in [both] if in_one_batch else [both[:1], both[1:]]:
        capture(agency, batch)

    assert only_lead().conversations.count() == 2
    assert only_lead().area == "Roath"


def test_people_who_leave_no_contact_are_leads_of_their_own(agency):
    capture(agency, [received("1", name="Ada"), received("2", name="Ada")])

    assert Lead.objects.count() == 2


def test_nobody_is_found_at_another_agency(agency, other_agency):
    theirs = make_lead(other_agency, email="ada@example.com", phone="+447700900123")

    capture(agency, [received(email="ada@example.com", phone="07700 900123")])

    assert Lead.objects.for_organisation(agency).count() == 1
    assert theirs.conversations.count() == 0


def test_the_e_mail_goes_before_the_phone_and_the_oldest_lead_wins(agency):
    by_phone = make_lead(agency, phone="+447700900123", created_at=at("2026-01-01"))
    newer = make_lead(agency, email="ADA@example.com", created_at=at("2026-03-01"))
    older = make_lead(agency, email="ada@example.com", created_at=at("2026-02-01"))

    capture(agency, [received(email="Ada@example.com", phone="07700 900123")])

    assert [lead.conversations.count() for lead in (older, newer, by_phone)] == [1, 0, 0]


def test_a_phone_that_a_lead_did_not_take_leads_nobody_to_it(agency):
    known = make_lead(agency, email="ada@example.com", phone="+447700900001")

    capture(
        agency,
        [
            received("1", email="ada@example.com", phone="07700 900002"),
            received("2", phone="07700 900002"),
        ],
    )

    known.refresh_from_db()
    assert known.phone == "+447700900001"
    assert known.conversations.count() == 1


def test_a_merged_leads_contact_leads_to_what_it_became(agency):
    oldest = make_lead(agency)
    middle = make_lead(agency, merged_into=oldest)
    make_lead(agency, email="ada@example.com", merged_into=middle)

    capture(agency, [received(email="ada@example.com")])

    assert oldest.conversations.count() == 1


# --- Scores and statuses -------------------------------------------------------------------------
def test_the_messages_of_all_conversations_count_for_the_score(agency):
    lead = make_lead(agency, email="ada@example.com")
    make_conversation(agency, lead, messages=6)  # three of them the visitor's

    capture(agency, [received(email="ada@example.com", says=["Hello again"])])

    lead.refresh_from_db()
    assert lead.score == 6 + 6  # the e-mail, and four messages


def test_a_returning_visitors_capture_scores_the_lead_again(agency):
    capture(agency, [received("1", email="ada@example.com", area="Roath")])
    before = only_lead()

    capture(
        agency,
        [received("2", email="ada@example.com", timeline="asap", viewing_requested=True)],
    )

    after = only_lead()
    assert (before.status, after.status) == ("cold", "warm")
    assert after.updated_at > before.updated_at
    events = LeadEvent.objects.filter(kind="status").order_by("id")
    assert [(e.from_value, e.to_value) for e in events] == [("new", "cold"), ("cold", "warm")]


def test_a_lead_that_a_person_moved_on_keeps_its_status_and_gets_a_score(agency, agent):
    lead = make_lead(agency, email="ada@example.com")
    move_lead(lead, LeadStatus.CONTACTED, by=Actor.for_person(agent))

    capture(agency, [received(email="ada@example.com", viewing_requested=True)])

    lead.refresh_from_db()
    assert (lead.status, lead.moved_on) == ("contacted", True)
    assert lead.score == 29


def test_a_lead_put_back_to_new_stays_so_until_its_next_message(agency, agent):
    lead = make_lead(agency, email="ada@example.com", status="cold", score=6)
    move_lead(lead, LeadStatus.NEW, by=Actor.for_person(agent))
    assert lead.moved_on

    capture(agency, [received(email="ada@example.com")])

    lead.refresh_from_db()
    assert (lead.status, lead.moved_on) == ("cold", False)


def test_a_capture_that_changes_no_fact_and_no_score_leaves_the_lead_as_it_was(agency):
    for number in range(9):  # the longest conversation that counts
        capture(agency, [received(str(number), email="ada@example.com")])
    before = only_lead()

    capture(agency, [received("last", email="ada@example.com")])

    assert only_lead().score == before.score
    assert only_lead().updated_at == before.updated_at


# --- Cost ----------------------------------------------------------------------------------------
def test_a_batch_takes_as_many_statements_whatever_its_size(agency):
    def batch(first, number, sent="first"):
        return [
            received(f"{n} {sent}", email=f"{n}@example.com", phone=f"+447700900{n:03d}")
            for n in range(first, first + number)
        ]

    capture(agency, [received("the first")])  # which also notes the agency's language
    with statements_sent() as one_new:
        capture(agency, batch(0, 1))
    with statements_sent() as fifty_new:
        capture(agency, batch(1, 50))
    with statements_sent() as one_back:
        capture(agency, batch(0, 1, sent="again"))
    with statements_sent() as fifty_back:
        capture(agency, batch(1, 50, sent="again"))

    assert len(one_new) == len(fifty_new)
    assert len(one_back) == len(fifty_back)
