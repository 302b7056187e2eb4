"""Working through the list in Chromium: by pointer, by key and without script."""

import re

import pytest
from playwright.sync_api import Page, expect

from leads.models import Lead
from leads.models.choices import LeadStatus
from leads.models.saved_view import SavedView
from organisations.actors import SYSTEM
from tests.browser.status_menu import press_status
from tests.factories import (
    arrived_lead,
    at,
    make_conversation,
    make_lead,
    make_organisation,
    move_lead,
)
from tests.signing_in import signed_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def agency():
    return make_organisation(name="Harbour & Vale", slug="harbour-vale")


@pytest.fixture
def leads(agency) -> list[Lead]:
    """Five hot leads, the newest first."""
    made = [
        make_lead(
            agency, name=f"Lead {n}", status="hot", score=80, created_at=at(f"2026-06-0{n} 09:00")
        )
        for n in range(1, 6)
    ]
    return made[::-1]


@pytest.fixture
def page(open_browser, agent) -> Page:
    return signed_in_at_the_list(open_browser(), agent)


def signed_in_at_the_list(page: Page, person) -> Page:
    signed_in(page, person).goto("/leads/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Leads")
    return page


@pytest.fixture
def list_page(leads, page) -> Page:
    expect(page.locator("tbody .row")).to_have_count(5)
    return page


def statuses(leads) -> list[str]:
    return [Lead.objects.get(pk=lead.pk).status for lead in leads]


def focused_row(page: Page):
    return page.locator("tbody .row:has(.row__link:focus)")


def test_two_are_selected_and_moved_and_the_move_is_undone(list_page, leads):
    page = list_page
    page.evaluate("window.stillHere = true")
    expect(page.locator("#bulk")).to_be_hidden()

    page.get_by_label("Select Lead 5").check()
    page.get_by_label("Select Lead 4").check()
    expect(page.locator("[data-selected-count]")).to_have_text("2 selected")
    page.get_by_label("Move the selected leads to").select_option("lost")
    page.get_by_role("button", name="Move", exact=True).click()

    expect(page.locator("#messages")).to_contain_text("2 leads moved to Lost.")
    expect(page.locator("#live")).to_have_text("2 leads moved to Lost.")
    expect(page.locator("#bulk")).to_be_hidden()
    assert statuses(leads) == ["lost", "lost", "hot", "hot", "hot"]
    assert page.evaluate("window.stillHere")  # swapped, not loaded anew

    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#messages")).to_contain_text("Undone: 2 leads")
    assert statuses(leads) == ["hot"] * 5


def test_what_is_missing_from_a_bulk_change_is_said_beside_it(list_page, leads):
    page = list_page
    page.get_by_label("Select Lead 5").check()

    page.get_by_role("button", name="Move", exact=True).click()

    expect(page.locator("#bulk-faults")).to_have_text("Choose where to move the leads.")
    expect(page.get_by_label("Select Lead 5")).to_be_checked()
    page.get_by_label("Assign the selected leads to").select_option(label="Me")
    page.get_by_role("button", name="Assign", exact=True).click()
    expect(page.locator("#messages")).to_contain_text("1 lead assigned to Amir Agent.")


def test_all_on_the_page_are_selected_and_let_go_at_once(list_page):
    page = list_page
    every = page.get_by_label("All on this page")

    every.check()
    expect(page.locator("[data-selected-count]")).to_have_text("5 selected")
    page.get_by_label("All that match").check()
    expect(page.locator("[data-selected-count]")).to_have_text("All that match")

    page.get_by_label("Select Lead 3").uncheck()
    assert every.evaluate("box => box.indeterminate")
    every.check()
    every.uncheck()
    expect(page.locator("#bulk")).to_be_hidden()
    # What is out of sight is not still chosen when the bar comes back.
    page.get_by_label("Select Lead 3").check()
    expect(page.get_by_label("All that match")).not_to_be_checked()


