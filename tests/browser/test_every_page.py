"""What holds for every page, those not yet written included, in Chromium with demo content.

The URL table is walked: a new page is covered the day it is added. States that a walk does not
reach (faults, empty lists, answers to forms) are listed below.
"""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
from django.core import mail
from django.db import OperationalError
from playwright.sync_api import Page, expect

from foundation.web.pages import TooManyRequests
from organisations.models import Authenticator
from organisations.signing_in import two_step
from tests.browser.demo_agency import Agency, load_agency, pages_of
from tests.browser.few_rows import LATER_ROWS, hide
from tests.browser.paper import faults_on_paper
from tests.browser.widths import Measured
from tests.factories import PASSWORD, make_invitation, make_organisation, make_user
from tests.letters import send_letters
from tests.signing_in import code_of, signed_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

REFERENCE = "/api/docs/"
ON_EVERY_PAGE = (".header", "nav")  # which axe need be shown but once


@pytest.fixture
def demo() -> Agency:
    return load_agency(leads=60)


# --- The walk -------------------------------------------------------------------------------------
def test_every_page_can_be_used_by_anybody_at_every_width_and_on_paper(
    open_browser, demo, findings
):
    """One walk for all that holds for every page, as opening each is what takes the time."""
    page = open_browser(reduced_motion="reduce")
    signed_in(page, demo.admin)

    titles, measured, faults = set(), Measured(page), []
    for address in pages_of(page, demo):
        titles.add(re.sub(r"^\(\d+\) ", "", page.title()))  # how many hot leads wait
        hide(page, LATER_ROWS)
        if address == "/":
            findings.look(page, address)
        elif address != REFERENCE:  # the longest, shown to axe in test_reference_is_read.py
            findings.look(page, address, *ON_EVERY_PAGE)
        measured.look(address)
        faults += [f"{address}: {fault}" for fault in faults_on_paper(page)]
        loses_nothing_with_text_twice_as_large(page, address)
        has_one_heading_a_title_and_a_way_past_the_navigation(page, address)
    assert str(measured) == ""
    assert "\n".join(faults) == ""
    assert {"Overview – Sift", "Leads – Sift", "Page not found – Sift"} <= titles


CUT_OFF = """() => [...document.querySelectorAll("main *, .header *")].filter((element) => {
  const style = getComputedStyle(element);
  const meant = style.textOverflow === "ellipsis"
    || element.closest(".visually-hidden, svg, thead")
    || element.matches("pre[tabindex='0']"); // scrolls within itself, by the keyboard too
  return !meant && style.overflowX !== "visible" && element.scrollWidth > element.clientWidth + 1
    && element.clientWidth > 1;
}).map((element) => element.outerHTML.slice(0, 80))"""


def loses_nothing_with_text_twice_as_large(page: Page, address: str) -> None:
    page.set_viewport_size({"width": 1280, "height": 900})
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280, address
    assert page.evaluate(CUT_OFF) == [], address
    expect(page.locator("h1")).to_be_visible()
    expect(page.get_by_role("link", name="Leads", exact=True).first).to_be_visible()
    page.evaluate("document.documentElement.style.fontSize = ''")


def has_one_heading_a_title_and_a_way_past_the_navigation(page: Page, address: str) -> None:
    assert page.locator("h1").count() == 1, address
    assert page.title().endswith(" – Sift"), address
    if urlsplit(page.url).fragment:
        return  # which leads past the navigation by itself
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()


# --- Faults that axe finds elsewhere --------------------------------------------------------------
def test_axe_finds_nothing_on_a_phone(open_browser, demo, findings):
    page = open_browser(viewport={"width": 390, "height": 844}, has_touch=True)
    signed_in(page, demo.admin)

    for address in demo.addresses:
        if address.endswith(("/new/", ".txt", "/take-back/")):
            continue  # a part of a page, a file, and what is only posted
        if address.startswith(("/leads/?", "/conversations/")) or address == "/":
            page.goto(address)
            findings.look_once(page, address)


