"""Pages that stand open in Chromium while leads arrive and colleagues work."""

import pytest
from playwright.sync_api import Page, expect

from conversations.capture import capture
from conversations.followed import added
from conversations.models import Conversation
from leads.erasure import erase
from leads.merging import merge
from leads.models import Lead
from organisations.actors import SYSTEM
from organisations.changes.numbering import note, numbered_last
from organisations.models import User
from tests.conversations.test_capture import MORNING, received
from tests.factories import (
    arrived_lead,
    make_conversation,
    make_message,
    make_organisation,
    move_lead,
)
from tests.signing_in import signed_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TICK = 10_500  # milliseconds: a little more than a page lets pass between two questions
WIDE = {"viewport": {"width": 1440, "height": 900}}


@pytest.fixture
def agency():
    return make_organisation(name="Harbour & Vale", slug="harbour-vale")


@pytest.fixture
def page(open_browser) -> Page:
    """A page of a browser whose clock can be set forward."""
    page = open_browser(changed=True, **WIDE)
    page.clock.install()
    return page


def opened(page: Page, person: User, address: str) -> Page:
    signed_in(page, person).goto(address)
    page.evaluate("window.stillHere = true")
    return page


def wait_for_the_next_question(page: Page) -> None:
    with page.expect_response("**/pulse?*"):
        page.clock.run_for(TICK)


def arrive(agency, name: str = "chat", **says) -> Lead:
    capture(agency, [received(name, started_at=MORNING, **says)])
    return Lead.objects.latest("id")


def move(lead: Lead, status: str = "contacted") -> None:
    move_lead(lead, status, by=SYSTEM)


def news(page: Page):
    return page.locator("[data-pulse-news]")


def point_away(page: Page) -> None:
    page.mouse.move(1, 1)


# --- It arrives ----------------------------------------------------------------------------------
def test_the_welcome_page_becomes_the_way_to_the_first_lead(page, agent, agency):
    opened(page, agent, "/")
    expect(page.get_by_text("Waiting for your first lead…")).to_be_visible()
    lead = arrive(agency, name="chat")

    wait_for_the_next_question(page)

    expect(page.locator("#live")).to_contain_text("Your first lead is here")
    page.locator("#first-lead a").click()
    expect(page).to_have_url(f"{page.url.split('/leads')[0]}/leads/{lead.id}/")


def test_the_first_key_stays_in_sight_while_its_lead_arrives(page, admin, agency):
    opened(page, admin, "/leads/").get_by_role("link", name="Create an API key").click()
    page.get_by_role("button", name="Make the key and put it in the line").click()
    key = page.get_by_label("API key", exact=True).input_value()
    assert key in page.get_by_label("Try it").input_value()
    arrive(agency)

    wait_for_the_next_question(page)

    expect(page.locator("#first-lead")).to_contain_text("Your first lead is here")
    expect(page.get_by_label("API key", exact=True)).to_have_value(key)


def test_the_list_says_that_one_came_and_nothing_moves_until_it_is_asked_for(page, agent, agency):
    arrived_lead(agency, name="Old")
    opened(page, agent, "/leads/").get_by_label("Select Old").check()
    arrive(agency)

    wait_for_the_next_question(page)

    expect(page.get_by_role("link", name="1 new lead: show")).to_be_visible()
    expect(page.locator("tbody .row")).to_have_count(1)
    expect(page.get_by_label("Select Old")).to_be_checked()


def test_the_overview_shows_who_waits_and_how_many(page, agent, agency):
    arrived_lead(agency, name="Old", status="hot")
    opened(page, agent, "/")
    point_away(page)
    arrived_lead(agency, name="Fresh", status="hot")

    wait_for_the_next_question(page)

    expect(page.get_by_role("link", name="Fresh")).to_be_visible()
    expect(page.get_by_role("link", name="2 leads wait")).to_be_visible()
    expect(page.locator(".figure", has_text="Hot and waiting")).to_contain_text("2")
    assert page.evaluate("window.stillHere")


