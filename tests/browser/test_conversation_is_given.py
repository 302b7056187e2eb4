"""A conversation goes to the lead whose it is, and back, in Chromium, with script and without."""

import pytest
from playwright.sync_api import expect

from conversations.capture import capture
from conversations.models import Conversation
from leads.models import Lead
from tests.conversations.test_capture import received
from tests.factories import make_organisation
from tests.signing_in import signed_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def agency():
    return make_organisation(name="Harbour & Vale", slug="harbour-vale")


@pytest.fixture
def lead(agency) -> Lead:
    """Two people who share a landline, as one lead."""
    landline = "0161 496 0000"
    capture(agency, [received("his", name="Alan Reid", phone=landline, area="Leith")])
    capture(agency, [received("hers", name="Bea Reid", phone=landline, budget_max=300_000,
                              says=("Hello", "It is Bea now"))])  # fmt: skip
    return Lead.objects.get()


def hers() -> Conversation:
    return Conversation.objects.select_related("lead").get(external_id="hers")


def go_to_give(page, lead):
    page.goto(f"/leads/{lead.id}/")
    talk = page.locator("details.talk").filter(has_text="It is Bea now")
    talk.locator("summary").click()
    talk.get_by_role("link", name="Give to another lead").click()


@pytest.mark.parametrize("width", [1440, 390])
def test_it_is_given_to_a_lead_that_is_searched_for_and_taken_back(
    open_browser, admin, agency, lead, findings, width
):
    capture(agency, [received(name="Beatrice Reid", email="bea@example.com")])
    page = open_browser(viewport={"width": width, "height": 900})
    signed_in(page, admin)
    go_to_give(page, lead)
    page.get_by_label("Find a lead").press_sequentially("beatr")
    page.get_by_role("radio", name="Beatrice Reid").check()
    findings.look(page, "giving")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    page.get_by_role("button", name="Give the conversation").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Beatrice Reid")
    expect(page.locator("#lead-history")).to_contain_text("Conversation came from Alan Reid")
    expect(page.locator("#lead-facts")).to_contain_text("£300k")
    assert hers().lead.name == "Beatrice Reid"

    page.get_by_role("button", name="Take it back").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Alan Reid")
    expect(page.locator("#lead-facts")).to_contain_text("£300k")
    assert hers().lead_id == lead.id


def test_without_script_it_is_given_to_a_new_lead(open_browser, admin, lead):
    page = open_browser(java_script_enabled=False)
    signed_in(page, admin)
    go_to_give(page, lead)
    page.get_by_label("Find a lead").fill("nobody at all")
    page.get_by_role("button", name="Find").click()
    expect(page.get_by_text("Nobody found")).to_be_visible()

    page.get_by_role("radio", name="A new lead").check()
    page.get_by_role("button", name="Give the conversation").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Bea Reid")
    assert hers().lead_id != lead.id
