"""The overview in Chromium: taking a lead, changing the period, with script and without."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from leads.models import Lead
from sift_site.overview.words import isolated
from tests.factories import make_lead, make_organisation, make_user
from tests.signing_in import signed_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def agency():
    return make_organisation(name="Harbour & Vale", slug="harbour-vale")


@pytest.fixture
def leads(agency) -> list[Lead]:
    now = timezone.now()
    return [
        make_lead(
            agency, name=name, status="hot", score=90, created_at=now - timedelta(hours=hours)
        )
        for name, hours in (("Siân Hughes", 9), ("Usman Khan", 3))
    ]


def row_of(page: Page, name: str) -> Locator:
    return page.get_by_role("listitem").filter(has=page.get_by_role("link", name=name, exact=True))


def test_taking_a_lead_opens_it_and_the_later_of_two_is_told(open_browser, agency, agent, leads):
    page = open_browser()
    signed_in(page, agent).goto("/")
    expect(row_of(page, "Siân Hughes")).to_contain_text("9 hours")

    page.get_by_role("button", name="Take Siân Hughes").click()

    expect(page.get_by_role("heading", level=1)).to_contain_text("Siân Hughes")
    expect(page.get_by_role("status").first).to_contain_text(
        f"{isolated('Siân Hughes')} is yours now."
    )
    page.goto("/")
    expect(page.get_by_role("link", name="1 of yours")).to_be_visible()
    Lead.objects.filter(id=leads[1].id).update(assignee=make_user(agency, name="Ada Byrne"))
    page.get_by_role("button", name="Take Usman Khan").click()

    told = f"{isolated('Ada Byrne')} has taken {isolated('Usman Khan')} already."
    expect(page.locator("#messages")).to_contain_text(told)
    expect(page.get_by_role("heading", level=1)).to_have_text("Today")


def test_a_period_is_chosen_in_place_and_back_leads_back(open_browser, agent, leads):
    page = open_browser()
    signed_in(page, agent).goto("/")
    page.evaluate("window.stillHere = true")
    chosen = page.get_by_role("navigation", name="Period").locator("[aria-current]")
    expect(chosen).to_have_text("30 days")

    page.get_by_role("link", name="12 months").click()

    expect(chosen).to_have_text("12 months")
    expect(chosen).to_be_focused()
    expect(page).to_have_url(re.compile(r"/\?period=12-months$"))
    expect(page.get_by_role("figure", name="Leads by month")).to_contain_text("2 leads came since")
    assert page.evaluate("window.stillHere")
    page.go_back()
    expect(chosen).to_have_text("30 days")


def test_a_bar_leads_to_its_day_by_pointer_and_by_keyboard(open_browser, agent, leads):
    page = open_browser()
    signed_in(page, agent).goto("/?period=7-days")
    figure = page.get_by_role("figure", name="Leads by day")

    figure.get_by_text("The figures as a table").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(figure.get_by_role("table").get_by_role("link").first).to_be_focused()

    days = Lead.objects.values_list("created_at", flat=True)
    expect(figure.locator(".stacked__link")).to_have_count(7)
    figure.locator(".stacked__link").last.click()
    expect(page).to_have_url(re.compile(r"/leads/\?since=.*&until="))
    today = timezone.localdate()
    expect(page.locator("tbody .row__link")).to_have_count(
        sum(timezone.localdate(day) == today for day in days)
    )


def test_without_script_a_press_takes_a_lead_and_opens_it(open_browser, agent, leads):
    page = open_browser(java_script_enabled=False)
    signed_in(page, agent).goto("/?period=7-days")

    page.get_by_role("button", name="Take Usman Khan").click()

    expect(page.get_by_role("heading", level=1)).to_contain_text("Usman Khan")
    expect(page.get_by_role("status").first).to_contain_text(
        f"{isolated('Usman Khan')} is yours now."
    )
    assert Lead.objects.get(id=leads[1].id).assignee == agent


WIDTHS = (320, 390, 600, 768, 800, 1024, 1080, 1180, 1280, 1366, 1440, 1920)
TOO_SMALL = """() => [...document.querySelectorAll("main :is(a, button, summary, select, input)")]
  .filter((target) => target.checkVisibility() && getComputedStyle(target).display !== "inline")
  .map((target) => [target.getBoundingClientRect(), target.outerHTML.slice(0, 90)])
  .filter(([box]) => Math.min(box.width, box.height) < 23.9)
  .map(([, html]) => html)"""
FIGURES_BY_LINE = """() => Object.values(Object.groupBy(
  document.querySelectorAll(".figure"), (figure) => Math.round(figure.getBoundingClientRect().y),
)).map((line) => line.length)"""


def test_at_every_width_five_figures_stand_in_order_and_targets_have_24_pixels(
    open_browser, person
):
    page = open_browser()
    signed_in(page, person)
    page.goto("/")

    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})

        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate(TOO_SMALL) == [], width
        assert page.evaluate(FIGURES_BY_LINE) == ([5] if width >= 768 else [3, 2]), width
