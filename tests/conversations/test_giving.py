"""A conversation goes to the lead whose it is, with all that it brought, and comes back."""

import threading

import pytest
from django.db import connection
from django.http import QueryDict

from conversations.capture import capture
from conversations.facts_taken import facts_taken
from conversations.giving import CannotGive, give, take_back
from conversations.models import Conversation
from leads.corrections import correct
from leads.erasure import erase
from leads.givings import open_givings
from leads.history import Entry, history_of
from leads.merging import last_merge, merge, unmerge
from leads.models import FACT_FIELDS, Lead, LeadEvent
from leads.models.tally import LeadTally
from organisations.actors import Actor
from organisations.models import AuditEntry, User
from tests.conversations.test_capture import received
from tests.factories import at, make_conversation, make_lead, make_organisation, make_user

pytestmark = pytest.mark.django_db

LANDLINE = "0161 496 0000"


@pytest.fixture
def by(agent) -> Actor:
    return Actor.for_person(agent)


def fresh(lead: Lead) -> Lead:
    return Lead.objects.get(pk=lead.pk)


def talk(name: str) -> Conversation:
    return Conversation.objects.get(external_id=name)


def hand(name: str, to: Lead | None, by: Actor) -> Lead:
    conversation = talk(name)
    id_ = to.id if to is not None else None
    organisation = conversation.organisation
    return give(organisation, conversation.id, seen=conversation.lead_id, to=id_, by=by)


def undo(name: str, by: Actor) -> Lead:
    conversation = talk(name)
    arrival = open_givings(conversation.lead)[str(conversation.id)]
    return take_back(conversation.organisation, conversation.id, giving_id=arrival.id, by=by)


def state(lead: Lead) -> dict:
    now = fresh(lead)
    shown = {field: getattr(now, field) for field in FACT_FIELDS}
    return shown | {"score": now.score, "status": now.status, "search": now.search}


def came_from(lead: Lead, reader: User) -> Entry:
    """What the lead's history says of the one conversation that was given to it."""
    entries = history_of(lead, reader, QueryDict()).entries
    [entry] = [one for one in entries if one.event.kind == "giving"]
    return entry


def captures_of(lead: Lead) -> list[dict]:
    events = LeadEvent.objects.filter(lead=lead, kind="capture").order_by("created_at", "id")
    return [event.payload for event in events]


@pytest.fixture
def couple(agency) -> Lead:
    """One lead of two people who share a landline: his chat came first, then hers."""
    capture(agency, [received("his", name="Alan", phone=LANDLINE, area="Leith")])
    capture(
        agency,
        [received("hers", name="Bea", phone=LANDLINE, area="Ayr", budget_max=300_000,
                  viewing_requested=True)],
    )  # fmt: skip
    return Lead.objects.get()


# --- What goes along -----------------------------------------------------------------------------
def test_a_new_lead_gets_what_the_conversation_said_though_the_old_one_had_not_taken_it(couple, by):
    hers = hand("hers", None, by)

    after = fresh(hers)
    assert (after.name, after.area, after.budget_max) == ("Bea", "Ayr", 300_000)
    assert after.viewing_requested
    assert after.phone == fresh(couple).phone == "+441614960000"  # both said it
    assert talk("hers").lead_id == hers.id
    assert talk("his").lead_id == couple.id


def test_the_old_lead_keeps_what_others_said_and_loses_what_it_had_from_this_one_alone(couple, by):
    before = fresh(couple)

    hand("hers", None, by)

    after = fresh(couple)
    assert (after.name, after.area) == ("Alan", "Leith")
    assert (after.budget_max, after.viewing_requested) == (None, False)
    assert after.score < before.score
    assert "/bea'" not in after.search


def test_a_new_lead_has_the_channel_and_the_beginning_of_its_conversation(agency, by):
    capture(agency, [received("1", name="Alan", email="a@example.com")])
    began = at("2026-06-03 10:00")
    capture(agency, [received("2", email="a@example.com", channel="sms", started_at=began)])

    new = fresh(hand("2", None, by))

    assert (new.source, new.created_at) == ("sms", began)
    assert LeadTally.objects.for_organisation(agency).by_status() == {"cold": 2}
    assert Lead.objects.filter(status="cold").count() == 2


def test_where_the_first_conversation_goes_the_word_of_the_one_that_stays_stands(couple, by):
    hand("his", None, by)

    after = fresh(couple)
    assert (after.name, after.area, after.phone) == ("Bea", "Ayr", "+441614960000")
    assert after.created_at == fresh(couple).created_at


