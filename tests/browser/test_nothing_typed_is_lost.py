"""What is typed into a longer form survives what comes between, in Chromium."""

import json
import re

import pytest
from playwright.sync_api import Dialog, Page, expect

from apikeys.models import ApiKey
from leads.corrections import correct
from leads.merging import merge
from leads.models import Lead, LeadEvent
from organisations.actors import Actor
from organisations.models import Invitation, Session
from tests.factories import PASSWORD, make_lead, make_organisation, make_user
from tests.signing_in import signed_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TYPED = "Rang twice.\nShe asks for a garden."


@pytest.fixture
def agency():
    return make_organisation(name="Harbour & Vale", slug="harbour-vale")


@pytest.fixture
def lead(agency) -> Lead:
    return make_lead(agency, name="Siân Hughes", area="Leith", timeline="asap")


@pytest.fixture
def other_lead(agency) -> Lead:
    return make_lead(agency, name="S Hughes", email="sian@example.com")


@pytest.fixture
def page(open_browser, admin, lead):
    """The lead's page, in the admin's browser."""
    return opened(open_browser, admin, f"/leads/{lead.id}/")


def opened(open_browser, person, address: str) -> Page:
    page = signed_in(open_browser(), person)
    page.goto(address)
    page.evaluate("localStorage.clear()")  # Chromium may show a context what an earlier one left
    return page


def note(page: Page):
    return page.get_by_label("Note", exact=True)


def add_note(page: Page) -> None:
    page.get_by_role("button", name="Add note").click()


def type_note(page: Page) -> None:
    note(page).fill(TYPED)


def fault(page: Page):
    return page.locator("[data-request-fault]")


def is_back(page: Page):
    return page.get_by_text("You typed this on")


def notes() -> list[str]:
    return [event.payload["text"] for event in LeadEvent.objects.filter(kind="note")]


