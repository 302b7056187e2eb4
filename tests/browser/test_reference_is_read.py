"""The API reference in Chromium: read, copied from and turned to another language."""

import re

import pytest
from django.test import Client
from playwright.sync_api import expect

from tests.browser.clipboard import clipboard_of
from tests.browser.few_rows import LATER_ENDPOINTS, hide

ADDRESS = "/api/docs/"
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_who_is_not_signed_in_reads_copies_and_switches_languages(open_browser, findings):
    page = open_browser(
        bypass_csp=True,
        viewport={"width": 320, "height": 700},
        permissions=["clipboard-read", "clipboard-write"],
    )
    page.goto(ADDRESS)
    first = page.locator(".samples").first

    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    first.get_by_text("Python", exact=True).click()
    expect(page.locator(".samples__code--python").first).to_be_visible()
    expect(page.locator("#change-lead-status ~ * .samples__code--python")).to_be_visible()
    first.get_by_role("button", name="Copy A first call, Python").click()
    expect(page.locator("#live")).to_have_text("Copied")
    assert clipboard_of(page).startswith("import os")
    hide(page, LATER_ENDPOINTS)
    findings.look(page, ADDRESS)
    page.reload()
    expect(page.locator(".samples__code--python").first).to_be_visible()  # the choice is kept


def test_without_a_script_every_language_is_reached_by_keyboard(open_browser):
    page = open_browser(java_script_enabled=False, viewport={"width": 1440, "height": 900})
    page.goto(f"{ADDRESS}#list-leads")
    samples = page.get_by_role("group", name="List leads, in")

    samples.get_by_label("curl", exact=True).press("ArrowRight")

    expect(samples.get_by_role("group", name="List leads, Python")).to_be_visible()
    expect(samples.get_by_role("group", name="List leads, curl")).to_be_hidden()
    expect(page.get_by_role("button", name="Copy")).to_have_count(0)
    contents = page.get_by_role("navigation", name="On this page")
    assert contents.bounding_box()["y"] >= 0  # it has come along
    assert Client().get(ADDRESS).status_code == 200


def test_the_contents_keep_in_sight_what_has_the_focus(open_browser):
    page = open_browser(viewport={"width": 1366, "height": 600})
    page.goto(ADDRESS)
    contents = page.locator("[data-contents]")
    last = contents.get_by_role("link").nth(30)
    in_sight = """(link) => {
      const own = link.getBoundingClientRect();
      const room = link.closest("[data-contents]").getBoundingClientRect();
      return document.activeElement === link && own.top >= room.top && own.bottom <= room.bottom;
    }"""

    contents.get_by_role("searchbox").focus()
    for _ in range(31):
        page.keyboard.press("Tab")
    page.mouse.wheel(0, 400)  # the page goes on, and says where one is
    page.wait_for_function("() => scrollY > 300")
    page.wait_for_timeout(200)

    assert last.evaluate(in_sight)


def test_a_search_narrows_the_contents_and_enter_goes_to_the_first(open_browser):
    page = open_browser(viewport={"width": 1366, "height": 768})
    page.goto(ADDRESS)
    contents = page.locator("[data-contents]")
    field = contents.get_by_role("searchbox", name="Search the reference")

    field.fill("if-match etag")
    expect(contents.get_by_role("link", name="Change safely")).to_be_visible()
    expect(contents.get_by_role("link", name="Keep transcripts in step")).to_be_hidden()
    expect(contents.get_by_role("status")).to_contain_text("parts")
    field.fill("xylophone")
    expect(contents.get_by_role("status")).to_have_text("No parts")
    field.fill("stay within")
    field.press("Enter")

    expect(page).to_have_url(re.compile("#limits$"))


def test_without_a_script_there_is_no_search(open_browser):
    page = open_browser(java_script_enabled=False)
    page.goto(ADDRESS)

    expect(page.get_by_role("searchbox")).to_be_hidden()
