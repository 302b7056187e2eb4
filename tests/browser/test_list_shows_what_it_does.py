"""The list in Chromium: what is selected, named on a button and counted is what will be done."""

import pytest
from playwright.sync_api import Page, expect

from leads.models import Lead, LeadEvent
from organisations.actors import Actor
from tests.factories import at, make_lead, make_organisation, move_lead
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
def page(open_browser, agent, leads) -> Page:
    page = signed_in(open_browser(), agent)
    page.goto("/leads/")
    expect(page.locator("tbody .row")).to_have_count(5)
    return page


def statuses(leads) -> list[str]:
    return [Lead.objects.get(pk=lead.pk).status for lead in leads]


# --- What is selected ----------------------------------------------------------------------------
def test_back_at_the_list_nothing_is_selected_out_of_sight(page, leads):
    page.get_by_label("Select Lead 5").check()
    page.get_by_label("All that match").check()
    page.get_by_role("link", name="Lead 3").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Lead 3")

    page.go_back()

    expect(page.locator("tbody .row")).to_have_count(5)
    expect(page.get_by_label("Select Lead 5")).not_to_be_checked()
    expect(page.locator("#bulk")).to_be_hidden()
    page.get_by_label("Select Lead 4").check()
    expect(page.locator("[data-selected-count]")).to_have_text("1 selected")
    expect(page.get_by_label("All that match")).not_to_be_checked()


def test_all_that_match_are_named_by_their_number_and_later_leads_left_alone(
    page, agency, admin, leads
):
    page.get_by_label("Select Lead 5").check()
    expect(page.get_by_role("button", name="Move", exact=True)).to_be_visible()

    page.get_by_label("All that match").check()

    expect(page.get_by_role("button", name="Assign all 5", exact=True)).to_be_visible()
    page.get_by_label("Move the selected leads to").select_option("lost")
    make_lead(agency, name="Fresh", status="hot")
    move_lead(leads[2], "converted", by=Actor.for_person(admin))
    page.get_by_role("button", name="Move all 5", exact=True).click()
    expect(page.locator("#messages")).to_contain_text(
        "4 leads moved to Lost. 1 left alone: somebody else changed it after your page was made."
        " 1 left alone: it arrived after your page was made."
    )
    assert statuses(leads) == ["lost", "lost", "converted", "lost", "lost"]
    assert Lead.objects.get(name="Fresh").status == "hot"


def test_without_script_the_box_names_the_number(open_browser, agent, agency, leads):
    page = signed_in(open_browser(java_script_enabled=False), agent)
    page.goto("/leads/")
    page.get_by_label("All that match (5)").check()
    make_lead(agency, name="Fresh", status="hot")

    page.get_by_label("Move the selected leads to").select_option("lost")
    page.locator("#bulk").get_by_role("button", name="Move").click()

    expect(page.get_by_role("status").first).to_contain_text("5 leads moved to Lost. 1 left alone")
    assert Lead.objects.get(name="Fresh").status == "hot"


# --- A row's status ------------------------------------------------------------------------------
@pytest.fixture
def status(page):
    """The status of Lead 4, stepped through by keys to Converted; it was hot."""
    status = page.get_by_label("Status of Lead 4")
    status.focus()
    for _ in range(4):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    expect(status).to_have_value("converted")
    page.wait_for_timeout(200)
    assert not LeadEvent.objects.exists()
    return status


def test_keys_that_step_through_the_statuses_save_nothing_until_enter(page, status, leads):
    page.keyboard.press("Enter")

    expect(page.locator("#live")).to_have_text("Lead 4 moved to Converted")
    expect(status).to_be_focused()
    assert [event.to_value for event in LeadEvent.objects.all()] == ["converted"]


def test_or_until_the_field_is_left(page, status, leads):
    page.keyboard.press("Shift+Tab")

    expect(page.locator("#live")).to_have_text("Lead 4 moved to Converted")
    expect(page.locator(f"#lead-{leads[1].id} .row__link")).to_be_focused()
    assert [event.to_value for event in LeadEvent.objects.all()] == ["converted"]


