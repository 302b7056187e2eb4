"""Working a lead in Chromium, with script and without."""

import re

import pytest
from playwright.sync_api import expect

from foundation.days import today
from leads.corrections import correct
from leads.follow_ups import in_words, preset_days
from leads.models import Lead
from organisations.actors import Actor
from organisations.hours.reading import hours_of
from tests.factories import (
    at,
    make_conversation,
    make_lead,
    make_message,
    make_organisation,
    make_user,
)
from tests.signing_in import signed_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def agency():
    return make_organisation(name="Harbour & Vale", slug="harbour-vale")


@pytest.fixture
def lead(agency) -> Lead:
    lead = make_lead(
        agency, name="Siân Hughes", email="sian@example.com", phone="+447700900123",
        area="Leith", timeline="asap", chain_status="chain_free", financing_status="dip_held",
        buyer_scheme="shared_ownership", stamp_duty_position="first_time_buyer", score=50,
        summary="A flat near the water", created_at=at("2026-03-02 09:00"),
    )  # fmt: skip
    make_message(make_conversation(agency, lead), content="Is there a garden?")
    return lead


@pytest.fixture
def double(agency) -> Lead:
    double = make_lead(
        agency, name="S Hughes", email="SIAN@example.com", intent="buy",
        created_at=at("2026-03-01 09:00"),
    )  # fmt: skip
    make_message(make_conversation(agency, double), content="Hello there")
    return double


def fresh(lead) -> Lead:
    return Lead.objects.get(pk=lead.pk)


@pytest.fixture
def page(open_browser, admin, lead):
    page = open_browser()
    signed_in(page, admin)
    page.goto(f"/leads/{lead.id}/")
    page.evaluate("window.stillHere = true")
    return page


def test_facts_are_corrected_in_place(page, lead):
    page.get_by_role("link", name="Correct the facts").click()
    page.get_by_label("Name", exact=True).fill("Siân Owen")
    page.get_by_label("Budget, from (£)").fill("400,000")
    page.get_by_label("Budget, up to (£)").fill("300,000")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert").filter(has_text="Nothing was saved")).to_be_visible()

    page.get_by_label("Budget, up to (£)").fill("£425,000")
    page.get_by_role("button", name="Save").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Siân Owen")
    expect(page.locator("#live")).to_have_text("Facts saved")
    expect(page).to_have_title("Siân Owen – Sift")
    expect(page.locator("#lead-facts")).to_contain_text("£400k–£425k")
    expect(page.locator("#lead-history")).to_contain_text("Siân Hughes")
    expect(page.get_by_role("link", name="Correct the facts")).to_be_focused()
    assert page.evaluate("window.stillHere")
    assert fresh(lead).budget_max == 425_000


def test_cancelling_brings_the_facts_back(page):
    page.get_by_role("link", name="Correct the facts").click()
    page.get_by_role("link", name="Cancel").click()

    expect(page.get_by_role("link", name="Correct the facts")).to_be_visible()
    expect(page.locator("#lead-facts form")).to_have_count(0)


def test_the_later_of_two_edits_sees_both_in_place(page, lead, agency):
    page.get_by_role("link", name="Correct the facts").click()
    page.get_by_label("Area", exact=True).fill("Ayr")
    correct(fresh(lead), {"area": "Cramond"}, by=Actor.for_person(make_user(agency, name="Priya")))

    page.get_by_role("button", name="Save").click()

    told = page.locator("#lead-facts").get_by_role("alert")
    expect(told).to_contain_text("Now: Cramond, by Priya")
    expect(told).to_contain_text("Yours: Ayr")
    expect(page.get_by_label("Area", exact=True)).to_have_value("Ayr")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#live")).to_have_text("Facts saved")
    assert fresh(lead).area == "Ayr"


def test_a_note_is_added_and_the_form_is_empty_again(page, lead):
    page.get_by_label("Note", exact=True).fill("Rang twice\nhttps://example.com/flat")
    page.get_by_role("button", name="Add note").click()

    written = page.locator("#lead-history .history__note")
    expect(written).to_have_text("Rang twice\nhttps://example.com/flat")
    expect(written.get_by_role("link")).to_have_attribute("href", "https://example.com/flat")
    expect(page.get_by_label("Note", exact=True)).to_have_value("")
    assert page.evaluate("window.stillHere")


