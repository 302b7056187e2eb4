"""A visitor's own words make facts, each with a receipt (CONTRACT.md, section 1, Receipts)."""

import pytest

from conversations.capture import add_messages, capture
from conversations.giving import give, take_back
from conversations.models import Receipt
from leads.corrections import correct
from leads.erasure import erase
from leads.merging import last_merge, merge, unmerge
from leads.models import Lead, LeadEvent
from leads.visitor_export import visitor_export
from organisations.actors import SYSTEM, Actor
from tests.conversations.test_capture import only_lead
from tests.conversations.test_live_capture import only_conversation, posted, turns
from tests.factories import make_conversation, make_lead
from tests.statements import statements_sent

pytestmark = pytest.mark.django_db

WISH = "Hi, we'd like to buy a 3 bed house, up to £350k. Can we arrange a viewing?"


def receipts() -> list[tuple[str, dict, str]]:
    """Of each the fact, what was read, and the words."""
    return [
        (each.fact, each.said, each.message.content[each.start : each.end])
        for each in Receipt.objects.with_words()
    ]


def test_words_become_facts_with_receipts_and_a_score(agency):
    capture(agency, [posted("chat-1", says=(WISH, "Of course!"))])

    lead = only_lead()
    assert (lead.intent, lead.bedrooms_min, lead.budget_max) == ("buy", 3, 350_000)
    assert lead.viewing_requested
    assert lead.score > 40
    assert set(lead.read_facts) >= {"intent", "bedrooms_min", "bedrooms_max", "budget_max"}
    assert ("budget", {"budget_min": None, "budget_max": 350_000}, "£350k") in receipts()
    assert ("bedrooms", {"bedrooms_min": 3, "bedrooms_max": 3}, "3 bed") in receipts()
    event = LeadEvent.objects.get(kind="capture")
    assert set(event.payload["read"]) <= set(event.payload["filled"])


def test_what_the_assistant_says_is_nobodys_wish(agency):
    capture(
        agency,
        [posted("chat-1", says=("Hello", "We have a 3 bed flat at £200k, call 0161 496 0000"))],
    )

    assert only_lead().score is None
    assert receipts() == []


def test_a_question_of_an_earlier_capture_gives_a_bare_answer_its_meaning(agency):
    capture(agency, [posted("chat-1", says=("Hello", "How many bedrooms do you need?"))])
    assert receipts() == []

    capture(agency, [posted("chat-1", says=("Hello", "How many bedrooms do you need?", "three"))])

    assert only_lead().bedrooms_max == 3
    assert [words for *_, words in receipts()] == ["three"]


def test_messages_that_are_added_are_read_too(agency):
    capture(agency, [posted("chat-1")])

    add_messages(agency, only_conversation().id, turns("My budget is £300,000"))

    assert only_lead().budget_max == 300_000
    assert len(receipts()) == 1


def test_what_stands_already_is_not_read_again(agency):
    capture(agency, [posted("chat-1", says=(WISH, "Sure"))])
    before = receipts()

    capture(agency, [posted("chat-1", says=(WISH, "Sure", "Thanks"))])

    assert receipts() == before


def test_of_two_readings_the_later_stands_and_both_are_kept(agency):
    capture(agency, [posted("chat-1", says=("3 beds please", "Sure", "sorry, we need 4 bedrooms"))])

    assert only_lead().bedrooms_min == 4
    assert [said["bedrooms_min"] for _, said, _ in receipts()] == [3, 4]
    capture(agency, [posted("chat-1", says=(
        "3 beds please", "Sure", "sorry, we need 4 bedrooms", "OK", "at least 2 bedrooms",
    ))])  # fmt: skip
    lead = only_lead()
    assert (lead.bedrooms_min, lead.bedrooms_max) == (2, None)


def test_what_the_sender_states_outranks_what_is_read(agency):
    capture(
        agency, [posted("chat-1", bedrooms_min=2, bedrooms_max=2, says=("3 beds please", "OK"))]
    )

    lead = only_lead()
    assert (lead.bedrooms_min, lead.bedrooms_max) == (2, 2)
    assert lead.read_facts == []
    assert len(receipts()) == 1


def test_what_the_sender_states_later_takes_the_place_of_what_was_read(agency):
    capture(agency, [posted("chat-1", says=("3 beds please", "OK"))])

    capture(
        agency, [posted("chat-1", bedrooms_min=2, bedrooms_max=2, says=("3 beds please", "OK"))]
    )
    capture(agency, [posted("chat-2", email=None, says=("Hello", "Hi"))])

    lead = Lead.objects.get(bedrooms_min=2)
    assert lead.bedrooms_max == 2
    assert lead.read_facts == []
    filled = LeadEvent.objects.filter(kind="capture", lead=lead).order_by("created_at").last()
    assert filled.payload["replaced"] == {"bedrooms_min": "3", "bedrooms_max": "3"}


def test_what_a_person_set_outranks_all(agency, agent):
    capture(agency, [posted("chat-1", says=("3 beds please", "OK"))])
    lead = only_lead()
    correct(lead, {"bedrooms_min": 5, "bedrooms_max": 5}, by=Actor.for_person(agent))

    add_messages(agency, only_conversation().id, turns("sorry, 4 bedrooms"))

    lead.refresh_from_db()
    assert (lead.bedrooms_min, lead.bedrooms_max) == (5, 5)
    assert len(receipts()) == 2


