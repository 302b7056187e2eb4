"""A lead's page, and moving a lead along."""

import re

import pytest

from foundation.ids import uuid7
from leads.agency_weights import weights_of
from leads.models import Lead, LeadEvent
from leads.models.choices import PERSON_STATUSES, LeadStatus
from organisations.actors import Actor
from tests.factories import make_conversation, make_lead, make_message, make_user, move_lead
from tests.markup import without_layout

FRAGMENT = {"HX-Request": "true"}
# Of CSRF, and the moment at which a page was made: others on each page.
TOKEN = re.compile(r'[A-Za-z0-9]{64}|data-now="[0-9.]+"')


def move(client, lead, status, seen=None, **more):
    data = {"status": status, "seen": seen or lead.status}
    return client.post(f"/leads/{lead.id}/status/", data, **more)


def status_of(lead) -> str:
    return Lead.objects.get(pk=lead.pk).status


def test_the_page_tells_facts_score_and_history(signed_in, agency, agent):
    lead = make_lead(
        agency, name="Siân Hughes", phone="+447700900123", email="sian@example.com", area="Leith",
        budget_min=250_000, timeline="asap", viewing_requested=True, summary="A flat with a view",
    )  # fmt: skip
    move_lead(lead, LeadStatus.CONTACTED, by=Actor.for_person(agent))

    page = signed_in.get(f"/leads/{lead.id}/").content.decode()

    for said in (
        "A flat with a view", 'href="tel:+447700900123"', 'href="mailto:sian@example.com"', "Leith",
        "from £250k", "As soon as possible", "Asked for a viewing", "Would add",
        "Not yet known: financing, chain, scheme, stamp duty", "Amir Agent",
    ):  # fmt: skip
        assert said in page


def test_the_points_shown_add_up_to_the_score_shown(signed_in, agency):
    lead = make_lead(agency, area="Leith", intent="buy", timeline="asap")
    make_conversation(agency, lead, messages=8)

    score = signed_in.get(f"/leads/{lead.id}/").context["score"]

    assert {line.fact for line in score.points} == {"area", "intent", "timeline", "conversation"}
    assert sum(line.points for line in score.points) == score.value


@pytest.mark.parametrize("phone", ["0161 496 0000", "javascript:alert(1)", "+44;ext=1"])
def test_only_a_number_in_e164_can_be_called(signed_in, agency, phone):
    lead = make_lead(agency, phone=phone)

    page = signed_in.get(f"/leads/{lead.id}/").content.decode()

    assert "tel:" not in page
    assert phone in page


@pytest.mark.parametrize(
    ("email", "address"),
    [
        ("not an address", None),
        ("a?cc=evil@example.com", "mailto:a%3Fcc%3Devil@example.com"),
        ("a+b@example.com", "mailto:a%2Bb@example.com"),
    ],
)
def test_an_e_mail_link_holds_an_address_and_nothing_else(signed_in, agency, email, address):
    lead = make_lead(agency, email=email)

    answer = signed_in.get(f"/leads/{lead.id}/")

    assert answer.context["e_mail"] == address


def test_the_only_conversation_stands_open_on_the_page(signed_in, agency):
    lead = make_lead(agency)
    make_message(make_conversation(agency, lead), content="Is there a garden?")

    page = without_layout(signed_in.get(f"/leads/{lead.id}/").content.decode())

    assert "Is there a garden?" in page
    assert '<details class="talk"' not in page


def test_a_long_conversation_shows_its_end_and_leads_to_the_rest(signed_in, agency):
    lead = make_lead(agency)
    conversation = make_conversation(agency, lead, messages=205)

    page = signed_in.get(f"/leads/{lead.id}/").content.decode()

    assert "Message 204<" in page
    assert "Message 5<" in page
    assert "Message 4<" not in page
    assert "The last 200 of 205 messages" in page
    assert f'href="/conversations/{conversation.id}/"' in page


def test_of_several_conversations_each_is_a_link_that_opens_in_place(signed_in, agency):
    lead = make_lead(agency)
    both = [make_conversation(agency, lead, messages=2) for _ in range(2)]

    page = signed_in.get(f"/leads/{lead.id}/").content.decode()
    part = signed_in.get(f"/conversations/{both[0].id}/", headers=FRAGMENT).content.decode()

    for conversation in both:
        assert f'hx-get="/conversations/{conversation.id}/"' in page
        assert f'href="/conversations/{conversation.id}/"' in page
    assert "Message 0" in part
    assert "<html" not in part


def test_a_merged_lead_leads_to_the_one_it_became(signed_in, agency):
    kept = make_lead(agency)
    merged = make_lead(agency, merged_into=kept)

    assert signed_in.get(f"/leads/{merged.id}/")["Location"] == f"/leads/{kept.id}/"
    assert move(signed_in, merged, "contacted").status_code == 404


