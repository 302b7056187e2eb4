"""What would hurt most, asked for by HTMX: the question comes in place, and the work goes on."""

import re

import pytest
from django.test import Client
from playwright.sync_api import expect

from tests.factories import PASSWORD, make_lead, make_organisation, make_user
from tests.signing_in import let_proof_grow_old, signed_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_htmx_asks_in_place_and_goes_on_after_the_password(open_browser):
    person = make_user(make_organisation())
    page = signed_in(open_browser(), person)
    page.goto("/settings/profile/two-step/")
    browser = Client()
    browser.cookies["sift_session"] = page.context.cookies()[0]["value"]
    let_proof_grow_old(browser)

    page.evaluate("htmx.ajax('POST', '/settings/profile/two-step/begin/', {source: 'main form'})")
    expect(page.get_by_role("heading", level=1)).to_have_text("Confirm that it is you")
    expect(page.get_by_label("Your password")).to_be_focused()
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", level=1)).to_have_text("Set up two-step sign-in")


def test_a_file_is_fetched_after_the_password_and_the_page_leads_back(open_browser):
    agency = make_organisation()
    person = make_user(agency)
    make_lead(agency, status="hot")
    page = signed_in(open_browser(), person)
    page.goto("/leads/?status=hot")
    browser = Client()
    browser.cookies["sift_session"] = page.context.cookies()[0]["value"]
    let_proof_grow_old(browser)

    page.get_by_role("link", name="Export CSV").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Confirm that it is you")
    page.get_by_label("Your password").fill(PASSWORD)
    with page.expect_download() as download:
        page.keyboard.press("Enter")

    assert download.value.suggested_filename.endswith(".csv")
    expect(page.get_by_role("heading", level=1)).to_have_text("Your file is on its way")
    page.get_by_role("link", name="Go back").click()
    expect(page).to_have_url(re.compile(r"/leads/\?status=hot$"))