def test_the_next_giving_knows_from_which_conversation_that_word_is(couple, by):
    his = hand("his", None, by)

    hers = hand("hers", None, by)

    assert (fresh(his).name, fresh(hers).name, fresh(couple).name) == ("Alan", "Bea", None)
    assert fresh(couple).conversations.count() == 0  # it stays all the same, with its history
    assert fresh(couple).merged_into_id is None


def test_a_fact_set_by_hand_stays_and_the_conversations_own_word_goes(couple, by):
    correct(fresh(couple), {"budget_max": 310_000}, by=by)

    hers = hand("hers", None, by)

    assert fresh(couple).budget_max == 310_000
    assert fresh(hers).budget_max == 300_000


def test_a_known_lead_keeps_what_it_knows_and_the_rest_stands_in_its_event(agency, couple, by):
    bea = make_lead(agency, name="Beatrice", area="Ayr")

    hand("hers", bea, by)

    after = fresh(bea)
    assert (after.name, after.area, after.budget_max) == ("Beatrice", "Ayr", 300_000)
    [told] = captures_of(bea)
    assert set(told["filled"]) == {"phone", "budget_max", "viewing_requested"}
    assert told["not_taken"] == {"name": "Bea"}
    assert told["confirmed"] == ["area"]
    assert [len(captures_of(lead)) for lead in (couple, bea)] == [1, 1]


def test_given_on_it_takes_its_facts_along_again(agency, couple, by):
    wrong, right = make_lead(agency, name="Cy"), make_lead(agency, name="Bea")
    hand("hers", wrong, by)

    hand("hers", right, by)

    assert fresh(right).budget_max == 300_000
    assert (fresh(wrong).budget_max, fresh(wrong).phone, fresh(wrong).name) == (None, None, "Cy")


def test_the_facts_beside_the_transcript_are_those_of_the_lead_that_has_it_now(agency, couple, by):
    hers = hand("hers", None, by)

    taken = facts_taken(talk("hers"), agency)

    assert {"Bea", "Ayr"} <= {fact.said for fact in taken}
    assert facts_taken(talk("his"), agency)[0].said == fresh(couple).name == "Alan"
    assert fresh(hers).name == "Bea"


def test_a_text_that_gave_way_to_a_number_stands_again(agency, by):
    capture(agency, [received("1", email="a@example.com", phone="TBC")])
    capture(agency, [received("2", email="a@example.com", phone="07700 900123")])
    lead = Lead.objects.get()

    new = hand("2", None, by)

    assert (fresh(lead).phone, fresh(lead).phone_key) == ("TBC", None)
    assert (fresh(new).phone, fresh(new).email) == ("+447700900123", "a@example.com")


# --- What is written -----------------------------------------------------------------------------
def test_both_histories_and_the_audit_trail_tell_of_it(agency, agent, couple, by):
    hers = hand("hers", None, by)

    ours = history_of(fresh(couple), agent, QueryDict()).entries[0]
    theirs = came_from(fresh(hers), agent)
    assert (ours.what, ours.counterpart) == ("Conversation given to", hers)
    assert (theirs.what, theirs.counterpart) == ("Conversation came from", couple)
    assert (ours.to_take_back, theirs.to_take_back) == (None, str(talk("hers").id))
    [entry] = AuditEntry.objects.filter(action="conversation_given")
    assert (entry.target_id, entry.details) == (
        couple.id, {"other": str(hers.id), "conversation": str(talk("hers").id)},
    )  # fmt: skip


def test_no_event_of_the_old_lead_holds_a_word_of_the_person_who_went(couple, by):
    hand("hers", None, by)

    told = str([event.payload for event in LeadEvent.objects.filter(lead=couple)])
    assert "Bea" not in told
    assert "Ayr" not in told


def test_updated_at_of_both_leads_and_of_the_conversation_moves(agency, by):
    lead, other = make_lead(agency), make_lead(agency)
    conversation = make_conversation(agency, lead)

    give(agency, conversation.id, seen=lead.id, to=other.id, by=by)

    assert fresh(lead).updated_at > lead.updated_at
    assert fresh(other).updated_at > other.updated_at
    assert Conversation.objects.get().updated_at > conversation.updated_at


# --- Taking back ---------------------------------------------------------------------------------
@pytest.mark.parametrize("name", ["his", "hers"])
@pytest.mark.parametrize("known", [True, False])
def test_taken_back_both_are_as_they_were(agency, couple, by, name, known):
    other = make_lead(agency, name="Dee", source="sms") if known else None
    before, captures = state(couple), captures_of(couple)
    before_other = state(other) if other is not None else None

    receiver = hand(name, other, by)
    giver = undo(name, by)

    assert giver == couple
    assert state(couple) == before
    assert captures_of(couple) == captures
    assert talk(name).lead_id == couple.id
    assert captures_of(receiver) == []
    if before_other is not None:
        assert state(other) == before_other | {
            key: state(other)[key] for key in ("score", "status", "search")
        }
    assert [e.action for e in AuditEntry.objects.all()] == [
        "conversation_given", "conversation_taken_back",
    ]  # fmt: skip


