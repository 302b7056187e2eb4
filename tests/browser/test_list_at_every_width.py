"""How much of the list is seen at once, and where its filters stand, at every width."""

import re

import pytest
from playwright.sync_api import expect

from leads.models.saved_view import SavedView
from tests.browser.demo_agency import Agency, load_agency
from tests.signing_in import signed_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

BOXES = "all => all.map((one) => one.getBoundingClientRect())"


@pytest.fixture
def demo() -> Agency:
    return load_agency(leads=60)


def test_leads_are_seen_at_once(open_browser, demo):
    page = open_browser()
    signed_in(page, demo.admin)
    SavedView.objects.keep(demo.admin, "All that is hot", "status=hot")
    page.goto("/leads/")

    for width, rows in ((1366, 8), (1024, 6)):
        page.set_viewport_size({"width": width, "height": 768})
        boxes = page.locator("tbody .row").evaluate_all(BOXES)

        assert boxes[0]["top"] <= 260, width
        assert sum(box["bottom"] <= 768 for box in boxes) >= rows, width
        assert {round(box["height"]) for box in boxes} == {56}, width


def test_the_filters_stand_in_one_line(open_browser, demo):
    page = open_browser()
    signed_in(page, demo.admin)
    page.goto("/leads/?status=contacted&status=qualified&temperature=none&sort=wait&source=website")
    filters = page.locator(
        ".lead-filters > .search input, .filters > .filter > select, .filters > .menu .menu__chosen"
    )

    for width in (768, 800, 1024, 1280, 1920):
        page.set_viewport_size({"width": width, "height": 768})
        boxes = filters.evaluate_all(BOXES)

        assert len(boxes) == 7, width
        assert len({(round(box["top"]), round(box["bottom"])) for box in boxes}) == 1, width


@pytest.mark.parametrize("script", [True, False])
def test_on_a_phone_the_filters_are_a_sheet_behind_one_button(open_browser, demo, findings, script):
    page = open_browser(viewport={"width": 390, "height": 844}, java_script_enabled=script)
    signed_in(page, demo.admin)
    page.goto("/leads/?q=a&status=hot")
    expect(page.get_by_label("Assignee")).to_be_hidden()

    page.get_by_role("button", name="Filters 1 in force").click()
    page.locator("summary", has_text="Status").click()
    page.get_by_role("checkbox", name="Warm").check()
    if script:  # axe is one
        findings.look(page, "the sheet of filters")
    page.get_by_role("button", name="Done" if script else "Apply").click()

    expect(page).to_have_url(re.compile(r"status=hot&status=warm"))
    expect(page.get_by_label("Assignee")).to_be_hidden()
    expect(page.get_by_role("button", name="Filters 2 in force")).to_be_visible()


def test_a_menu_closes_on_escape_and_when_one_goes_on_elsewhere(open_browser, demo, findings):
    page = open_browser(viewport={"width": 1280, "height": 800})
    signed_in(page, demo.admin)
    page.goto("/leads/")
    status = page.locator("summary", has_text="Status")
    warm = page.locator("[name=status][value=warm]")

    status.click()
    warm.check()
    expect(status).to_have_text("Status: Warm")
    expect(warm).to_be_visible()  # a swap closes nothing
    findings.look(page, "the menu of statuses")
    page.keyboard.press("Escape")
    expect(warm).to_be_hidden()
    expect(status).to_be_focused()

    status.click()
    page.locator("summary", has_text="Temperature").click()
    expect(warm).to_be_hidden()
    page.locator("summary", has_text="More filters").click()
    findings.look(page, "more filters")
    page.locator("h1").click()
    expect(page.locator(".menu[open]")).to_have_count(0)
