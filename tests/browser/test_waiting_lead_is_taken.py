"""The overview in Chromium: taking a lead, changing the period, with script and without."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from leads.models import Lead
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


def test_leads_are_taken_where_they_stand_and_the_later_of_two_is_told(
    open_browser, agency, agent, leads
):
    page = open_browser()
    signed_in(page, agent).goto("/")
    row = page.get_by_role("row").filter(has_text="Siân Hughes")
    expect(row).to_contain_text("9 hours")

    row.get_by_role("button", name="Take Siân Hughes").click()

    expect(row).to_contain_text("Yours")
    expect(row.get_by_role("link", name="Siân Hughes")).to_be_focused()
    expect(page.locator("#live")).to_have_text("Siân Hughes is yours now.")
    expect(page.get_by_role("link", name="1 of yours")).to_be_visible()

    Lead.objects.filter(id=leads[1].id).update(assignee=make_user(agency, name="Ada Byrne"))
    page.get_by_role("button", name="Take Usman Khan").click()

    late = page.get_by_role("row").filter(has_text="Usman Khan")
    expect(late).to_contain_text("Ada Byrne has taken Usman Khan already.")


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


def test_without_script_a_press_takes_a_lead_and_comes_back(open_browser, agent, leads):
    page = open_browser(java_script_enabled=False)
    signed_in(page, agent).goto("/")
    page.get_by_role("link", name="7 days", exact=True).click()

    page.get_by_role("button", name="Take Usman Khan").click()

    expect(page).to_have_url(re.compile(r"/\?period=7-days$"))
    expect(page.get_by_role("status").first).to_contain_text("Usman Khan is yours now.")
    expect(page.get_by_role("button", name="Take Usman Khan")).to_have_count(0)
    assert Lead.objects.get(id=leads[1].id).assignee == agent