def test_axe_finds_nothing_where_nobody_is_signed_in_yet(open_browser, demo, findings):
    page = open_browser()
    page.goto("/sign-in/")
    findings.look(page, "sign-in")
    page.get_by_label("E-mail").fill("nobody@example.com")
    page.get_by_label("Password", exact=True).fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_be_visible()
    findings.look(page, "sign-in, refused")
    page.goto("/nothing-here/")
    findings.look(page, "404, signed out")

    page.goto("/password-reset/")
    findings.look(page, "password reset")
    page.get_by_label("E-mail").fill(demo.admin.email)
    page.get_by_role("button", name="Send the link").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Look in your mailbox")
    findings.look(page, "password reset, sent")
    send_letters()
    link = next(word for word in mail.outbox[0].body.split() if "/password-reset/" in word)
    page.goto(urlsplit(link).path)
    findings.look(page, "new password")
    page.goto("/password-reset/x/y/")
    findings.look(page, "new password, link of no use")
    two_step.begin(demo.admin)
    Authenticator.objects.update(confirmed=True)
    page.goto("/sign-in/")
    page.get_by_label("E-mail").fill(demo.admin.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Second step")
    page.get_by_label("Code").fill("000000")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("This code is not right.")).to_be_visible()
    findings.look(page, "second step, refused")

    page.goto(f"/invitation/{make_invitation(demo.organisation)[1]}/")
    findings.look(page, "invitation")
    page.get_by_role("button", name="Set up my account").click()
    expect(page.get_by_role("alert")).to_be_focused()
    findings.look(page, "invitation, refused")
    page.goto("/invitation/x/")
    findings.look(page, "invitation, link of no use")
    page.goto("/account-closed/")
    findings.look(page, "account closed")


def test_axe_finds_nothing_on_an_agencys_first_day(open_browser, findings):
    admin = make_user(make_organisation(plan="starter"), role="admin")
    page = open_browser()
    signed_in(page, admin)

    for address in (
        *("/", "/leads/", "/leads/?status=hot", "/conversations/", "/settings/api-keys/"),
        *("/settings/audit/", "/settings/audit/?action=keys&ip=nowhere"),
    ):
        page.goto(address)
        findings.look(page, address)


def test_axe_finds_nothing_on_answers_to_forms(open_browser, demo, findings):
    page = open_browser()
    signed_in(page, demo.admin)
    page.goto("/settings/api-keys/")
    page.get_by_role("button", name="Create key").click()
    expect(page.get_by_label("Name", exact=True)).to_have_attribute("aria-invalid", "true")
    findings.look(page, "a key without a name")
    page.get_by_label("Name").fill("Dashboards")
    page.get_by_role("button", name="Create key").click()
    expect(page.locator(".shown-once")).to_be_visible()
    findings.look(page, "a key, shown once")
    page.get_by_role("link", name="Delete CRM sync").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    findings.look(page, "a key about to be deleted, in a dialog")
    page.keyboard.press("Escape")
    page.get_by_role("link", name="Roll CRM sync").click()
    expect(page.get_by_label("The old key goes on working for")).to_be_focused()
    findings.look(page, "a key about to be rolled, in a dialog")

    page.goto("/settings/profile/")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#messages")).to_contain_text("Your choices are saved.")
    findings.look(page, "profile, saved")
    page.goto("/settings/profile/two-step/")
    page.get_by_role("button", name="Set up").click()
    expect(page.get_by_role("img", name="QR code")).to_be_visible()
    findings.look(page, "two-step sign-in, being set up")
    page.get_by_label("Code", exact=True).fill(code_of(demo.admin))
    page.get_by_role("button", name="Turn it on").click()
    expect(page.locator(".codes li")).to_have_count(10)
    findings.look(page, "recovery codes")

    page.goto("/settings/team/")
    page.get_by_role("button", name="Send invitation").click()
    expect(page.get_by_role("alert")).to_be_focused()
    findings.look(page, "an invitation to nobody")
    page.get_by_role("link", name="Deactivate").first.click()
    expect(page.get_by_role("dialog")).to_be_visible()
    findings.look(page, "a person about to be deactivated, in a dialog")
    page.goto("/settings/close/")
    page.get_by_role("button", name="Close the account").click()
    expect(page.get_by_text("Nothing was closed")).to_be_visible()
    findings.look(page, "an account not closed")


