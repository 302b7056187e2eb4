"""Captures while a conversation goes on: exactly once, in full, dated as they are committed."""

from datetime import timedelta

import pytest
from django.utils import timezone

from conversations.capture import add_messages, capture
from conversations.closing import set_status
from conversations.models import Conversation, Message
from conversations.outcome import Outcome
from conversations.posted_format import PostedConversation, PostedMessage
from conversations.search import parts
from foundation.database.lexemes import Matches
from leads.corrections import correct
from leads.facts import LeadFacts
from leads.merging import merge
from leads.models import Lead, LeadEvent
from leads.models.tally import LeadTally
from organisations.actors import Actor
from organisations.models import Change
from tests.conversations.test_capture import MORNING, only_lead, received
from tests.conversations.test_summing_up import faults
from tests.factories import at, make_conversation, make_lead, make_message, move_lead

pytestmark = pytest.mark.django_db


def turns(*texts, **members) -> list[PostedMessage]:
    """The visitor and the agent in turn."""
    roles = ("user", "assistant")
    return [
        PostedMessage(role=roles[n % 2], content=text, **members) for n, text in enumerate(texts)
    ]


def posted(external_id=None, *, says=("Hello", "Hi, how can I help?"), **members):
    lead = {name: members.pop(name) for name in LeadFacts.__struct_fields__ if name in members}
    messages = members.pop("messages", None) or turns(*says)
    return PostedConversation(
        external_id=external_id,
        messages=messages,
        lead=LeadFacts(**lead) if lead else None,
        **{"channel": "website"} | members,
    )


def only_conversation() -> Conversation:
    return Conversation.objects.get()


def contents() -> list[str]:
    return list(Message.objects.order_by("position").values_list("content", flat=True))


def changes() -> list[tuple]:
    """What the feed tells, in its order: the type, what changed, and how many messages."""
    told = Change.objects.order_by("position")
    return [(each.type, each.changed, each.count) for each in told]


# --- Times ---------------------------------------------------------------------------------------
def test_what_is_live_is_dated_by_the_server_when_it_arrives(agency):
    before = timezone.now()

    capture(agency, [posted("chat-1")])

    lead, conversation = only_lead(), only_conversation()
    times = {lead.created_at, conversation.created_at, conversation.last_message_at}
    times |= set(Message.objects.values_list("created_at", flat=True))
    assert len(times) == 1
    assert before <= times.pop() <= timezone.now()
    assert conversation.status == "open"


def test_a_later_capture_is_dated_later_whatever_the_clock_does(agency):
    capture(agency, [posted("chat-1")])
    capture(agency, [posted("chat-2")])

    first, second = Lead.objects.order_by("id")
    assert first.created_at < second.created_at


def test_a_history_keeps_its_own_dates_beside_what_is_live(agency):
    capture(agency, [received("old"), posted("new")])

    began = dict(Conversation.objects.values_list("external_id", "created_at"))
    assert began["old"] == MORNING
    assert began["new"] > MORNING


# --- The same again ------------------------------------------------------------------------------
def test_the_same_again_is_answered_with_what_stands(agency):
    [first] = capture(agency, [posted("chat-1", email="ada@example.com")])
    told = changes()

    [again] = capture(agency, [posted("chat-1", email="ada@example.com")])

    assert (first.outcome, again.outcome) == (Outcome.CREATED, Outcome.UNCHANGED)
    assert again.conversation_id == first.conversation_id
    assert again.messages_added == first.messages_added == 2
    assert changes() == told
    assert LeadEvent.objects.filter(kind="capture").count() == 1


def test_an_idempotency_key_names_a_conversation_that_has_no_external_id(agency):
    [first] = capture(agency, [posted()], idempotency_key="k-1")
    [again] = capture(agency, [posted()], idempotency_key="k-1")
    [other] = capture(agency, [posted()], idempotency_key="k-2")
    [named] = capture(agency, [posted("k-1")])

    assert again.outcome is Outcome.UNCHANGED
    assert again.conversation_id == first.conversation_id
    assert len({first.conversation_id, other.conversation_id, named.conversation_id}) == 3


def test_an_external_id_goes_before_the_idempotency_key(agency):
    capture(agency, [posted("chat-1")], idempotency_key="k-1")

    assert only_conversation().idempotency_key is None


def test_without_a_name_each_is_a_conversation_of_its_own(agency):
    capture(agency, [posted()])
    capture(agency, [posted()])

    assert Conversation.objects.count() == 2


def test_more_messages_are_appended_if_what_stands_is_their_beginning(agency):
    [first] = capture(agency, [posted("chat-1", says=["One", "Two"])])
    before = only_conversation()

    [more] = capture(agency, [posted("chat-1", says=["One", "Two", "Three", "Four"])])

    conversation = only_conversation()
    assert (more.outcome, more.messages_added) == (Outcome.ADDED, 2)
    assert more.conversation_id == first.conversation_id
    assert contents() == ["One", "Two", "Three", "Four"]
    assert conversation.created_at == before.created_at
    assert conversation.updated_at > before.updated_at
    assert (conversation.message_count, conversation.last_words) == (4, "Four")
    assert faults() == []
    assert ("message.added", [], 2) in changes()