def test_more_than_a_page_is_asked_about_first(list_page, agency, leads):
    page = list_page
    for n in range(50):
        make_lead(agency, name=f"Older {n}", status="hot", created_at=at("2026-05-01 09:00"))
    page.reload()
    page.get_by_label("All on this page").check()
    page.get_by_label("All that match").check()
    page.get_by_label("Move the selected leads to").select_option("archived")

    page.get_by_role("button", name="Move all 55", exact=True).click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Move 55 leads to Archived?")
    assert Lead.objects.filter(status="hot").count() == 55
    page.get_by_role("button", name="Change 55 leads").click()
    expect(page.locator("#messages")).to_contain_text("55 leads moved to Archived.")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#messages")).to_contain_text("Undone: 55 leads")
    assert Lead.objects.filter(status="hot").count() == 55


def test_a_status_is_changed_in_its_row_which_keeps_focus_and_selection(list_page, leads):
    page = list_page
    page.evaluate("window.stillHere = true")
    page.get_by_label("Select Lead 4").check()
    status = page.get_by_label("Status of Lead 4")
    status.focus()

    status.select_option("contacted")

    expect(page.locator("#live")).to_have_text("Lead 4 moved to Contacted")
    expect(page.locator(f"#lead-{leads[1].id} .badge--contacted")).to_be_visible()
    expect(page.get_by_label("Status of Lead 4")).to_be_focused()
    expect(page.get_by_label("Select Lead 4")).to_be_checked()
    assert statuses(leads) == ["hot", "contacted", "hot", "hot", "hot"]
    # The box says the new status: what follows is not taken for a change by somebody else.
    page.get_by_label("Move the selected leads to").select_option("lost")
    page.get_by_role("button", name="Move", exact=True).click()
    expect(page.locator("#messages")).to_contain_text("1 lead moved to Lost.")
    assert page.evaluate("window.stillHere")


def test_a_row_that_somebody_else_moved_says_so_and_shows_where_it_stands(list_page, leads):
    page = list_page
    move_lead(leads[0], LeadStatus.CONVERTED, by=SYSTEM)

    page.get_by_label("Status of Lead 5").select_option("lost")

    expect(page.locator(f"#lead-{leads[0].id} [role=alert]")).to_contain_text(
        "System moved this lead to Converted"
    )
    expect(page.get_by_label("Status of Lead 5")).to_have_value("converted")
    assert statuses(leads)[0] == "converted"


def test_a_failed_move_leaves_the_row_where_the_lead_stands(list_page, leads):
    page = list_page
    page.route("**/in-list/", lambda route: route.fulfill(status=500, body="Traceback"))

    page.get_by_label("Status of Lead 5").select_option("lost")

    expect(page.locator("[data-request-fault]")).to_contain_text("Something went wrong")
    expect(page.get_by_label("Status of Lead 5")).to_have_value("hot")


PLACES = """
    [...document.querySelectorAll(".row, .results__head, .pick__all, .pager")]
        .map(element => JSON.stringify(element.getBoundingClientRect()))
"""


@pytest.mark.parametrize("width", [1440, 390, 320])
def test_a_new_lead_is_announced_and_nothing_moves(open_browser, agent, agency, leads, width):
    page = signed_in_at_the_list(open_browser(viewport={"width": width, "height": 800}), agent)
    expect(page.locator("tbody .row")).to_have_count(5)
    before = page.evaluate(PLACES)
    for n in range(3):
        make_lead(agency, name=f"Fresh {n}", status="hot")

    look(page)

    show = page.get_by_role("link", name="3 new leads: show")
    expect(show).to_be_visible()
    assert page.evaluate(PLACES) == before
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    show.click()
    expect(page.locator("tbody .row")).to_have_count(8)
    expect(page.locator("#arrivals")).to_be_empty()


def look(page: Page) -> None:
    """Ask for new leads as the page itself does when something moved."""
    with page.expect_response("**/leads/arrivals/**"):
        page.evaluate(
            "document.getElementById('arrivals').dispatchEvent(new CustomEvent('sift:look'))"
        )


