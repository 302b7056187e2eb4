"""An agent works a lead of the night, as people go through the whole product."""

import re

import pytest
from playwright.sync_api import Page, expect

from leads.models import Lead
from tests.browser.status_menu import press_status, status_box
from tests.signing_in import signed_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


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
    press_status(page, "Hot")
    expect(shown(page)).to_have_count(before)
    first = shown(page).first.inner_text()
    shown(page).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(first)
    expect(page.get_by_role("heading", name="Conversations")).to_be_visible()
    page.get_by_role("button", name="Contacted, mine and next").click()
    expect(page.locator("#messages")).to_contain_text(f"{first}: Moved to Contacted")
    expect(page.get_by_role("navigation", name="Breadcrumb")).to_contain_text(f"2 of {before}")

    page.go_back()
    page.go_back()
    expect(page).to_have_url(re.compile(r"status=hot"))
    expect(status_box(page, "Hot")).to_be_checked()
    expect(shown(page)).to_have_count(before - 1)

    page.go_back()
    expect(page).to_have_url(re.compile(r"/leads/$"))
    expect(status_box(page, "Hot")).not_to_be_checked()
    page.get_by_role("button", name="Sign out").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
