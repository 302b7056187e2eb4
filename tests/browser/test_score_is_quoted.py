"""A score's reasons on the lead's page: a press on the quote leads to the words, in Chromium."""

import os
import re

import pytest
from playwright.sync_api import expect

from conversations.capture import capture
from leads.models import Lead
from tests.conversations.test_live_capture import posted
from tests.factories import make_organisation
from tests.signing_in import signed_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SAYS = (
    "Hi, we're first time buyers looking for a 3 bed house in M20, up to £350k",
    "Lovely! Do you have a decision in principle?",
    "Yes, from Halifax. Sorry, I meant up to £375k. Could we see it on Saturday?",
    "Of course. What number can we reach you on?",
    "07700 900123, and we'd like to move by the end of the year",
)


@pytest.fixture
def agency():
    return make_organisation(name="Harbour & Vale", slug="harbour-vale")


@pytest.fixture
def lead(agency) -> Lead:
    [done] = capture(agency, [posted(says=SAYS, name="Ada Byrne")])
    return Lead.objects.get(conversations__id=done.conversation_id)


@pytest.mark.parametrize("width", [320, 1280])
def test_a_quote_leads_to_its_words_marked_in_the_transcript(open_browser, admin, lead, width):
    page = open_browser(changed=True, viewport={"width": width, "height": 900})
    signed_in(page, admin)
    page.goto(f"/leads/{lead.id}/")
    score = page.locator("#lead-score")
    expect(score.get_by_role("link", name="£375k").first).to_be_visible()
    picture(page, f"lead-{width}")
    assert is_underlined(page.locator("#lead-conversations .told").first)
    assert page.evaluate("document.documentElement.scrollWidth") <= width

    score.get_by_role("row", name=re.compile("Budget")).get_by_role("link").click()

    expect(page.locator(":target mark")).to_have_text("£375k")
    expect(page.locator(".told").first).to_have_attribute("title", re.compile("Read as"))
    assert is_underlined(page.locator(".told").first)
    picture(page, f"transcript-{width}")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def is_underlined(words) -> bool:
    line: str = words.evaluate("element => getComputedStyle(element).textDecorationLine")
    return line == "underline"


def picture(page, name) -> None:
    """Kept where somebody wants to look at it."""
    if folder := os.environ.get("SIFT_TEST_PICTURES"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def test_axe_finds_nothing_on_quotes_and_weights(open_browser, admin, lead, findings):
    page = open_browser()
    signed_in(page, admin)

    page.goto(f"/leads/{lead.id}/")
    findings.look(page, "a quoted score")
    page.locator("#lead-score").get_by_role("link", name="£375k").first.click()
    expect(page.locator(":target mark")).to_be_visible()
    findings.look(page, "marked words")
    page.goto("/settings/scoring/")
    page.get_by_label("Area").fill("45")
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_text("would move")).to_be_visible()
    findings.look(page, "weights, previewed")
    page.get_by_label("Area").fill("")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_be_focused()
    findings.look(page, "weights, refused")