def test_escape_takes_back_what_was_stepped_to(page, status):
    page.keyboard.press("Escape")

    expect(status).to_have_value("hot")
    page.keyboard.press("Tab")
    page.wait_for_timeout(200)
    assert not LeadEvent.objects.exists()


def test_who_steps_back_to_what_stands_saves_nothing(page, status):
    page.keyboard.press("Home")

    expect(status).to_have_value("hot")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.wait_for_timeout(200)
    assert not LeadEvent.objects.exists()


def test_a_pick_from_the_opened_list_is_saved_at_once(page, leads):
    status = page.get_by_label("Status of Lead 4")
    status.click()  # the list opens, and has the keys until something is picked
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")

    expect(page.locator("#live")).to_have_text("Lead 4 moved to Qualified")
    assert [event.to_value for event in LeadEvent.objects.all()] == ["qualified"]


def test_the_statuses_keep_their_order_whatever_stands(page, leads):
    offered = ["contacted", "qualified", "converted", "lost", "rejected", "archived", "new"]
    options = page.locator(f"#status-{leads[1].id} option")
    values = "options => options.map(option => option.value)"
    assert options.evaluate_all(values) == ["hot", *offered]

    page.get_by_label("Status of Lead 4").select_option("lost")

    expect(page.locator("#live")).to_have_text("Lead 4 moved to Lost")
    assert options.evaluate_all(values) == offered


# --- What is counted -----------------------------------------------------------------------------
def chip(page: Page, status: str):
    return page.locator(f"#status-{status}-count")


def test_line_chips_and_button_agree_after_a_move_in_a_row_a_bulk_change_and_its_undo(page, leads):
    page.goto("/leads/?status=hot")
    page.evaluate("window.stillHere = true")
    line = page.locator("#results-count")
    expect(line).to_have_text("5 leads match")
    page.get_by_label("Select Lead 4").check()

    page.get_by_label("Status of Lead 5").select_option("contacted")

    expect(line).to_have_text("4 leads match")
    expect(chip(page, "hot")).to_have_text("4")
    expect(chip(page, "contacted")).to_have_text("1")
    page.get_by_label("All that match (4)").check()
    page.get_by_label("Move the selected leads to").select_option("lost")
    page.get_by_role("button", name="Move all 4").click()

    expect(page.locator("#messages")).to_contain_text("4 leads moved to Lost.")
    expect(line).to_have_text("0 leads match")
    expect(chip(page, "hot")).to_have_text("0")
    expect(chip(page, "lost")).to_have_text("4")
    assert page.evaluate("window.stillHere")  # swapped, not loaded anew

    page.get_by_role("button", name="Undo").click()

    expect(line).to_have_text("4 leads match")
    expect(chip(page, "hot")).to_have_text("4")
    expect(chip(page, "lost")).to_have_text("0")


# --- Undo ----------------------------------------------------------------------------------------
def test_a_bulk_change_is_undone_from_a_leads_history_once_its_banner_is_gone(page, leads):
    page.get_by_label("All on this page").check()
    page.get_by_label("Move the selected leads to").select_option("lost")
    page.get_by_role("button", name="Move", exact=True).click()
    expect(page.locator("#messages")).to_contain_text("5 leads moved to Lost.")
    page.locator("#messages").get_by_role("button", name="Close").click()

    page.get_by_role("link", name="Lead 3").click()
    page.locator("#lead-history").get_by_role("button", name="Undo for all 5 leads").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Lead 3")
    expect(page.locator("#messages")).to_contain_text("Undone: 5 leads")
    expect(page.locator("#lead-head .badge").first).to_have_text("Hot")
    expect(page.get_by_role("button", name="Undo for all 5 leads")).to_have_count(0)
    assert statuses(leads) == ["hot"] * 5