def test_the_page_asks_by_itself(open_browser, agent, agency, leads):
    page = open_browser(changed=True)
    page.clock.install()
    signed_in_at_the_list(page, agent)
    arrived_lead(agency, name="Fresh", status="hot")

    with page.expect_response("**/leads/arrivals/**"):
        page.clock.run_for(26_000)

    expect(page.get_by_role("link", name="1 new lead: show")).to_be_visible()


def test_a_hidden_page_asks_nothing_until_it_is_seen_again(list_page, agency):
    page = list_page
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    arrived_lead(agency, name="Fresh", status="hot")

    page.evaluate("Object.defineProperty(document, 'hidden', {value: true, configurable: true})")
    page.evaluate("document.getElementById('arrivals').dispatchEvent(new CustomEvent('sift:look'))")
    page.wait_for_timeout(200)
    assert asked == []
    page.evaluate("Object.defineProperty(document, 'hidden', {value: false, configurable: true})")
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")

    expect(page.get_by_role("link", name="1 new lead: show")).to_be_visible()


def test_a_question_of_the_pages_own_that_fails_interrupts_nobody(list_page):
    page = list_page
    page.route("**/leads/arrivals/**", lambda route: route.fulfill(status=500, body="Traceback"))
    look(page)
    page.unroute("**/leads/arrivals/**")
    page.context.clear_cookies()  # the session ran out
    look(page)

    expect(page.locator("[data-request-fault]")).to_be_hidden()
    expect(page.locator("tbody .row")).to_have_count(5)


def test_a_view_is_saved_opened_and_deleted(list_page):
    page = list_page
    press_status(page, "Hot")
    expect(page).to_have_url(re.compile(r"status=hot"))
    expect(page.locator("summary", has_text="Status")).to_have_text("Status: Hot")
    page.get_by_text("Save this view").click()
    page.get_by_label("Name of the view").fill("Hot ones")
    page.get_by_role("button", name="Save", exact=True).click()

    view = page.get_by_role("navigation", name="Saved views").get_by_role("link", name="Hot ones")
    expect(view).to_have_attribute("aria-current", "true")
    press_status(page, "Hot")
    expect(view).not_to_have_attribute("aria-current", "true")
    view.click()
    expect(page).to_have_url(re.compile(r"/leads/\?status=hot$"))

    page.get_by_role("link", name="Edit views").click()
    page.get_by_role("button", name="Delete Hot ones").click()
    expect(page.get_by_text("The view “Hot ones” was deleted.")).to_be_visible()
    assert not SavedView.objects.exists()


# --- Keys ----------------------------------------------------------------------------------------
def test_rows_are_walked_selected_moved_and_opened_by_keys(list_page, leads):
    page = list_page
    for key in "jjjk":
        page.keyboard.press(key)
    expect(focused_row(page)).to_contain_text("Lead 4")

    page.keyboard.press("x")
    expect(page.get_by_label("Select Lead 4")).to_be_checked()
    page.keyboard.press("x")
    expect(page.get_by_label("Select Lead 4")).not_to_be_checked()

    page.keyboard.press("s")
    expect(page.get_by_label("Status of Lead 4")).to_be_focused()
    page.keyboard.press("j")  # typed in a field: it is no shortcut
    expect(page.get_by_label("Status of Lead 4")).to_be_focused()

    page.get_by_label("Select Lead 4").focus()
    page.keyboard.press("o")
    expect(page.get_by_role("heading", level=1)).to_have_text("Lead 4")
    page.keyboard.press("s")
    expect(page.locator("#lead-head button:focus")).to_have_text("Contacted, mine and next")


def test_enter_opens_the_row_in_focus(list_page):
    page = list_page
    page.keyboard.press("j")
    expect(focused_row(page)).to_contain_text("Lead 5")
    outline = page.locator(".row__link:focus").evaluate(
        "link => getComputedStyle(link, '::after').outlineStyle"
    )
    assert outline == "solid"

    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", level=1)).to_have_text("Lead 5")


