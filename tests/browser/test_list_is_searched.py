"""The lead list in Chromium: searching, filtering, going back, copying, with script and without."""

import re

import pytest
from playwright.sync_api import Page, expect

from leads import search
from leads.models import Lead
from tests.browser.clipboard import clipboard_of
from tests.factories import make_lead, make_organisation
from tests.signing_in import signed_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def agency():
    return make_organisation(name="Harbour & Vale", slug="harbour-vale")


@pytest.fixture
def leads(agency) -> list[Lead]:
    every = [
        make_lead(
            agency, name="Siân Hughes", phone="+447700900123", email="sian@example.com", score=82,
            status="hot", area="Didsbury", timeline="asap",
        ),
        make_lead(agency, name="Simon Cole", phone="+447700900999", score=10, status="cold"),
        make_lead(agency, name="Zofia Nowak", score=50, status="warm", area="Didsbury"),
    ]  # fmt: skip
    for lead in every:
        search.renew(lead)
        lead.save(update_fields=["search"])
    return every


def open_list(page: Page, person) -> None:
    signed_in(page, person).goto("/leads/")


def rows(page: Page):
    return page.locator("tbody .row__link")


def test_the_list_narrows_while_a_search_is_typed_and_back_leaves_it(open_browser, agent, leads):
    page = open_browser()
    open_list(page, agent)
    page.evaluate("window.stillHere = true")

    search = page.get_by_label("Search")
    search.press_sequentially("si", delay=20)
    expect(rows(page)).to_have_text(["Simon Cole", "Siân Hughes"])
    search.press_sequentially("an", delay=20)
    expect(rows(page)).to_have_text(["Siân Hughes"])

    expect(page.locator("#live")).to_have_text("1 lead matches")
    expect(page).to_have_url(re.compile(r"/leads/\?q=sian$"))
    expect(search).to_be_focused()
    assert page.evaluate("window.stillHere")

    page.go_back()
    expect(page).to_have_url(re.compile(r"/leads/$"))
    expect(rows(page)).to_have_count(3)
    expect(page.get_by_label("Search")).to_have_value("")
    # Back loaded the page anew: Forward is heard once its scripts run.
    page.wait_for_load_state()
    page.go_forward()
    expect(rows(page)).to_have_text(["Siân Hughes"])
    expect(page.get_by_label("Search")).to_have_value("sian")


def test_leaving_the_search_field_moves_nothing_under_the_pointer(open_browser, agent, leads):
    page = open_browser()
    open_list(page, agent)
    page.get_by_label("Search").press_sequentially("sian", delay=20)
    expect(rows(page)).to_have_count(1)
    swaps: list[str] = []
    page.on("request", lambda request: swaps.append(request.url))

    page.get_by_label("Search").blur()
    page.get_by_role("link", name="Siân Hughes").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Siân Hughes")
    assert not any("q=sian" in url for url in swaps)


def test_a_filtered_list_is_in_its_address_and_survives_a_reload(open_browser, agent, leads):
    page = open_browser()
    open_list(page, agent)

    page.get_by_text("More filters").click()
    page.get_by_label("Timeline").select_option("asap")
    expect(rows(page)).to_have_text(["Siân Hughes"])
    page.get_by_label("Sort").select_option("score")
    expect(page).to_have_url(re.compile(r"/leads/\?sort=score&timeline=asap$"))

    page.reload()
    expect(rows(page)).to_have_text(["Siân Hughes"])
    expect(page.get_by_label("Timeline")).to_have_value("asap")

    page.get_by_role("link", name="Remove filter: Timeline").click()
    expect(rows(page)).to_have_text(["Siân Hughes", "Zofia Nowak", "Simon Cole"])
    expect(page).to_have_url(re.compile(r"/leads/\?sort=score$"))


def test_phone_and_e_mail_are_copied_from_the_row(open_browser, agent, leads):
    page = open_browser(permissions=["clipboard-read", "clipboard-write"])
    open_list(page, agent)
    row = page.locator("tbody tr", has_text="Siân")

    row.get_by_role("button", name="Copy phone number").click()
    expect(page.locator("#live")).to_have_text("Copied +447700900123")
    assert clipboard_of(page) == "+447700900123"

    row.get_by_role("button", name="Copy e-mail").click()
    expect(page.locator("#live")).to_have_text("Copied sian@example.com")
    expect(page).to_have_url(re.compile(r"/leads/$"))


def test_searching_and_filtering_work_without_script(open_browser, agent, leads):
    page = open_browser(java_script_enabled=False)
    open_list(page, agent)

    page.get_by_label("Search").fill("07700 900 123")
    page.get_by_label("Search").press("Enter")
    expect(rows(page)).to_have_text(["Siân Hughes"])
    expect(page).to_have_url(re.compile(r"/leads/\?q=07700\+900\+123$"))
    expect(page.get_by_role("button", name="Copy phone number")).to_have_count(0)

    page.get_by_role("link", name="Clear all").click()
    page.get_by_text("More filters").click()
    page.get_by_label("Score from").fill("40")
    page.get_by_role("button", name="Apply").click()
    expect(rows(page)).to_have_text(["Zofia Nowak", "Siân Hughes"])
    expect(page).to_have_url(re.compile(r"/leads/\?score_from=40$"))