def test_what_somebody_changed_since_stays(agency, couple, by):
    hers = hand("hers", None, by)
    correct(fresh(hers), {"area": "Troon"}, by=by)
    correct(fresh(couple), {"budget_max": 1}, by=by)

    undo("hers", by)

    assert fresh(hers).area == "Troon"
    assert (fresh(hers).name, fresh(hers).budget_max) == (None, None)
    assert fresh(couple).budget_max == 1


def test_a_giving_is_taken_back_once_and_not_after_it_was_given_on(agency, couple, by):
    hers = hand("hers", None, by)
    arrival = open_givings(fresh(hers))[str(talk("hers").id)]
    hand("hers", make_lead(agency), by)

    with pytest.raises(CannotGive, match="taken back already, or given on"):
        take_back(agency, talk("hers").id, giving_id=arrival.id, by=by)
    assert undo("hers", by) == hers
    assert open_givings(fresh(hers)) == {}


def test_a_giving_to_a_merged_lead_or_from_one_is_refused_in_words(agency, couple, by):
    other, survivor = make_lead(agency), make_lead(agency)
    hand("hers", other, by)
    merge(agency, survivor_id=survivor.id, other_id=couple.id, by=by)

    with pytest.raises(CannotGive, match="merged into another"):
        undo("hers", by)
    with pytest.raises(CannotGive, match="merged into another"):
        hand("hers", couple, by)
    unmerge(agency, survivor_id=survivor.id, event_id=last_merge(survivor).id, by=by)
    assert undo("hers", by) == couple


def test_what_makes_no_sense_is_refused(agency, other_agency, couple, by):
    conversation, theirs = talk("hers"), make_lead(other_agency)

    for seen, to in ((couple.id, couple.id), (couple.id, theirs.id), (theirs.id, None)):
        with pytest.raises(CannotGive):
            give(agency, conversation.id, seen=seen, to=to, by=by)
    with pytest.raises(CannotGive):
        give(other_agency, conversation.id, seen=couple.id, to=theirs.id, by=by)
    assert talk("hers").lead_id == couple.id
    assert Lead.objects.count() == 2


# --- Beside merging and erasing ------------------------------------------------------------------
def test_what_came_with_a_merge_stays_and_the_conversation_says_it_to_its_new_lead(agency, by):
    capture(agency, [received("1", name="Ada", email="ada@example.com")])
    merged, survivor = Lead.objects.get(), make_lead(agency)
    merge(agency, survivor_id=survivor.id, other_id=merged.id, by=by)

    new = hand("1", None, by)

    assert (fresh(new).name, fresh(survivor).name) == ("Ada", "Ada")
    unmerge(agency, survivor_id=survivor.id, event_id=last_merge(survivor).id, by=by)
    assert (fresh(survivor).name, talk("1").lead_id) == (None, new.id)


def test_an_erased_lead_is_no_longer_named_and_nothing_goes_back_to_it(agency, agent, couple, by):
    hers = hand("hers", None, by)
    erase(fresh(couple), agency, by=by)

    entry = came_from(fresh(hers), agent)
    assert (entry.counterpart, entry.to_take_back) == (None, None)
    with pytest.raises(CannotGive, match="no longer there"):
        undo("hers", by)


# --- At once -------------------------------------------------------------------------------------
@pytest.mark.django_db(transaction=True)
def test_of_two_who_give_it_at_once_one_does_and_the_other_is_told():
    agency = make_organisation()
    by = Actor.for_person(make_user(agency))
    lead, one, other = [make_lead(agency) for _ in range(3)]
    conversation = make_conversation(agency, lead)
    start = threading.Barrier(4)
    done, refused = [], []

    def run(to):
        try:
            start.wait(10)
            give(agency, conversation.id, seen=lead.id, to=to and to.id, by=by)
            done.append(to)
        except CannotGive as reason:
            refused.append(str(reason))
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[to]) for to in (one, other, None, None)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert len(done) == 1
    assert set(refused) == {"This conversation was given to another lead meanwhile."}
    assert Lead.objects.count() == (4 if done == [None] else 3)
    assert LeadEvent.objects.filter(kind="giving").count() == 2
