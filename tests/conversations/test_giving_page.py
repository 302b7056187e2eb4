"""The page on which a conversation is given to another lead, and the way back in the history."""

import pytest

from conversations.capture import capture
from conversations.models import Conversation
from leads.givings import open_givings
from leads.merging import merge
from leads.models import Lead, LeadEvent
from organisations.actors import Actor
from organisations.models import AuditEntry
from tests.conversations.test_capture import received
from tests.factories import make_conversation, make_lead
from tests.statements import statements_sent

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead(agency) -> Lead:
    capture(agency, [received("1", name="Alan", phone="0161 496 0000", area="Leith")])
    capture(agency, [received("2", name="Bea", phone="0161 496 0000", budget_max=300_000)])
    return Lead.objects.get()


@pytest.fixture
def hers(lead) -> Conversation:
    return Conversation.objects.get(external_id="2")


def address(conversation: Conversation, act: str = "give") -> str:
    return f"/conversations/{conversation.id}/{act}/"


def give(client, conversation: Conversation, to, **more):
    data = {"seen": conversation.lead_id, "to": to} | more
    return client.post(address(conversation), data)


def owner(conversation: Conversation) -> Lead:
    return Conversation.objects.select_related("lead").get(pk=conversation.pk).lead


def test_the_lead_and_the_transcript_lead_to_the_page(signed_in, lead, hers):
    link = f'href="{address(hers)}"'

    assert link in signed_in.get(f"/leads/{lead.id}/").content.decode()
    assert link in signed_in.get(f"/conversations/{hers.id}/").content.decode()


def test_of_several_each_has_its_link_above_the_words_that_are_fetched_and_they_do_not_move_it(
    signed_in, lead, hers
):
    page = signed_in.get(f"/leads/{lead.id}/").content.decode()
    _, _, talk = page.partition(f'id="talk-{hers.id}"')

    assert 0 < talk.find(f'href="{address(hers)}"') < talk.find('talk__messages">')


def test_the_page_names_who_it_may_be_what_goes_along_and_a_new_lead(
    signed_in, agency, other_agency, lead, hers
):
    like = make_lead(agency, name="Beatrice", phone="+441614960000")
    make_lead(other_agency, name="Theirs", phone="+441614960000")

    page = signed_in.get(address(hers))

    assert [each.lead for each in page.context["suggested"]] == [like]
    assert page.context["going"] == "budget"
    assert page.context["told"].name == "Bea"
    text = page.content.decode()
    assert "named <bdi>Bea</bdi>" in text
    assert "Theirs" not in text


@pytest.mark.parametrize("typed", ["beatrice", "bea@example.com", "07700 900123"])
def test_any_lead_of_the_agency_is_found_by_name_e_mail_or_number(
    signed_in, agency, other_agency, hers, typed
):
    said = {"name": "Beatrice", "email": "bea@example.com", "phone": "+447700900123"}
    for organisation in (agency, other_agency):
        capture(organisation, [received(**said)])
    wanted = Lead.objects.for_organisation(agency).get(name="Beatrice")

    page = signed_in.get(address(hers), {"q": typed})
    swap = signed_in.get(
        address(hers), {"q": typed}, headers={"HX-Request": "true", "HX-Target": "giving-found"}
    )

    assert page.context["found"] == swap.context["found"] == [wanted]
    assert f'value="{wanted.id}"' in swap.content.decode()
    assert "<html" in page.content.decode()
    assert "<html" not in swap.content.decode()


def test_a_search_that_finds_nobody_says_so(signed_in, hers):
    assert "Nobody found" in signed_in.get(address(hers), {"q": "zzz"}).content.decode()
    assert "Nobody found" in signed_in.get(address(hers), {"q": "?"}).content.decode()
    assert "Nobody found" not in signed_in.get(address(hers)).content.decode()


def test_it_is_given_to_the_chosen_lead_and_taken_back_from_the_history(
    signed_in, agency, lead, hers
):
    other = make_lead(agency, name="Beatrice")

    answer = give(signed_in, hers, other.id)
    page = signed_in.get(answer["Location"]).content.decode()

    assert (answer.status_code, answer["Location"]) == (303, f"/leads/{other.id}/")
    assert owner(hers) == other
    assert "The conversation is Beatrice’s now" in page
    assert "Conversation came from" in page
    assert page.count("Take it back") == 1
    assert "Conversation given to" in signed_in.get(f"/leads/{lead.id}/").content.decode()

    giving = open_givings(other)[str(hers.id)]
    back = signed_in.post(address(hers, "take-back"), {"giving": giving.id})
    page = signed_in.get(back["Location"]).content.decode()

    assert (back.status_code, back["Location"]) == (303, f"/leads/{lead.id}/")
    assert owner(hers) == lead
    assert "The conversation is Alan’s again" in page
    assert "Take it back" not in signed_in.get(f"/leads/{other.id}/").content.decode()