@pytest.mark.parametrize("address", ["/conversations/{}/", "/conversations/?open={}"])
def test_a_transcript_grows_while_it_is_read(page, agent, agency, address):
    arrive(agency, says=["Hello"] * 40)
    chat = Conversation.objects.get()
    opened(page, agent, address.format(chat.id))
    page.locator(".bubble").first.click(click_count=3)
    marked = page.evaluate("String(getSelection())")
    scrolled = page.evaluate("scrollY")
    with numbered_last():
        make_message(chat, content="Are you there?")
        note(agency.id, added(chat.lead_id, chat.id, 1, by=SYSTEM))

    wait_for_the_next_question(page)

    expect(page.locator(".bubble").last).to_have_text("Are you there?")
    expect(page.locator("#live")).to_have_text("1 new message")
    assert page.evaluate("String(getSelection())") == marked
    assert page.evaluate("scrollY") == scrolled


# --- Somebody else works on it --------------------------------------------------------------------
def test_a_leads_page_shows_what_a_colleague_did_and_keeps_what_is_typed(page, agent, agency):
    lead = arrive(agency, name="chat")
    opened(page, agent, f"/leads/{lead.id}/")
    note_field = page.get_by_role("textbox", name="Note")
    note_field.fill("Rang twi")
    page.get_by_role("link", name="Correct the facts").click()
    area = page.get_by_label("Area")
    area.fill("Canton")
    note_field.press("End")
    move(lead)

    wait_for_the_next_question(page)

    expect(page.locator("#lead-head .badge")).to_have_text("Contacted")
    expect(page.locator("#lead-history")).to_contain_text("Contacted")
    expect(note_field).to_be_focused()
    expect(note_field).to_have_value("Rang twi")
    expect(area).to_have_value("Canton")
    assert page.evaluate("window.stillHere")


def test_another_leads_change_asks_for_nothing(page, agent, agency):
    mine, other = arrived_lead(agency), arrived_lead(agency)
    opened(page, agent, f"/leads/{mine.id}/")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    move(other)

    wait_for_the_next_question(page)
    wait_for_the_next_question(page)

    assert len(asked) == 2
    assert all("/pulse?" in url for url in asked)


@pytest.mark.parametrize("use", ["pointed at", "in focus", "selected"])
def test_a_part_that_is_used_waits_and_the_page_says_so(page, agent, agency, use):
    lead = arrived_lead(agency, name="Siân Hughes")
    opened(page, agent, f"/leads/{lead.id}/")
    button = page.get_by_role("button", name="Qualified")
    if use == "pointed at":
        button.hover()
    elif use == "in focus":
        button.focus()
    else:
        page.locator("#lead-head h1").click(click_count=3)
        point_away(page)
    stood = button.bounding_box()
    move(lead)

    wait_for_the_next_question(page)

    expect(news(page)).to_be_visible()
    expect(page.locator("#live")).to_have_text("There is something new on this page.")
    expect(page.locator("#lead-history .badge--contacted")).to_be_visible()  # which nobody uses
    expect(page.locator("#lead-head .badge")).to_have_text("New")
    assert button.bounding_box() == stood
    page.get_by_role("button", name="Show").click()
    expect(page.locator("#lead-head .badge")).to_have_text("Contacted")
    expect(news(page)).to_be_hidden()


def test_that_time_goes_by_is_no_news(page, agent, agency):
    lead = arrived_lead(agency, name="Siân Hughes")
    opened(page, agent, f"/leads/{lead.id}/")
    head = page.locator("#lead-head")
    head.locator("time").evaluate("time => { time.textContent = '5 minutes ago' }")
    head.locator("h1").hover()
    with numbered_last():
        chat = make_conversation(agency, lead)
        note(agency.id, added(lead.id, chat.id, 0, by=SYSTEM))

    wait_for_the_next_question(page)

    expect(page.locator("#lead-conversations")).to_contain_text("Give to another lead")
    expect(news(page)).to_be_hidden()


def test_what_waited_is_renewed_once_it_is_let_go(page, agent, agency):
    lead = arrived_lead(agency, name="Siân Hughes")
    opened(page, agent, f"/leads/{lead.id}/")
    page.get_by_role("button", name="Qualified").hover()
    move(lead)
    wait_for_the_next_question(page)
    expect(news(page)).to_be_visible()

    point_away(page)
    wait_for_the_next_question(page)

    expect(page.locator("#lead-head .badge")).to_have_text("Contacted")
    expect(news(page)).to_be_hidden()