def sign_in(page: Page, person) -> None:
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    page.get_by_label("E-mail").fill(person.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def another_tab(page: Page, address: str = "/") -> Page:
    tab = page.context.new_page()
    tab.goto(address)
    return tab


def sign_out_and_in_elsewhere(page: Page, person) -> Page:
    tab = another_tab(page)
    tab.get_by_role("button", name="Sign out").first.click()
    sign_in(tab, person)
    expect(tab.get_by_role("heading", level=1)).to_have_text("Today")
    page.bring_to_front()  # a tab behind another paints late, and is pressed no sooner
    return tab


def end_sessions() -> None:
    """As twelve idle hours do."""
    Session.objects.all().delete()


def kept_in(page: Page) -> list[str]:
    return page.evaluate("Object.keys(localStorage)")


# --- A session that ended -------------------------------------------------------------------------
def test_a_note_is_back_where_it_was_after_signing_in_again(page, admin, lead):
    type_note(page)
    end_sessions()

    add_note(page)
    expect(page.get_by_text("You were signed out")).to_be_visible()
    sign_in(page, admin)

    expect(page).to_have_url(re.compile(f"/leads/{lead.id}/$"))
    expect(note(page)).to_have_value(TYPED)
    expect(is_back(page)).to_be_visible()
    add_note(page)
    expect(page.locator("#lead-history .history__note")).to_have_text(TYPED)
    assert notes() == [TYPED]
    assert kept_in(page) == []


def test_it_is_back_in_another_tab_too(page, admin, lead):
    type_note(page)
    end_sessions()
    page.close()

    tab = another_tab(page, f"/leads/{lead.id}/")
    sign_in(tab, admin)

    expect(note(tab)).to_have_value(TYPED)
    tab.reload()
    expect(note(tab)).to_have_value(TYPED)


def test_facts_being_corrected_are_back_in_their_form(page, admin, lead):
    page.get_by_role("link", name="Correct the facts").click()
    page.get_by_label("Area", exact=True).fill("Ayr")
    page.get_by_label("Timeline").select_option("within_3_months")
    page.get_by_label("Asked for a viewing").check()
    end_sessions()

    page.get_by_role("button", name="Save").click()
    sign_in(page, admin)

    expect(page.get_by_label("Area", exact=True)).to_have_value("Ayr")
    expect(page.get_by_label("Timeline")).to_have_value("within_3_months")
    expect(page.get_by_label("Asked for a viewing")).to_be_checked()
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#live")).to_have_text("Facts saved")
    expect(page.get_by_role("link", name="Correct the facts")).to_be_visible()
    assert Lead.objects.get(pk=lead.pk).area == "Ayr"
    assert kept_in(page) == []


def test_facts_that_are_back_still_do_not_undo_what_a_colleague_wrote(page, admin, lead, agency):
    page.get_by_role("link", name="Correct the facts").click()
    page.get_by_label("Area", exact=True).fill("Ayr")
    end_sessions()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    priya = Actor.for_person(make_user(agency, name="Priya"))
    theirs = {"area": "Cramond", "timeline": "within_3_months"}
    correct(Lead.objects.get(pk=lead.pk), theirs, by=priya)

    sign_in(page, admin)
    page.get_by_role("button", name="Save").click()

    told = page.locator("#lead-facts").get_by_role("alert")
    expect(told).to_contain_text("Now: Cramond, by Priya")
    expect(told).to_contain_text("Yours: Ayr")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#live")).to_have_text("Facts saved")
    after = Lead.objects.get(pk=lead.pk)
    assert (after.area, after.timeline) == ("Ayr", "within_3_months")


def test_a_form_that_loads_a_page_waits_in_its_tab(open_browser, admin):
    page = opened(open_browser, admin, "/settings/api-keys/")
    page.locator(".new-key").get_by_label("Name").fill("Web site")
    page.locator(".new-key").get_by_label("Addresses").fill("203.0.113.0/24")
    end_sessions()

    page.get_by_role("button", name="Create key").click()
    expect(fault(page)).to_contain_text("You were signed out, so nothing was sent.")
    tab = another_tab(page)
    sign_in(tab, admin)
    expect(tab.get_by_role("heading", level=1)).to_have_text("Today")

    page.bring_to_front()
    page.get_by_role("button", name="Create key").click()
    expect(page.get_by_text("copy it now")).to_be_visible()
    assert [str(each) for each in ApiKey.objects.get().allowed_networks] == ["203.0.113.0/24"]


# --- A token made stale by another tab ------------------------------------------------------------
def test_who_signed_in_again_in_another_tab_presses_again(page, admin):
    type_note(page)
    sign_out_and_in_elsewhere(page, admin)

    add_note(page)

    expect(fault(page)).to_contain_text("Press again")
    expect(fault(page)).not_to_contain_text(re.compile("reload", re.IGNORECASE))
    expect(note(page)).to_have_value(TYPED)
    expect(page.get_by_role("button", name="Add note")).to_be_focused()
    add_note(page)
    expect(page.locator("#lead-history .history__note")).to_have_text(TYPED)
    expect(fault(page)).to_be_hidden()
    assert notes() == [TYPED]


def test_so_does_who_had_nothing_typed(page, admin, lead):
    sign_out_and_in_elsewhere(page, admin)

    page.get_by_role("button", name="Contacted").click()
    expect(fault(page)).to_contain_text("Press again")
    page.get_by_role("button", name="Contacted").click()

    expect(page.locator("#live")).to_have_text("Moved to Contacted")


def test_a_form_that_loads_a_page_takes_the_new_token_by_itself(open_browser, admin):
    page = opened(open_browser, admin, "/settings/team/")
    page.get_by_label("E-mail").fill("new@example.com")
    sign_out_and_in_elsewhere(page, admin)

    page.get_by_role("button", name="Send invitation").click()

    expect(page.locator("#messages")).to_contain_text("new@example.com")
    assert Invitation.objects.get().email == "new@example.com"


def test_nobody_writes_as_somebody_else_who_signed_in_meanwhile(page, admin, agent):
    type_note(page)
    tab = sign_out_and_in_elsewhere(page, agent)

    add_note(page)

    expect(fault(page)).to_contain_text("In this browser Amir Agent is signed in by now")
    expect(fault(page)).not_to_contain_text(re.compile("reload", re.IGNORECASE))
    expect(note(page)).to_have_value(TYPED)
    add_note(page)
    expect(fault(page)).to_be_visible()
    assert notes() == []

    tab.bring_to_front()
    tab.goto(page.url)
    expect(note(tab)).to_have_value("")  # nor does the other see it
    tab.get_by_role("button", name="Sign out").first.click()
    sign_in(tab, admin)
    expect(tab.get_by_role("heading", level=1)).to_have_text("Today")
    page.bring_to_front()
    add_note(page)
    expect(fault(page)).to_contain_text("Press again")
    add_note(page)
    expect(page.locator("#lead-history .history__note")).to_have_text(TYPED)
    assert LeadEvent.objects.get(kind="note").actor_id == admin.id


def test_a_form_that_was_opened_after_somebody_else_signed_in_is_not_taken(page, agent, lead):
    sign_out_and_in_elsewhere(page, agent)

    page.get_by_role("link", name="Correct the facts").click()

    expect(fault(page)).to_contain_text("In this browser Amir Agent is signed in by now")
    expect(page.locator("#lead-facts form")).to_have_count(0)


# --- A lead that was merged away ------------------------------------------------------------------
def test_a_note_goes_to_the_lead_that_the_other_became_and_says_so(
    page, admin, agency, lead, other_lead
):
    type_note(page)
    by = Actor.for_person(make_user(agency))
    merge(agency, survivor_id=other_lead.id, other_id=lead.id, by=by)

    add_note(page)

    expect(page).to_have_url(re.compile(f"/leads/{other_lead.id}/$"))
    expect(page.locator("#messages")).to_contain_text(
        "This lead was merged into S Hughes while you wrote: your note stands here."
    )
    expect(page.locator("#lead-history .history__note")).to_have_text(TYPED)
    expect(note(page)).to_have_value("")
    assert kept_in(page) == []


def test_what_was_typed_about_a_merged_lead_is_back_at_the_other_after_signing_in(
    page, admin, agency, lead, other_lead
):
    type_note(page)
    page.get_by_role("link", name="Correct the facts").click()
    page.get_by_label("Area", exact=True).fill("Ayr")
    by = Actor.for_person(make_user(agency))
    merge(agency, survivor_id=other_lead.id, other_id=lead.id, by=by)
    end_sessions()

    add_note(page)
    sign_in(page, admin)

    expect(page).to_have_url(re.compile(f"/leads/{other_lead.id}/$"))
    expect(note(page)).to_have_value(TYPED)
    expect(page.get_by_label("Area", exact=True)).to_have_value("Ayr")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#live")).to_have_text("Facts saved")
    assert Lead.objects.get(pk=other_lead.pk).area == "Ayr"
    expect(note(page)).to_have_value(TYPED)


def test_corrections_of_a_merged_lead_go_to_the_other_where_it_does_not_say_otherwise(
    page, agency, lead, other_lead
):
    page.get_by_role("link", name="Correct the facts").click()
    page.get_by_label("Name", exact=True).fill("Siân Owen")
    by = Actor.for_person(make_user(agency))
    merge(agency, survivor_id=other_lead.id, other_id=lead.id, by=by)

    page.get_by_role("button", name="Save").click()

    told = page.locator("#lead-facts").get_by_role("alert")
    expect(told).to_contain_text("This lead was merged into S Hughes while you wrote")
    expect(told).to_contain_text("Now: S Hughes")
    expect(told).to_contain_text("Yours: Siân Owen")
    page.get_by_role("button", name="Save").click()
    expect(page).to_have_url(re.compile(f"/leads/{other_lead.id}/$"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Siân Owen")
    expect(page.locator("#messages")).to_contain_text("what you corrected stands here")


# --- Offline --------------------------------------------------------------------------------------
def test_offline_is_said_and_the_note_can_be_sent_later(page):
    type_note(page)
    page.context.set_offline(True)

    add_note(page)

    expect(fault(page)).to_contain_text("You are offline. What you typed is kept")
    expect(fault(page)).not_to_contain_text(re.compile("reload", re.IGNORECASE))
    expect(note(page)).to_have_value(TYPED)
    page.context.set_offline(False)
    add_note(page)
    expect(page.locator("#lead-history .history__note")).to_have_text(TYPED)
    expect(fault(page)).to_be_hidden()
    assert notes() == [TYPED]


def test_offline_a_form_that_loads_a_page_stays_where_it_is(open_browser, admin):
    page = opened(open_browser, admin, "/settings/team/")
    page.get_by_label("E-mail").fill("new@example.com")
    page.context.set_offline(True)

    page.get_by_role("button", name="Send invitation").click()

    expect(fault(page)).to_contain_text("You are offline. What you typed is kept")
    page.context.set_offline(False)
    page.get_by_role("button", name="Send invitation").click()
    expect(page.locator("#messages")).to_contain_text("new@example.com")


@pytest.mark.parametrize("status", [400, 403, 404, 429, 500, 502, 503])
def test_no_refusal_says_reload_while_something_is_typed(page, status):
    type_note(page)
    page.route("**/status/", lambda route: route.fulfill(status=status, body="<b>x"))
    page.route("**/notes/", lambda route: route.fulfill(status=status, body="<b>x"))

    for button in ("Contacted", "Add note"):
        page.get_by_role("button", name=button).click()

        expect(fault(page)).to_be_visible()
        expect(fault(page)).not_to_contain_text(re.compile("reload", re.IGNORECASE))
        expect(note(page)).to_have_value(TYPED)


# --- Leaving --------------------------------------------------------------------------------------
def asked_on_leaving(page: Page, leave) -> list[str]:
    """The questions that the browser asked; each is answered with staying."""
    asked: list[str] = []

    def stay(question: Dialog) -> None:
        asked.append(question.type)
        question.dismiss()

    page.on("dialog", stay)
    leave()
    page.wait_for_timeout(300)
    page.remove_listener("dialog", stay)
    return asked


def test_leaving_asks_only_while_something_unsent_is_typed(page, lead):
    def leave():
        page.get_by_role("link", name="Overview").click(no_wait_after=True)

    note(page).press_sequentially("Rang")
    assert asked_on_leaving(page, leave) == ["beforeunload"]
    expect(page).to_have_url(re.compile(f"/leads/{lead.id}/$"))
    expect(note(page)).to_have_value("Rang")

    for _ in "Rang":
        note(page).press("Backspace")
    assert asked_on_leaving(page, leave) == []
    expect(page.get_by_role("heading", level=1)).to_have_text("Today")


def test_what_was_sent_cancelled_or_discarded_is_asked_about_no_more(page):
    def leave():
        page.get_by_role("link", name="Leads", exact=True).first.click(no_wait_after=True)

    type_note(page)
    add_note(page)
    expect(note(page)).to_have_value("")
    page.get_by_role("link", name="Correct the facts").click()
    page.get_by_label("Area", exact=True).fill("Ayr")
    page.get_by_role("link", name="Cancel").click()
    expect(page.get_by_role("link", name="Correct the facts")).to_be_visible()
    assert kept_in(page) == []
    type_note(page)
    page.on("dialog", lambda question: question.accept())
    page.reload()
    expect(is_back(page)).to_be_visible()
    page.get_by_role("button", name="Discard").click()
    expect(note(page)).to_have_value("")
    expect(is_back(page)).to_be_hidden()
    assert kept_in(page) == []

    assert asked_on_leaving(page, leave) == []
    expect(page.get_by_role("heading", level=1)).to_have_text("Leads")


def test_what_the_server_refused_is_still_unsent(page):
    page.get_by_role("link", name="Correct the facts").click()
    page.get_by_label("Bedrooms, at least").fill("99")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#lead-facts").get_by_role("alert")).to_be_visible()

    asked = asked_on_leaving(
        page, lambda: page.get_by_role("link", name="Overview").click(no_wait_after=True)
    )

    assert asked == ["beforeunload"]
    page.on("dialog", lambda question: question.accept())
    page.reload()
    expect(page.get_by_label("Bedrooms, at least")).to_have_value("99")


# --- What the browser keeps, and for how long -----------------------------------------------------
def test_signing_out_takes_it_out_of_the_browser(page):
    type_note(page)
    assert len(kept_in(page)) == 1
    page.on("dialog", lambda question: question.accept())

    page.get_by_role("button", name="Sign out").first.click()

    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert kept_in(page) == []


def test_it_is_kept_for_a_week_and_no_longer(page, lead):
    type_note(page)
    page.on("dialog", lambda question: question.accept())
    (key,) = kept_in(page)

    def grow_older(hours: int) -> None:
        page.goto("/")
        kept = json.loads(page.evaluate("(key) => localStorage[key]", key))
        kept["at"] -= hours * 3600 * 1000
        page.evaluate("([key, kept]) => localStorage[key] = kept", [key, json.dumps(kept)])
        page.goto(f"/leads/{lead.id}/")

    grow_older(7 * 24 - 1)
    expect(note(page)).to_have_value(TYPED)
    grow_older(7 * 24 + 1)
    expect(note(page)).to_have_value("")
    assert kept_in(page) == []


def test_what_was_sent_from_one_tab_does_not_wait_in_another(page):
    type_note(page)
    tab = another_tab(page, page.url)
    expect(note(tab)).to_have_value(TYPED)

    add_note(tab)
    expect(note(tab)).to_have_value("")

    expect(note(page)).to_have_value("")


def test_axe_finds_nothing_where_something_is_back(page, findings):
    type_note(page)
    page.on("dialog", lambda question: question.accept())
    page.reload()
    expect(is_back(page)).to_be_visible()

    findings.look(page, "a note that is back")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