def test_it_is_given_to_a_new_lead_and_the_list_stays_the_way_back(signed_in, lead, hers):
    answer = signed_in.post(f"{address(hers)}?from=status%3Dcold", {"seen": lead.id, "to": "new"})

    new = owner(hers)
    assert answer["Location"] == f"/leads/{new.id}/?from=status%3Dcold"
    assert (new.name, Lead.objects.count()) == ("Bea", 2)


@pytest.mark.parametrize("to", ["", "nobody", None])
def test_without_a_choice_nothing_is_given(signed_in, lead, hers, to):
    answer = give(signed_in, hers, to or "")

    assert answer.status_code == 422
    assert "Choose the lead" in answer.content.decode()
    assert owner(hers) == lead


def test_a_page_that_was_overtaken_gives_nothing_and_says_so(signed_in, agency, lead, hers):
    one, other = make_lead(agency), make_lead(agency)
    give(signed_in, hers, one.id)

    answer = signed_in.post(address(hers), {"seen": lead.id, "to": other.id})

    assert answer.status_code == 422
    assert "given to another lead meanwhile" in answer.content.decode()
    assert owner(hers) == one


def test_a_lead_that_was_merged_meanwhile_is_refused_in_words(signed_in, agency, agent, hers):
    gone, survivor = make_lead(agency, name="Gone"), make_lead(agency)
    merge(agency, survivor_id=survivor.id, other_id=gone.id, by=Actor.for_person(agent))

    answer = give(signed_in, hers, gone.id)

    assert answer.status_code == 422
    assert "Gone was merged into another lead meanwhile" in answer.content.decode()


def test_what_cannot_be_taken_back_says_why(signed_in, agency, lead, hers):
    other = make_lead(agency)
    give(signed_in, hers, other.id)

    for giving in (lead.id, ""):
        answer = signed_in.post(address(hers, "take-back"), {"giving": giving})
        assert answer.status_code == 422
        assert 'role="alert"' in answer.content.decode()
    assert owner(hers) == other


def test_another_agencys_lead_or_conversation_is_no_such_thing(signed_in, other_agency, lead, hers):
    theirs = make_conversation(other_agency, make_lead(other_agency))

    assert give(signed_in, hers, theirs.lead_id).status_code == 404
    assert give(signed_in, theirs, lead.id).status_code == 404
    assert signed_in.get(address(theirs)).status_code == 404
    assert signed_in.post(address(theirs, "take-back"), {"giving": lead.id}).status_code == 404
    assert (owner(hers), owner(theirs)) == (lead, theirs.lead)
    assert not LeadEvent.objects.filter(kind="giving").exists()


def test_both_acts_are_an_entry_each_with_the_persons_address(signed_in, agent, agency, lead, hers):
    other = make_lead(agency)
    give(signed_in, hers, other.id)
    giving = open_givings(other)[str(hers.id)]
    for _ in range(2):  # the second finds it taken back
        signed_in.post(address(hers, "take-back"), {"giving": giving.id})

    entries = AuditEntry.objects.order_by("position")
    details = {"other": str(other.id), "conversation": str(hers.id)}
    assert [
        (one.action, one.actor_id, one.address, one.target_id, one.details) for one in entries
    ] == [
        ("conversation_given", agent.id, "127.0.0.1", lead.id, details),
        ("conversation_taken_back", agent.id, "127.0.0.1", lead.id, details),
    ]


def test_the_pages_take_no_more_statements_however_much_there_is(signed_in, agency, lead, hers):
    def asked() -> list[int]:
        counts = []
        for page in (f"{address(hers)}?q=bea", f"/leads/{lead.id}/history/"):
            with statements_sent() as sent:
                assert signed_in.get(page).status_code == 200
            counts.append(len(sent))
        return counts

    capture(agency, [received(name="Bea One")])
    give(signed_in, Conversation.objects.get(external_id="1"), make_lead(agency).id)
    asked()
    few = asked()
    for n in range(20):
        capture(agency, [received(f"more {n}", phone="0161 496 0000", area=f"Area {n}")])
        capture(agency, [received(name=f"Bea {n}", phone="0161 496 0000", email=f"b{n}@a.uk")])
        given = Conversation.objects.get(external_id=f"more {n}")
        give(signed_in, given, make_lead(agency, phone="+441614960000").id)

    assert asked() == few