def test_another_agencys_lead_looks_like_no_lead_at_all(signed_in, other_agency):
    theirs = make_lead(other_agency)

    pages = [signed_in.get(f"/leads/{i}/") for i in (theirs.id, uuid7(), "not-an-id")]

    assert [page.status_code for page in pages] == [404] * 3
    # But for its own address, which a page carries for when it is printed.
    theirs_page, missing_page = (
        TOKEN.sub("", page.content.decode()).replace(page.request["PATH_INFO"], "")
        for page in pages[:2]
    )
    assert theirs_page == missing_page


def test_moving_a_lead_goes_back_to_its_page_which_says_so(signed_in, agency, agent):
    lead = make_lead(agency, status="hot")

    answer = move(signed_in, lead, "contacted")
    after = signed_in.get(answer["Location"]).content.decode()

    assert (answer.status_code, answer["Location"]) == (303, f"/leads/{lead.id}/")
    assert "Moved to Contacted" in after
    event = LeadEvent.objects.get(lead=lead)
    assert (event.from_value, event.to_value, event.actor_id) == ("hot", "contacted", agent.id)


def test_htmx_gets_the_header_and_the_history_and_the_words_to_say(signed_in, agency):
    lead = make_lead(agency, status="hot")

    answer = move(signed_in, lead, "contacted", headers=FRAGMENT)
    page = answer.content.decode()

    assert answer.status_code == 200
    assert 'id="lead-head"' in page
    assert 'id="lead-history"' in page
    assert 'hx-swap-oob="true"' in page
    assert "<html" not in page
    assert "Moved to Contacted" in answer["HX-Trigger"]


@pytest.mark.parametrize("status", [s.value for s in PERSON_STATUSES])
def test_every_status_of_peoples_own_can_be_set(signed_in, agency, status):
    lead = make_lead(agency, status="hot")

    assert move(signed_in, lead, status).status_code == 303
    assert status_of(lead) == status


@pytest.mark.parametrize("status", ["hot", "warm", "cold", "bogus", ""])
def test_the_systems_statuses_and_unknown_ones_are_refused_in_words(signed_in, agency, status):
    lead = make_lead(agency, status="contacted")

    answer = move(signed_in, lead, status, headers=FRAGMENT)
    page = without_layout(answer.content.decode())

    assert answer.status_code == 422
    assert "cannot be moved to" in page or "Choose where to move the lead." in page
    assert 'name="status" value="qualified"' in page
    assert status_of(lead) == "contacted"
    assert not LeadEvent.objects.exists()


def test_the_present_status_is_not_offered(signed_in, agency):
    lead = make_lead(agency, status="contacted")

    page = without_layout(signed_in.get(f"/leads/{lead.id}/").content.decode())

    assert 'name="status" value="contacted"' not in page
    assert 'name="status" value="qualified"' in page


@pytest.mark.parametrize("headers", [{}, FRAGMENT])
def test_a_page_that_another_person_overtook_says_who_and_changes_nothing(
    signed_in, agency, headers
):
    lead = make_lead(agency, status="hot")
    other = make_user(agency, name="Priya Shah")
    move_lead(lead, LeadStatus.QUALIFIED, by=Actor.for_person(other))

    answer = move(signed_in, lead, "lost", seen="hot", headers=headers)
    page = answer.content.decode()

    assert answer.status_code == 422
    assert re.search(r"<bdi>Priya Shah</bdi>\s+moved this lead to Qualified", page)
    assert "just now" in page
    assert 'name="seen" value="qualified"' in page
    assert status_of(lead) == "qualified"

    again = move(signed_in, lead, "lost", seen="qualified")

    assert again.status_code == 303
    assert status_of(lead) == "lost"


def test_a_form_that_does_not_say_what_it_saw_moves_nothing(signed_in, agency):
    lead = make_lead(agency, status="hot")

    answer = signed_in.post(f"/leads/{lead.id}/status/", {"status": "lost"})

    assert answer.status_code == 422
    assert status_of(lead) == "hot"


def test_another_agencys_lead_cannot_be_moved(signed_in, other_agency):
    theirs = make_lead(other_agency, status="hot")

    assert move(signed_in, theirs, "contacted").status_code == 404
    assert status_of(theirs) == "hot"


def test_messages_events_and_conversations_take_no_more_statements_however_many(
    signed_in, agency, agent, statements_of
):
    few, many = make_lead(agency), make_lead(agency)
    make_conversation(agency, few, messages=1)
    make_conversation(agency, many, messages=50)
    for n in range(50):
        status = LeadStatus.CONTACTED if n % 2 == 0 else LeadStatus.QUALIFIED
        move_lead(many, status, by=Actor.for_person(agent))

    weights_of(agency.id)  # kept for a while
    counts = [statements_of(lambda i=i: signed_in.get(f"/leads/{i}/")) for i in (few.id, many.id)]

    for _ in range(49):
        make_conversation(agency, many, messages=1)
    counts.append(2 + statements_of(lambda: signed_in.get(f"/leads/{many.id}/")))

    # Session, person, lead, merged leads, events, visitor's messages, what was read of them,
    # people, days that are special, conversations, and of the only one the messages and what was
    # read of these.
    assert counts == [12, 12, 12]
