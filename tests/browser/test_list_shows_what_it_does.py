"""The list in Chromium: what is selected, named on a button and counted is what will be done."""

import pytest
from playwright.sync_api import Page, expect

from leads.models import Lead, LeadEvent
from tests.factories import at, make_lead, make_organisation
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
