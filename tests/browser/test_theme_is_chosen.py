"""A theme is chosen once and holds on every page and device."""

import pytest
from playwright.sync_api import expect

from tests.signing_in import sign_in_by_form, signed_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_theme_is_chosen_once_and_holds_on_every_page_and_device(open_browser, person):
    page = signed_in(open_browser(color_scheme="light"), person)
    page.goto("/")
    canvas = "getComputedStyle(document.body).backgroundColor"
    light, dark = "rgb(245, 247, 248)", "rgb(14, 20, 26)"
    assert page.evaluate(canvas) == light

    page.get_by_role("link", name=person.name).first.click()
    page.get_by_label("Dark").check()
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#messages")).to_contain_text("Your choices are saved.")
    assert page.evaluate(canvas) == dark
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Leads").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Leads")
    assert page.evaluate(canvas) == dark

    elsewhere = open_browser(color_scheme="light", java_script_enabled=False)
    elsewhere.goto("/sign-in/")
    sign_in_by_form(elsewhere, person)
    expect(elsewhere.get_by_role("heading", level=1)).to_have_text("Today")
    expect(elsewhere.locator("html")).to_have_attribute("data-theme", "dark")
