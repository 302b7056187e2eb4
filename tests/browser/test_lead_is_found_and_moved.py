"""A lead is found, read and moved along; with script and without."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from leads.models import Lead
from tests.browser.status_menu import press_status
from tests.factories import (
    make_conversation,
    make_lead,
    make_message,
    make_organisation,
)
from tests.signing_in import sign_in_by_form

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def agency():
    return make_organisation(name="Harbour & Vale", slug="harbour-vale")


@pytest.fixture
def lead(agency, admin) -> Lead:
    """A hot lead with a conversation, among others."""
    for n in range(3):
        make_lead(agency, name=f"Cold {n}", status="cold", score=10)
    lead = make_lead(
        agency, name="Siân Hughes", email="sian.hughes@example.com", phone="+447700900123",
        status="hot", score=82, intent="buy", bedrooms_min=3, area="Didsbury", timeline="asap",
        budget_max=425_000, summary="A house with a garden near a school",
    )  # fmt: skip
    conversation = make_conversation(agency, lead, messages=2)
    make_message(
        conversation,
        content="<script>alert(1)</script> https://example.com/" + "a" * 300,
        created_at=conversation.created_at + timedelta(hours=1),
    )
    return lead


def rows(page: Page):
    return page.locator("tbody .row__link")


def test_a_person_signs_in_filters_leads_and_reads_a_transcript(open_browser, admin, lead):
    page = open_browser()
    sign_in_by_form(page, admin)
    expect(page.get_by_role("heading", level=1)).to_have_text("Today")

    page.get_by_role("navigation", name="Main").get_by_role("link", name="Leads").click()
    expect(rows(page)).to_have_count(4)
    page.evaluate("window.stillHere = true")
    press_status(page, "Hot")

    expect(rows(page)).to_have_text(["Siân Hughes"])
    expect(page).to_have_url(re.compile(r"/leads/\?status=hot$"))
    expect(page).to_have_title("(1) Hot leads – Sift")
    expect(page.locator("#live")).to_have_text("1 lead matches")
    assert page.evaluate("window.stillHere")  # swapped, not loaded anew

    page.get_by_role("link", name="Siân Hughes").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Siân Hughes")
    page.get_by_role("link", name="Open the transcript").click()
    expect(page.locator(".bubble")).to_have_count(3)
    expect(page.locator(".bubble").last).to_contain_text("<script>alert(1)</script>")

    page.go_back()
    page.go_back()
    expect(rows(page)).to_have_count(1)
    page.go_back()
    expect(rows(page)).to_have_count(4)
    stored = page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])")
    assert "htmx-history-cache" not in stored
    assert "Siân" not in stored


def test_moving_a_lead_swaps_header_and_history_says_so_and_keeps_the_focus(
    open_browser, admin, lead
):
    page = open_browser()
    sign_in_by_form(page, admin)
    page.goto(f"/leads/{lead.id}/")
    page.evaluate("window.stillHere = true")

    page.get_by_role("button", name="Contacted").press("Enter")

    expect(page.locator("#lead-head .badge")).to_have_text("Contacted")
    expect(page.locator("#live")).to_have_text("Moved to Contacted")
    expect(page.locator("#lead-history .badge")).to_have_text(["Contacted"])
    expect(page.locator("#lead-head button:focus")).to_have_text("Qualified")
    assert page.evaluate("window.stillHere")
    assert Lead.objects.get(pk=lead.pk).status == "contacted"


def test_everything_works_without_script(open_browser, admin, lead):
    page = open_browser(java_script_enabled=False)
    sign_in_by_form(page, admin)

    page.goto("/leads/")
    press_status(page, "Hot")
    page.get_by_role("button", name="Apply").click()
    expect(rows(page)).to_have_text(["Siân Hughes"])

    page.get_by_role("link", name="Siân Hughes").click()
    page.get_by_text("More", exact=True).click()
    page.get_by_label("Move to").select_option("archived")
    page.get_by_role("button", name="Move", exact=True).click()
    expect(page.locator("#lead-head .badge")).to_have_text("Archived")
    expect(page.get_by_text("Moved to Archived")).to_be_visible()

    page.goto("/settings/api-keys/")
    page.get_by_label("Name").fill("CRM sync")
    page.get_by_role("button", name="Create key").click()
    expect(page.get_by_label("API key", exact=True)).to_have_value(re.compile("sk_live_"))
    page.get_by_role("link", name="I have stored it").click()
    page.get_by_role("link", name="Delete CRM sync").click()
    page.get_by_role("button", name="Delete CRM sync").click()
    expect(page.get_by_text("CRM sync was deleted")).to_be_visible()


def test_a_failed_swap_says_so_and_leaves_the_page_as_it_was(open_browser, admin, lead):
    page = open_browser()
    sign_in_by_form(page, admin)
    page.goto(f"/leads/{lead.id}/")
    page.route("**/status/", lambda route: route.fulfill(status=500, body="Traceback"))

    page.get_by_role("button", name="Contacted").click()

    expect(page.get_by_role("alert")).to_contain_text("Something went wrong")
    expect(page.locator("#lead-head .badge")).to_have_text("Hot")
    page.get_by_role("button", name="Close").click()
    expect(page.get_by_role("alert")).to_be_hidden()