def test_g_goes_places_and_a_question_mark_lists_the_keys(list_page):
    page = list_page
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keys")
    expect(dialog).to_be_visible()
    page.keyboard.press("j")
    expect(focused_row(page)).to_have_count(0)
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()

    for key, address in [
        ("c", "/conversations/"),
        ("s", "/settings/"),
        ("l", "/leads/"),
        ("o", "/"),
    ]:
        page.keyboard.press("g")
        page.keyboard.press(key)
        page.wait_for_url(re.compile(f"^[^/]+//[^/]+{address}([a-z]+/)?$"))


def test_brackets_turn_the_pages_of_the_list(list_page, agency, leads):
    page = list_page
    for n in range(50):
        make_lead(agency, name=f"Older {n}", created_at=at("2026-05-01 09:00"))
    page.reload()

    page.keyboard.press("]")
    expect(page.locator("tbody .row")).to_have_count(5)
    page.keyboard.press("[")
    expect(page.locator("tbody .row")).to_have_count(50)


def test_a_key_with_a_modifier_is_the_browsers(list_page):
    page = list_page

    for modifier in ("Control", "Alt", "Meta"):
        page.keyboard.press(f"{modifier}+j")
        expect(focused_row(page)).to_have_count(0)
    page.keyboard.press("j")
    expect(focused_row(page)).to_have_count(1)


def test_nothing_is_a_key_while_one_types(list_page):
    page = list_page
    page.get_by_text("Save this view").click()
    field = page.get_by_label("Name of the view")

    field.press_sequentially("jokx?")

    expect(field).to_have_value("jokx?")
    expect(field).to_be_focused()
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_keys_turned_off_in_the_profile_do_nothing(list_page):
    page = list_page
    page.goto("/settings/profile/")
    page.get_by_label("Single-key shortcuts").uncheck()
    page.locator("form:has(#id_shortcuts) button").click()
    expect(page.locator("#messages p")).to_have_text("Your choices are saved.")

    page.goto("/leads/")
    page.keyboard.press("j")

    expect(page.locator("tbody .row")).to_have_count(5)
    expect(focused_row(page)).to_have_count(0)


# --- Without script, and for all -----------------------------------------------------------------
def test_the_whole_journey_without_script(open_browser, agent, agency, leads):
    page = signed_in_at_the_list(open_browser(java_script_enabled=False), agent)

    page.get_by_label("Select Lead 5").check()
    page.get_by_label("Select Lead 3").check()
    page.get_by_label("Move the selected leads to").select_option("lost")
    page.locator("#bulk").get_by_role("button", name="Move").click()
    expect(page.get_by_text("2 leads moved to Lost.")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Undone: 2 leads")).to_be_visible()
    assert statuses(leads) == ["hot"] * 5

    page.get_by_label("Status of Lead 4").select_option("contacted")
    page.locator(f"#lead-{leads[1].id}").get_by_role("button", name="Move").click()
    expect(page.get_by_text("Lead 4 moved to Contacted")).to_be_visible()

    page.get_by_label("All that match").check()
    page.get_by_label("Assign the selected leads to").select_option(label="Me")
    page.get_by_role("button", name="Assign", exact=True).click()
    expect(page.get_by_text("5 leads assigned to Amir Agent.")).to_be_visible()

    page.get_by_text("Save this view").click()
    page.get_by_label("Name of the view").fill("Everything")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("link", name="Everything")).to_be_visible()
    page.get_by_role("link", name="Edit views").click()
    page.get_by_label("New name of Everything").fill("All")
    page.get_by_role("button", name="Rename Everything").click()
    expect(page.get_by_text("Renamed to “All”.")).to_be_visible()


def test_axe_finds_nothing_while_one_works_in_the_list(page, agent, agency, leads, findings):
    make_conversation(agency, leads[0], messages=1)
    SavedView.objects.keep(agent, "Hot", "status=hot")
    for status in LeadStatus:
        make_lead(agency, name=status.label, status=status)
    page.goto("/leads/")
    page.get_by_label("Select Lead 5").check()
    make_lead(agency, name="Fresh")
    look(page)
    expect(page.get_by_role("link", name="1 new lead: show")).to_be_visible()
    findings.look(page, "at work")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    findings.look(page, "help with keys")