def unreachable() -> OperationalError:
    error = OperationalError("connection failed")
    error.__cause__ = psycopg.OperationalError("connection failed")
    return error


def test_axe_finds_nothing_on_error_pages(open_browser, demo, findings, monkeypatch):
    agent = make_user(demo.organisation, role="agent")
    page = open_browser()
    signed_in(page, agent)
    page.goto("/settings/api-keys/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Not allowed")
    findings.look(page, "403")
    for error, heading in [
        (TooManyRequests(30), "Too many requests"),
        (ZeroDivisionError(), "Something went wrong"),
        (unreachable(), "Sift cannot reach its data"),
    ]:

        def fail(*_, error=error):
            raise error

        monkeypatch.setattr("sift_site.overview.waiting.untaken", fail)
        page.goto("/")
        expect(page.get_by_role("heading", level=1)).to_have_text(heading)
        findings.look(page, heading)
    page.goto("/settings/profile/")
    tokens = page.locator("main input[name=csrfmiddlewaretoken]")
    tokens.evaluate_all("fields => fields.forEach((field) => { field.value = 'old'; })")
    # Past the script that would take a fresh token.
    page.get_by_role("button", name="Save").evaluate("button => button.form.submit()")
    expect(page.get_by_role("heading", level=1)).to_have_text("This form is too old")
    findings.look(page, "CSRF")


# --- Phones, forced colours, paper ----------------------------------------------------------------
def test_a_phone_has_its_navigation_at_the_foot_and_no_script_is_needed(open_browser, demo):
    page = open_browser(viewport={"width": 390, "height": 844}, has_touch=True)
    signed_in(page, demo.admin)
    page.goto("/")
    bar = page.get_by_role("navigation", name="Main")

    assert bar.evaluate("bar => getComputedStyle(bar).position") == "fixed"
    box = bar.bounding_box()
    assert box["y"] + box["height"] == pytest.approx(844, abs=1)
    for name in ("Overview", "Leads", "Conversations", "Settings"):
        link = bar.get_by_role("link", name=name).bounding_box()
        assert link["height"] >= 44
        assert link["width"] >= 44
    page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
    last = page.locator("main > *:visible").last.bounding_box()
    assert last["y"] + last["height"] <= bar.bounding_box()["y"]  # nothing stays under the bar

    page.set_viewport_size({"width": 844, "height": 390})
    assert bar.evaluate("bar => getComputedStyle(bar).position") == "static"


def test_forced_colours_keep_what_a_fill_said(open_browser, demo):
    page = open_browser(forced_colors="active")
    signed_in(page, demo.admin)
    page.goto("/leads/")

    edge = "element => getComputedStyle(element).borderTopStyle"
    assert page.locator("tbody .badge").first.evaluate(edge) == "solid"
    assert page.locator(".meter").first.evaluate(edge) == "solid"


def test_on_paper_it_is_dark_on_light_without_what_is_for_clicking(open_browser, demo):
    demo.admin.theme = "dark"
    demo.admin.save(update_fields=["theme"])
    page = open_browser(color_scheme="dark")
    signed_in(page, demo.admin)
    page.goto("/leads/")
    colour: Callable[[str], Any] = lambda name: page.evaluate(  # noqa: E731
        f"getComputedStyle(document.querySelector('h1')).{name}"
    )
    assert colour("color") == "rgb(233, 238, 243)"

    page.emulate_media(media="print")

    assert colour("color") == "rgb(21, 32, 43)"
    for gone in (".header", ".filters"):
        expect(page.locator(gone).first).to_be_hidden()
    expect(page.locator(".printed")).to_contain_text("Harbour & Vale")
    expect(page.locator(".printed")).to_contain_text("/leads/")