def test_a_phone_that_is_read_finds_the_person_again(agency):
    capture(agency, [posted("chat-1", says=("My number is 07700 900123", "Thanks"))])

    capture(agency, [posted("chat-2", phone="+44 7700 900123")])

    assert only_lead().phone == "+447700900123"
    assert only_lead().conversations.count() == 2


def test_areas_are_those_that_the_agencys_leads_name(agency, other_agency):
    make_lead(agency, area="Didsbury")
    make_lead(other_agency, area="Chorlton")

    capture(agency, [posted("chat-1", says=("somewhere in didsbury or chorlton", "OK"))])

    assert Lead.objects.get(source="website", read_facts__len__gt=0).area == "Didsbury"


def test_reading_costs_no_statement(agency):
    capture(agency, [posted("warm-up", says=("Hello", "Hi"))])
    with statements_sent() as nothing_said:
        capture(agency, [posted("chat-1", says=("Hello", "Hi"))])

    with statements_sent() as said_much:
        capture(agency, [posted("chat-2", says=(WISH, "Hi"))])

    assert len(said_much) == len(nothing_said)


def test_receipts_go_where_the_conversation_goes(agency, agent):
    by = Actor.for_person(agent)
    capture(agency, [posted("chat-1", says=(WISH, "Sure"))])
    lead, other = only_lead(), make_lead(agency)
    talk = only_conversation()

    give(agency, talk.id, seen=lead.id, to=other.id, by=by)

    assert Lead.objects.get(id=other.id).bedrooms_max == 3
    assert Lead.objects.get(id=lead.id).bedrooms_max is None
    assert Receipt.objects.filter(conversation__lead=other).exists()
    giving = LeadEvent.objects.get(lead=other, kind="giving")
    take_back(agency, talk.id, giving_id=giving.id, by=by)
    assert Lead.objects.get(id=lead.id).bedrooms_max == 3
    assert not Receipt.objects.filter(conversation__lead=other).exists()


def test_giving_away_a_conversation_leaves_no_earlier_reading_of_it_behind(agency, agent):
    capture(agency, [posted("chat-1", says=("3 beds please", "Sure"))])
    capture(agency, [posted("chat-1", says=("3 beds please", "Sure", "sorry, 4 beds"))])
    lead, other = only_lead(), make_lead(agency)

    give(agency, only_conversation().id, seen=lead.id, to=other.id, by=Actor.for_person(agent))

    assert Lead.objects.get(id=lead.id).bedrooms_min is None
    assert Lead.objects.get(id=other.id).bedrooms_min == 4


def test_merging_and_taking_apart_carry_what_was_read(agency, agent):
    by = Actor.for_person(agent)
    capture(agency, [posted("chat-1", says=(WISH, "Sure"))])
    lead, survivor = only_lead(), make_lead(agency)

    merge(agency, survivor_id=survivor.id, other_id=lead.id, by=by)

    survivor.refresh_from_db()
    assert "budget_max" in survivor.read_facts
    unmerge(agency, survivor_id=survivor.id, event_id=last_merge(survivor).id, by=by)
    survivor.refresh_from_db()
    assert survivor.budget_max is None
    assert survivor.read_facts == []


def test_erasing_the_person_erases_the_receipts_and_no_others(agency, agent):
    capture(agency, [posted("chat-1", says=(WISH, "Sure"))])
    lead = only_lead()
    capture(agency, [posted("chat-2", email="eve@example.com", says=("2 beds please", "Sure"))])

    erase(lead, agency, by=SYSTEM)

    assert [said["bedrooms_max"] for _, said, _ in receipts()] == [2]


def test_a_receipt_is_of_a_message_of_its_own_conversation(agency):
    from tests.test_rules_in_the_database import refused

    capture(agency, [posted("chat-1", says=("3 beds please", "Sure"))])
    other = make_conversation(agency)

    refused(
        "conversations_receipt_message_same_organisation",
        "UPDATE conversations_receipt SET conversation_id = %s",
        other.id,
    )


def test_what_is_given_to_the_person_tells_what_was_read_of_them(agency):
    capture(agency, [posted("chat-1", says=("3 beds please", "Sure"))])

    [talk] = visitor_export(only_lead(), agency)["conversations"]

    assert talk["facts_read"] == [
        {
            "fact": "bedrooms", "said": {"bedrooms_min": 3, "bedrooms_max": 3}, "message": 0,
            "start": 0, "end": 6, "rule": "bedrooms said",
        }
    ]  # fmt: skip


def test_the_history_tells_what_was_stated_from_what_was_read(signed_in, agency):
    capture(agency, [posted("chat-1", area="Leith", says=("3 beds please", "Sure", "no, 4 beds"))])

    page = signed_in.get(f"/leads/{only_lead().id}/").content.decode()

    assert "Told us: area" in page
    assert "Read in what was said: bedrooms" in page


def test_a_yes_is_quoted_by_its_sentence(agency):
    says = ("Hello", "Have you a decision in principle?", "Yes, from Halifax. We love gardens.")

    capture(agency, [posted("chat-1", says=says)])

    assert [words for *_, words in receipts()] == ["Yes, from Halifax"]


def test_two_captures_in_one_batch_read_each_message_once(agency):
    talk = ("3 beds please", "Sure")

    capture(agency, [posted("chat-1", says=talk), posted("chat-1", says=(*talk, "up to £300k"))])

    assert [fact for fact, *_ in receipts()] == ["bedrooms", "budget"]
