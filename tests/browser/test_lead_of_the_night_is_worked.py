"""An agent works a lead of the night, as people go through the whole product."""

import re

import pytest
from playwright.sync_api import Page, expect

from leads.models import Lead
from tests.signing_in import signed_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def chip(page: Page, name: str):
    return page.locator("label.chip:has([name=status])", has_text=name)


def shown(page: Page):
    return page.locator("#lead-results tbody .row__link")


def hot() -> int:
    return Lead.objects.filter(status="hot").count()


def test_an_agent_works_a_lead_of_the_night_and_goes_on_where_they_were(open_browser, person):
    page = signed_in(open_browser(), person)
    page.goto("/")
    before = hot()
    assert before >= 2

    page.get_by_role("navigation", name="Main").get_by_role("link", name="Leads").click()
    chip(page, "Hot").click()
    expect(shown(page)).to_have_count(before)
    first = shown(page).first.inner_text()
    shown(page).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(first)
    expect(page.get_by_role("heading", name="Conversations")).to_be_visible()
    page.get_by_role("button", name="Contacted").click()
    expect(page.locator("#live")).to_have_text("Moved to Contacted")
    expect(page.locator("#lead-head .badge")).to_have_text("Contacted")

    page.go_back()
    expect(page).to_have_url(re.compile(r"status=hot"))
    expect(chip(page, "Hot").locator("input")).to_be_checked()
    expect(shown(page)).to_have_count(before - 1)

    page.go_back()
    expect(page).to_have_url(re.compile(r"/leads/$"))
    expect(chip(page, "Hot").locator("input")).not_to_be_checked()
    page.get_by_role("button", name="Sign out").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