def test_what_ends_before_what_stands_does_is_no_contradiction(agency):
    capture(agency, [posted("chat-1", says=["One", "Two"])])
    capture(agency, [posted("chat-1", says=["One", "Two", "Three"])])

    [late] = capture(agency, [posted("chat-1", says=["One", "Two"])])
    [newest] = capture(agency, [posted("chat-1", says=["One", "Two", "Three"])])

    assert (late.outcome, late.messages_added) == (Outcome.UNCHANGED, 0)
    assert (newest.outcome, newest.messages_added) == (Outcome.UNCHANGED, 1)  # as it was answered
    assert contents() == ["One", "Two", "Three"]


@pytest.mark.parametrize(
    ("says", "place"),
    [(["One", "Zwei"], 1), (["Eins"], 0), (["One", "Two", "Drei", "Four"], 2)],
)
def test_a_text_that_contradicts_changes_nothing_and_is_named(agency, says, place):
    capture(agency, [posted("chat-1", says=["One", "Two", "Three"])])
    told = changes()

    [refused] = capture(agency, [posted("chat-1", says=says, name="Ada")])

    assert (refused.outcome, refused.differs_at) == (Outcome.DIFFERS, place)
    assert contents() == ["One", "Two", "Three"]
    assert only_lead().name is None
    assert changes() == told


def test_another_role_contradicts_too(agency):
    capture(agency, [posted("chat-1", says=["One"])])

    [refused] = capture(
        agency, [posted("chat-1", messages=[PostedMessage(role="assistant", content="One")])]
    )

    assert refused.differs_at == 0


def test_a_message_whose_external_id_is_known_is_left_as_it_stands(agency):
    first = PostedMessage(role="user", content="One", external_id="m-1")
    edited = PostedMessage(role="user", content="One, edited", external_id="m-1")
    next_ = PostedMessage(role="assistant", content="Two", external_id="m-2")
    capture(agency, [posted("chat-1", messages=[first])])

    [more] = capture(agency, [posted("chat-1", messages=[edited, next_, next_])])

    assert more.messages_added == 1
    assert contents() == ["One", "Two"]


def test_a_name_twice_in_a_batch_goes_on(agency):
    one, two = capture(
        agency, [posted("chat-1", says=["One"]), posted("chat-1", says=["One", "Two"])]
    )

    assert (one.outcome, two.outcome) == (Outcome.CREATED, Outcome.ADDED)
    assert contents() == ["One", "Two"]
    assert faults() == []


# --- Messages ------------------------------------------------------------------------------------
def test_messages_are_added_to_a_conversation(agency):
    conversation = make_conversation(agency, messages=2, created_at=at("2026-06-01"))
    before = Conversation.objects.get()

    added = add_messages(agency, conversation.id, turns("Three", "Four"))

    assert added.messages_added == 2
    assert [(turn.position, turn.content) for turn in added.turns] == [(2, "Three"), (3, "Four")]
    assert contents()[2:] == ["Three", "Four"]
    assert only_conversation().updated_at > before.updated_at
    assert faults() == []


def test_added_messages_with_known_external_ids_are_told_as_they_stand(agency):
    conversation = make_conversation(agency)
    make_message(conversation, content="One", external_id="m-1")

    again = PostedMessage(role="user", content="Other", external_id="m-1")
    new = PostedMessage(role="user", content="Two", external_id="m-2")
    added = add_messages(agency, conversation.id, [new, again, new])

    assert added.messages_added == 1
    assert [turn.content for turn in added.turns] == ["Two", "One", "Two"]
    assert add_messages(agency, conversation.id, [again, new]).messages_added == 0


def test_another_agencys_conversation_takes_no_messages(agency, other_agency):
    theirs = make_conversation(other_agency, messages=1)

    assert add_messages(agency, theirs.id, turns("Hello")) is None


def test_new_words_are_found_at_once(agency):
    capture(agency, [posted("chat-1", says=["Hello"])])
    capture(agency, [posted("chat-1", says=["Hello", "A conservatory?"])])
    add_messages(agency, only_conversation().id, turns("And a pergola"))

    for word in ("hello", "conservatory", "pergola"):
        [asked] = parts(agency.id, word)
        assert Conversation.objects.filter(Matches(asked)).exists(), word


def test_a_message_counts_for_the_score_and_a_lead_put_back_is_scored_again(agency, agent):
    lead = make_lead(agency, area="Roath", status="cold", score=8)
    conversation = make_conversation(agency, lead, messages=1)
    move_lead(lead, "new", by=Actor.for_person(agent))

    add_messages(agency, conversation.id, turns("One more"))

    lead.refresh_from_db()
    assert (lead.score, lead.status, lead.moved_on) == (11, "cold", False)
    assert sum(LeadTally.objects.filter(status="cold").values_list("leads", flat=True)) == 1


