"""Settings: what is typed into one card outlasts the other's being saved, and nothing jumps."""

import pytest
from playwright.sync_api import Page, expect

from tests.signing_in import signed_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def typed_name(page: Page) -> str:
    return page.get_by_label("Name", exact=True).input_value()


def test_the_profiles_cards_keep_each_others_typing(open_browser, agent):
    page = open_browser(color_scheme="light")
    signed_in(page, agent).goto("/settings/profile/")
    page.get_by_label("Name", exact=True).fill("Amir Half-typed")
    page.get_by_label("Dark").check()

    page.get_by_role("button", name="Save").click()

    expect(page.locator("#messages")).to_contain_text("Your choices are saved.")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(page.get_by_role("button", name="Save")).to_be_focused()
    assert typed_name(page) == "Amir Half-typed"

    page.get_by_label("Light").check()
    page.get_by_role("button", name="Update").click()

    expect(page.locator("#messages")).to_contain_text("Your name and time zone are saved.")
    expect(page.locator("#account")).to_contain_text("Amir Half-typed")
    expect(page.get_by_label("Light")).to_be_checked()
    agent.refresh_from_db()
    assert (agent.name, agent.theme) == ("Amir Half-typed", "dark")


def test_a_card_that_is_refused_says_why_in_its_place(open_browser, agent):
    page = open_browser()
    signed_in(page, agent).goto("/settings/profile/")
    page.get_by_label("Dark").check()

    page.get_by_label("Name", exact=True).fill(" ")
    page.get_by_role("button", name="Update").click()

    expect(page.get_by_text("Enter your name.")).to_be_visible()
    expect(page.get_by_label("Dark")).to_be_checked()


def test_the_tabs_stand_still_from_one_to_the_next(open_browser, admin):
    page = open_browser(viewport={"width": 1366, "height": 768})
    signed_in(page, admin)
    places = """[...document.querySelectorAll(".tabs__tab")].map((tab) => {
      const {x, width} = tab.getBoundingClientRect();
      return [x, width];
    })"""

    seen = []
    for address in ("", "team/", "api-keys/", "audit/", "profile/"):
        page.goto(f"/settings/{address}")
        seen.append(page.evaluate(places))

    assert seen == [seen[0]] * 5