def test_a_choice_that_was_not_sent_yet_stays(page, agent, agency):
    lead = arrived_lead(agency)
    opened(page, agent, f"/leads/{lead.id}/")
    page.locator("summary", has_text="Nobody’s yet").click()
    page.get_by_label("Looked after by").select_option(label=agent.name)
    page.evaluate("document.activeElement.blur()")
    point_away(page)
    move(lead)

    wait_for_the_next_question(page)

    expect(news(page)).to_be_visible()
    expect(page.get_by_label("Looked after by")).to_have_value(str(agent.id))
    page.get_by_label("Looked after by").select_option(label="Nobody")
    page.evaluate("document.activeElement.blur()")
    wait_for_the_next_question(page)
    expect(page.locator("#lead-head .badge")).to_have_text("Contacted")


def test_what_is_read_stays_where_it_is_though_the_list_above_grows(page, agent, agency):
    arrived_lead(agency, name="Old", status="hot")
    opened(page, agent, "/")
    chart = page.get_by_role("figure", name="Leads by day")
    chart.hover()
    before = chart.bounding_box()["y"]
    for n in range(5):
        arrived_lead(agency, name=f"Fresh {n}", status="hot")

    wait_for_the_next_question(page)

    expect(page.get_by_role("link", name="Fresh 4")).to_have_count(1)
    assert chart.bounding_box()["y"] == pytest.approx(before, abs=2)


def test_a_lead_that_was_merged_or_erased_leaves_its_page_when_the_person_says_so(
    page, agent, agency
):
    survivor, other = arrived_lead(agency, name="Survivor"), arrived_lead(agency, name="Other")
    opened(page, agent, f"/leads/{other.id}/")
    merge(agency, survivor_id=survivor.id, other_id=other.id, by=SYSTEM)
    wait_for_the_next_question(page)

    expect(news(page)).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_have_text("Other")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Survivor")

    erase(survivor, agency, by=SYSTEM)
    wait_for_the_next_question(page)
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("heading", level=1)).not_to_have_text("Survivor")


# --- It cannot ask --------------------------------------------------------------------------------
def test_who_is_signed_out_is_told_and_loses_nothing(page, agent, agency):
    lead = arrived_lead(agency)
    opened(page, agent, f"/leads/{lead.id}/").get_by_role("textbox", name="Note").fill("Rang twi")
    page.context.clear_cookies()

    wait_for_the_next_question(page)

    expect(page.locator("[data-pulse-ended]")).to_be_visible()
    expect(page.get_by_role("textbox", name="Note")).to_have_value("Rang twi")
    expect(page.locator("[data-pulse-ended] a")).to_have_attribute(
        "href", f"/sign-in/?next=%2Fleads%2F{lead.id}%2F"
    )
    signed_in(page, agent)  # in another tab, from which the person comes back
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.locator("[data-pulse-ended]")).to_be_hidden()


def test_a_server_that_is_away_is_asked_less_and_less_often(page, agent, agency):
    opened(page, agent, "/leads/")
    asked: list[str] = []

    def fail(route):
        asked.append(route.request.url)
        route.fulfill(status=503, body="")

    page.route("**/pulse?*", fail)
    for _ in range(3):  # after 10, 20 and 40 seconds
        wait_for_the_next_question(page)
        page.clock.run_for(TICK * 2 ** len(asked) - TICK)

    assert len(asked) == 3
    expect(page.locator("[data-request-fault]")).to_be_hidden()
    page.unroute("**/pulse?*")
    arrive(agency)
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.get_by_role("link", name="1 new lead: show")).to_be_visible()


def test_a_part_that_got_no_answer_asks_again_though_nothing_else_moved(page, agent, agency):
    opened(page, agent, "/leads/")
    page.route("**/leads/arrivals/**", lambda route: route.fulfill(status=503, body=""))
    arrive(agency)
    with page.expect_response("**/leads/arrivals/**"):
        wait_for_the_next_question(page)
    page.unroute("**/leads/arrivals/**")

    wait_for_the_next_question(page)

    expect(page.get_by_role("link", name="1 new lead: show")).to_be_visible()
