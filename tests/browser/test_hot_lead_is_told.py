"""Chromium is told of hot leads while a page is open: in the title, by a notification, a sound."""

import pytest
from playwright.sync_api import Page, expect

from organisations.models import User
from tests.alerts.conftest import wants
from tests.factories import arrived_lead, make_organisation, make_user
from tests.signing_in import signed_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TICK = 10_500
# What the browser would show and play, written down; and a page that can be put behind another.
RECORD = """
  window.told = []; window.asked = 0; window.rang = 0;
  window.Notification = class extends EventTarget {
    static permission = "granted";
    static async requestPermission() { window.asked += 1; return window.answer ?? "granted"; }
    constructor(title, { body, silent }) { super(); window.told.push([title, body, silent]); }
  };
  const { start } = OscillatorNode.prototype;
  OscillatorNode.prototype.start = function (...at) { window.rang += 1; start.apply(this, at); };
  Object.defineProperty(document, "hidden", { get: () => window.isBehind === true });
"""


@pytest.fixture
def agency():
    return make_organisation()


@pytest.fixture
def person(agency) -> User:
    return make_user(agency, name="Amir")


@pytest.fixture
def page(open_browser) -> Page:
    page = open_browser(changed=True)
    page.clock.install()
    page.add_init_script(RECORD)
    return page


def wait_for_the_next_question(page: Page) -> None:
    with page.expect_response("**/pulse?*"):
        page.clock.run_for(TICK)


def opened(page: Page, person: User, address: str) -> None:
    with page.expect_response("**/alerts/hot"):
        signed_in(page, person).goto(address)


def test_the_title_of_the_list_counts_hot_leads_as_they_arrive(page, person, agency):
    arrived_lead(agency, name="Old", status="warm")
    signed_in(page, person).goto("/leads/")
    expect(page).to_have_title("Leads – Sift")
    arrived_lead(agency, name="Siân", status="hot")

    wait_for_the_next_question(page)

    expect(page).to_have_title("(1) Leads – Sift")


def test_a_page_behind_another_tells_of_a_new_hot_lead_once(page, person, agency):
    wants(person, "hot_notifications", "hot_sound")
    arrived_lead(agency, name="Known already", status="hot")
    opened(page, person, "/leads/")
    page.evaluate("window.isBehind = true")
    arrived_lead(agency, name="Siân", status="hot")

    with page.expect_response("**/alerts/hot"):
        wait_for_the_next_question(page)
    expect(page).to_have_title("(2) Leads – Sift")
    arrived_lead(agency, name="Warm", status="warm")
    with page.expect_response("**/alerts/hot"):
        wait_for_the_next_question(page)

    assert page.evaluate("told") == [["A hot lead waits", "Siân", True]]
    page.wait_for_function("() => window.rang === 1")
    expect(page.get_by_role("link", name="Siân")).to_have_count(0)  # nobody looks: nothing swapped


def test_a_page_that_was_behind_is_renewed_when_it_is_come_back_to(page, person, agency):
    wants(person, "hot_notifications")
    arrived_lead(agency, name="Old", status="warm")
    opened(page, person, "/")
    page.evaluate("window.isBehind = true")
    arrived_lead(agency, name="Siân", status="hot")
    wait_for_the_next_question(page)

    page.evaluate("window.isBehind = false; document.dispatchEvent(new Event('visibilitychange'))")

    expect(page.get_by_role("link", name="Siân").first).to_be_visible()


def test_a_page_behind_another_asks_nothing_for_who_wants_nothing(page, person, agency):
    arrived_lead(agency, status="warm")
    signed_in(page, person).goto("/leads/")
    page.evaluate("window.isBehind = true")
    asked = []
    page.on("request", lambda request: asked.append(request.url))

    page.clock.run_for(5 * TICK)

    assert asked == []


def test_the_browsers_leave_is_asked_for_when_the_box_is_ticked_and_not_before(page, person):
    signed_in(page, person).goto("/settings/profile/")
    box = page.get_by_label("A notification for each new one")
    refused = page.locator("[data-notify-refused]")
    assert page.evaluate("asked") == 0

    page.evaluate("window.answer = 'denied'")
    box.click()
    expect(refused).to_be_visible()
    expect(box).not_to_be_checked()

    page.evaluate("window.answer = 'granted'")
    box.click()
    expect(box).to_be_checked()
    expect(refused).to_be_hidden()
    assert page.evaluate("asked") == 2