def test_a_message_that_changes_no_fact_and_no_score_leaves_the_lead_alone(agency):
    lead = make_lead(agency, area="Roath", status="cold", score=18)
    conversation = make_conversation(agency, lead, messages=16)

    add_messages(agency, conversation.id, turns("One more"))

    assert only_lead().updated_at == lead.updated_at
    assert not LeadEvent.objects.exists()


# --- Open and closed -----------------------------------------------------------------------------
def test_a_message_opens_a_closed_conversation_again(agency, agent):
    by = Actor.for_person(agent)
    capture(agency, [posted("chat-1", says=["One"])])
    id_ = only_conversation().id

    assert set_status(agency, id_, "closed", by=by)
    assert set_status(agency, id_, "closed", by=by)  # which changes nothing
    closed = only_conversation()
    capture(agency, [posted("chat-1", says=["One", "Two"])])

    assert (closed.status, only_conversation().status) == ("closed", "open")
    told = [type_ for type_, _, _ in changes()]
    assert told == [
        "lead.created", "conversation.created", "message.added", "conversation.closed",
        "conversation.reopened", "message.added",
    ]  # fmt: skip


def test_the_same_again_leaves_a_closed_conversation_closed(agency, agent):
    capture(agency, [posted("chat-1")])
    set_status(agency, only_conversation().id, "closed", by=Actor.for_person(agent))

    capture(agency, [posted("chat-1")])

    assert only_conversation().status == "closed"


def test_another_agencys_conversation_is_not_closed(agency, other_agency, agent):
    theirs = make_conversation(other_agency)

    assert not set_status(agency, theirs.id, "closed", by=Actor.for_person(agent))


# --- Facts ---------------------------------------------------------------------------------------
def test_facts_fill_in_what_is_unknown_as_the_conversation_goes_on(agency, agent):
    capture(agency, [posted("chat-1", says=["One"], name="Ada")])
    correct(only_lead(), {"area": None, "timeline": "asap"}, by=Actor.for_person(agent))

    capture(
        agency,
        [posted("chat-1", says=["One", "Two"], name="Adele", area="Leith", timeline="asap",
                email="ada@example.com", viewing_requested=True)],
    )  # fmt: skip

    lead = only_lead()
    assert (lead.name, lead.email, lead.viewing_requested) == ("Ada", "ada@example.com", True)
    assert lead.timeline == "asap"
    last = LeadEvent.objects.filter(kind="capture").order_by("id").last()
    assert last.payload["not_taken"]["name"] == "Adele"


def test_what_a_person_set_is_never_touched_though_they_emptied_it(agency, agent):
    capture(agency, [posted("chat-1", says=["One"], area="Roath")])
    correct(only_lead(), {"area": None}, by=Actor.for_person(agent))

    capture(agency, [posted("chat-1", says=["One", "Two"], area="Leith")])

    assert only_lead().area is None


def test_what_was_told_before_is_not_told_again_in_the_history(agency, agent):
    capture(agency, [posted("chat-1", says=["One"], name="Ada", area="Roath")])
    correct(only_lead(), {"area": "Leith"}, by=Actor.for_person(agent))

    says = ["One", *(f"Message {n}" for n in range(20))]
    for number in range(2, 20):
        capture(agency, [posted("chat-1", says=says[:number], name="Ada", area="Roath")])

    captures = LeadEvent.objects.filter(kind="capture").order_by("id")
    assert [event.payload.get("not_taken") for event in captures] == [
        None, {"area": "Roath"}, None, None, None,
    ]  # fmt: skip
    scores = [event.payload["score"] for event in captures]
    assert [score["to"] - score["from"] for score in scores[2:]] == [3, 3, 4]


def test_messages_dated_ahead_stay_the_last(agency):
    tomorrow = timezone.now() + timedelta(days=1)
    conversation = make_conversation(agency)
    make_message(conversation, created_at=tomorrow)

    add_messages(agency, conversation.id, turns("Hello"))

    assert only_conversation().last_message_at == tomorrow
    assert faults() == []


def test_the_feed_tells_a_capture_in_its_order(agency):
    capture(agency, [posted("chat-1", says=["One"])])
    capture(agency, [posted("chat-1", says=["One", "Two"], area="Roath", viewing_requested=True)])

    assert changes() == [
        ("lead.created", [], None),
        ("conversation.created", [], None),
        ("message.added", [], 1),
        ("message.added", [], 1),
        ("lead.updated", ["score", "area", "viewing_requested"], None),
        ("lead.status_changed", ["status"], None),
    ]


def test_what_was_captured_is_of_what_the_lead_became(agency, agent):
    capture(agency, [posted("chat-1", says=["One"])])
    survivor, other = make_lead(agency, name="Ada"), Lead.objects.get(name=None)
    merge(agency, survivor_id=survivor.id, other_id=other.id, by=Actor.for_person(agent))

    capture(agency, [posted("chat-1", says=["One", "Two"], area="Roath")])

    survivor.refresh_from_db()
    assert survivor.area == "Roath"
    assert survivor.conversations.count() == 1