def test_a_lead_is_taken_and_a_follow_up_set(page, lead, admin):
    page.get_by_text("Nobody’s yet").click()
    page.get_by_role("button", name="Take it").click()
    expect(page.locator("#lead-head")).to_contain_text("Ada Admin looks after it")
    expect(page.get_by_role("button", name="Take it")).to_have_count(0)

    day, words = preset_days(today(), hours_of(lead.organisation))["tomorrow"]
    page.get_by_text("No follow-up").click()
    page.get_by_role("button", name=words).click()
    expect(page.locator("#lead-head")).to_contain_text(in_words(day, today()))
    page.get_by_text(in_words(day, today())).click()
    page.get_by_role("button", name="Clear the follow-up").click()
    expect(page.get_by_text("No follow-up")).to_be_visible()

    expect(page.locator("#lead-history .history__event")).to_have_count(4)
    assert page.evaluate("window.stillHere")
    assert fresh(lead).assignee_id == admin.id


def test_two_leads_are_merged_and_taken_apart(page, lead, double):
    page.reload()
    page.get_by_role("link", name="Merge with S Hughes").click()
    page.get_by_role("button", name="Merge", exact=True).click()

    expect(page.get_by_role("heading", level=1)).to_have_text("S Hughes")
    expect(page.locator("details.talk")).to_have_count(2)
    page.locator("details.talk summary").first.click()
    expect(page.locator("details.talk .bubble").first).to_be_visible()
    page.get_by_role("button", name="Undo this merge").click()

    expect(page.get_by_text("Siân Hughes is a lead of its own again")).to_be_visible()
    expect(page.locator(".bubble")).to_have_text(["Hello there"])
    expect(page.locator("#lead-facts")).not_to_contain_text("Leith")


def test_one_goes_through_the_list_from_lead_to_lead_and_back(open_browser, admin, agency):
    for day in range(1, 6):
        make_lead(
            agency, name=f"Lead {day}", status="hot" if day != 3 else "cold",
            created_at=at(f"2026-01-0{day} 09:00"),
        )  # fmt: skip
    page = open_browser()
    signed_in(page, admin)
    page.goto("/leads/?status=hot")
    page.get_by_role("link", name="Lead 4").click()

    page.get_by_role("link", name="Next lead").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Lead 2")
    page.get_by_role("link", name="Previous lead").click()
    page.get_by_role("link", name="Previous lead").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Lead 5")
    expect(page.get_by_role("link", name="Previous lead")).to_have_count(0)
    page.get_by_role("button", name="Contacted, mine and next").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Lead 4")
    page.get_by_role("link", name="Back to the list").click()

    expect(page).to_have_url(re.compile(r"/leads/\?status=hot$"))
    expect(page.locator("tbody .row__link")).to_have_text(["Lead 4", "Lead 2", "Lead 1"])


def test_a_lead_is_worked_without_script(open_browser, admin, lead, double):
    page = open_browser(java_script_enabled=False)
    signed_in(page, admin)
    page.goto(f"/leads/{lead.id}/")

    page.get_by_role("link", name="Correct the facts").click()
    page.get_by_label("Area", exact=True).fill("Ayr")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Facts saved")).to_be_visible()
    page.get_by_label("Note", exact=True).fill("Rang twice")
    page.get_by_role("button", name="Add note").click()
    expect(page.get_by_text("Note added")).to_be_visible()
    page.get_by_text("Nobody’s yet").click()
    page.get_by_label("Looked after by").select_option("Ada Admin")
    page.get_by_role("button", name="Assign", exact=True).click()
    page.get_by_text("No follow-up").click()
    page.get_by_role("button", name=re.compile("In a week")).click()
    expect(page.locator("#lead-head")).to_contain_text("Ada Admin looks after it")
    expect(page.locator("#lead-head")).to_contain_text("Follow up on")
    page.get_by_role("link", name="Merge with S Hughes").click()
    page.get_by_label("S Hughes").check()
    page.get_by_role("button", name="Merge", exact=True).click()
    page.get_by_role("button", name="Undo this merge").click()
    page.goto(f"/leads/{lead.id}/")
    expect(page.locator("#lead-facts")).to_contain_text("Ayr")
    page.get_by_role("link", name="Erase…").click()
    page.get_by_label("Type “Siân Hughes” or “erase” to confirm").fill("erase")
    page.get_by_role("button", name="Erase for good").click()
    expect(page.get_by_text("were erased")).to_be_visible()
    assert [each.name for each in Lead.objects.all()] == ["S Hughes"]


def test_a_corrected_lead_and_its_double_can_be_read_by_anybody(
    open_browser, admin, lead, double, findings
):
    """What the walk over every page does not come upon."""
    correct(fresh(lead), {"area": "Ayr"}, by=Actor.for_person(admin))
    page = signed_in(open_browser(), admin)

    for address in (
        f"/leads/{lead.id}/?from=status%3Dhot",
        f"/leads/{lead.id}/history/",
        f"/leads/{lead.id}/merge/?other={double.id}",
    ):
        page.goto(address)
        findings.look(page, address)
        for width in (320, 768, 1024):
            page.set_viewport_size({"width": width, "height": 700})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, address
