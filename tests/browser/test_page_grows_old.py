"""A page that stands open in Chromium: its times, and the overview as the day goes on."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from foundation.templatetags.times import in_words, waited
from leads.models import Lead
from tests.factories import arrived_lead, make_lead, make_organisation
from tests.signing_in import signed_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SECOND, MINUTE, HOUR, DAY = (
    timedelta(**{unit: 1}) for unit in ("seconds", "minutes", "hours", "days")
)
# Half a minute from where the words change, which is more than a test takes.
AGES = [
    30 * SECOND, 5.5 * MINUTE, 58.5 * MINUTE, 11 * HOUR + 58.5 * MINUTE, 20 * HOUR + 30 * SECOND,
    47 * HOUR + 58.5 * MINUTE, 6 * DAY + 30 * SECOND, 40 * DAY, 400 * DAY,
]  # fmt: skip
LATER = [MINUTE, 2 * MINUTE, HOUR, 9 * HOUR, 2 * DAY]


@pytest.fixture
def agency():
    return make_organisation(name="Harbour & Vale", slug="harbour-vale")


@pytest.fixture
def leads(agency) -> list[Lead]:
    """Hot leads that wait, the newest first."""
    now = timezone.now()
    return [make_lead(agency, name=str(age), status="hot", created_at=now - age) for age in AGES]


@pytest.fixture
def page(open_browser) -> Page:
    """A page of a browser whose clock can be set forward."""
    page = open_browser(changed=True)
    page.clock.install()
    return page


def texts(page: Page, kind: str) -> list[str]:
    return page.locator(f"main time[data-told={kind}]").all_text_contents()


@pytest.mark.parametrize("zone", ["Europe/London", "Asia/Kathmandu", "America/Los_Angeles"])
def test_times_are_told_anew_each_minute_in_the_servers_words(page, agent, leads, zone):
    agent.time_zone = zone
    agent.save(update_fields=["time_zone"])
    signed_in(page, agent).goto("/leads/")
    expect(page.locator("tbody .row")).to_have_count(len(AGES))
    stood = timedelta()

    for time in LATER:
        stood += time
        page.clock.fast_forward(int(time.total_seconds() * 1000))

        with timezone.override(zone):
            words = [in_words(lead.created_at, timezone.now() + stood) for lead in leads]
        assert texts(page, "ago") == words, stood


def test_how_long_leads_wait_is_told_anew_in_the_overviews_words(page, agent, leads):
    signed_in(page, agent).goto("/")
    expect(page.locator(".waiting__lead")).to_have_count(len(AGES))
    page.route(re.compile(r"/$"), lambda route: route.abort())  # or midnight would renew them all
    stood = timedelta()

    for time in LATER:
        stood += time
        page.clock.fast_forward(int(time.total_seconds() * 1000))

        longest_first = [waited(timezone.now() + stood - lead.created_at) for lead in leads[::-1]]
        assert texts(page, "waited") == longest_first, stood


def test_a_clock_that_is_wrong_tells_no_wrong_times(open_browser, agent, leads):
    page = open_browser(changed=True)
    page.clock.install(time=timezone.now() + 3 * HOUR)
    signed_in(page, agent).goto("/leads/")
    expect(page.locator("tbody .row")).to_have_count(len(AGES))

    page.clock.fast_forward(60_000)

    assert texts(page, "ago")[:2] == ["1 minute ago", "6 minutes ago"]


# --- The overview ---------------------------------------------------------------------------------
@pytest.fixture
def overview(page, agent, leads) -> Page:
    signed_in(page, agent).goto("/")
    chosen = page.get_by_role("link", name="7 days", exact=True)
    chosen.click()
    expect(chosen).to_have_attribute("aria-current", "true")  # the swap's own link, no longer ours
    expect(chosen).to_be_focused()
    page.evaluate("window.stillHere = true")
    return page


def look_again(page: Page) -> None:
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


def test_the_overview_is_renewed_when_it_is_looked_at_again_and_stays_as_it_was_left(
    overview, agency
):
    page = overview
    figure = page.get_by_role("figure", name="Leads by day")
    figure.get_by_text("The figures as a table").click()
    take = page.get_by_role("button", name=f"Take {AGES[3]}")
    take.focus()
    arrived_lead(agency, name="Fresh", status="hot")

    look_again(page)

    expect(page.get_by_role("link", name="Fresh")).to_be_visible()
    expect(page.get_by_role("link", name="10 leads wait")).to_be_visible()
    expect(take).to_be_focused()
    expect(figure.get_by_role("table")).to_be_visible()
    expect(page.get_by_role("navigation", name="Period").locator("[aria-current]")).to_have_text(
        "7 days"
    )
    assert page.evaluate("window.stillHere")  # swapped, not loaded anew


def test_nothing_takes_the_focus_when_the_overview_is_renewed(overview, agency):
    page = overview
    page.evaluate("document.activeElement.blur()")
    arrived_lead(agency, name="Fresh", status="hot")

    look_again(page)

    expect(page.get_by_role("link", name="Fresh")).to_be_visible()
    assert page.evaluate("document.activeElement === document.body")


def test_the_overview_is_renewed_at_midnight(overview, agency):
    page = overview
    arrived_lead(agency, name="Fresh", status="hot")

    page.clock.fast_forward(25 * 3_600_000)

    expect(page.get_by_role("link", name="Fresh")).to_be_visible()
    assert page.evaluate("window.stillHere")
