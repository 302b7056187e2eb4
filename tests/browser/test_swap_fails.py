"""A swap is refused, late or lost: it is said in words, and nothing that was chosen is lost."""

import re

import psycopg
import pytest
from django.db import OperationalError
from playwright.sync_api import Page, Route, expect

from leads.models import Lead
from tests.browser.status_menu import press_status, status_box
from tests.signing_in import sign_in_by_form, signed_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def shown(page: Page):
    return page.locator("#lead-results tbody .row__link")


def fault(page: Page):
    return page.locator("[data-request-fault]")


def test_who_was_signed_out_in_another_tab_signs_in_and_is_back(open_browser, person):
    page = signed_in(open_browser(), person)
    page.goto("/leads/?status=warm")
    other = page.context.new_page()
    other.goto("/")
    other.get_by_role("button", name="Sign out").first.click()
    expect(other.get_by_role("heading", level=1)).to_have_text("Sign in")
    page.bring_to_front()

    press_status(page, "Cold")

    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    expect(page.get_by_text("You were signed out")).to_be_visible()
    sign_in_by_form(page, person)
    expect(page).to_have_url(re.compile(r"/leads/\?status=warm$"))
    expect(shown(page)).to_have_count(Lead.objects.unmerged().filter(status="warm").count())


def test_a_network_that_is_gone_is_said_and_what_was_chosen_stays(open_browser, person):
    page = signed_in(open_browser(), person)
    page.goto("/leads/")
    everything = shown(page).count()
    page.context.set_offline(True)

    press_status(page, "Hot")

    expect(fault(page)).to_contain_text("You are offline. Try again in a moment.")
    expect(status_box(page, "Hot")).to_be_checked()
    expect(shown(page)).to_have_count(everything)
    page.get_by_role("button", name="Close").click()
    expect(fault(page)).to_be_hidden()

    page.context.set_offline(False)
    press_status(page, "Warm")
    expect(page).to_have_url(re.compile(r"status=hot&status=warm"))
    expect(fault(page)).to_be_hidden()


def test_a_change_that_got_no_answer_is_not_said_to_be_saved_or_lost(open_browser, person):
    page = signed_in(open_browser(), person)
    page.goto(f"/leads/{Lead.objects.filter(status='hot')[0].id}/")
    page.context.set_offline(True)

    page.get_by_role("button", name="Contacted").click()

    expect(fault(page)).to_contain_text("Your change may not have been saved")
    expect(page.locator("#lead-head .badge")).to_have_text("Hot")
    expect(page.get_by_role("button", name="Contacted")).to_be_enabled()


def test_a_fault_of_ours_is_said_and_the_page_can_be_used_on(open_browser, person, monkeypatch):
    page = signed_in(open_browser(), person)
    page.goto("/leads/")
    page.evaluate("window.scrollTo(0, document.body.scrollHeight)")

    def fail(*_):
        raise ZeroDivisionError

    with monkeypatch.context() as patched:
        patched.setattr("leads.pages.lead_list.render_page", fail)
        page.locator("#lead-results [rel=next]").click()
        expect(fault(page)).to_contain_text("Something went wrong at Sift, and nothing was changed")
        expect(fault(page)).to_be_in_viewport()  # however far down one is

    page.locator("#lead-results [rel=next]").click()
    expect(page).to_have_url(re.compile("after="))
    expect(fault(page)).to_be_hidden()


REFUSALS = [
    (400, {}, "Sift did not understand that"),
    (403, {}, "That was refused, and nothing was changed."),
    (404, {}, "This is no longer there."),
    (429, {"Retry-After": "30"}, "Too many requests. Wait 30 seconds, then try again."),
    (503, {}, "Sift cannot reach its data just now."),
    (502, {}, "Sift could not answer (502). Try again in a moment."),
]


def test_every_refusal_of_a_swap_has_its_words(open_browser, person):
    page = signed_in(open_browser(), person)
    page.goto("/leads/")
    refusals = iter(REFUSALS)

    def refuse(route: Route) -> None:
        status, headers, _ = next(refusals)
        route.fulfill(status=status, headers=headers, body="<b>x")

    page.route("**/leads/?*", refuse)
    for *_, words in REFUSALS:
        press_status(page, "Hot")

        expect(fault(page)).to_contain_text(words)
        expect(shown(page).first).to_be_visible()


def test_an_unreachable_database_is_said_in_a_swap(open_browser, person, monkeypatch):
    page = signed_in(open_browser(), person)
    page.goto("/leads/")

    def fail(*_):
        error = OperationalError("connection failed")
        error.__cause__ = psycopg.OperationalError("connection failed")
        raise error

    monkeypatch.setattr("leads.pages.lead_list.render_page", fail)
    press_status(page, "Hot")

    expect(fault(page)).to_contain_text("Sift cannot reach its data just now.")


def held(page: Page, address: str) -> list[Route]:
    """Requests to the address are held until the test lets them go."""
    waiting: list[Route] = []
    page.route(address, lambda route: waiting.append(route))  # a function of its own
    return waiting


def request_of(page: Page, waiting: list[Route]) -> Route:
    """The one that is held. The page says that it asks before it has asked."""
    for _ in range(1_000):
        if waiting:
            break
        page.wait_for_timeout(10)
    return waiting.pop()


def test_a_slow_swap_is_seen_after_a_moment_and_a_quick_one_never(open_browser, person):
    page = signed_in(open_browser(), person)
    page.goto("/leads/")
    bar = page.locator("#progress")
    opacity = "bar => Number(getComputedStyle(bar).opacity)"
    waiting = held(page, "**/leads/?*")

    press_status(page, "Hot")
    expect(bar).to_have_class(re.compile("htmx-request"))
    assert bar.evaluate(opacity) == 0  # not at once
    page.wait_for_timeout(450)
    assert bar.evaluate(opacity) == 1
    assert bar.bounding_box()["height"] == 2

    request_of(page, waiting).continue_()
    expect(bar).not_to_have_class(re.compile("htmx-request"))
    assert bar.evaluate(opacity) == 0


def test_a_button_at_work_says_so_and_is_not_pressed_twice(open_browser, person):
    page = signed_in(open_browser(), person)
    page.goto(f"/leads/{Lead.objects.filter(status='hot')[0].id}/")
    waiting = held(page, "**/status/")
    button = page.get_by_role("button", name="Contacted")

    button.click()
    expect(button).to_have_attribute("aria-busy", "true")
    expect(button).to_be_disabled()

    request_of(page, waiting).abort()
    expect(fault(page)).to_contain_text("Sift could not be reached.")
    expect(button).to_be_enabled()
    expect(button).not_to_have_attribute("aria-busy", "true")


def test_a_server_that_never_answers_is_not_waited_for_for_ever(open_browser, person):
    page = signed_in(open_browser(), person)
    page.goto("/leads/")
    assert page.evaluate("htmx.config.timeout") == 20_000
    page.evaluate("htmx.config.timeout = 200")
    held(page, "**/leads/?*")

    press_status(page, "Hot")

    expect(fault(page)).to_contain_text("Sift took too long to answer. Try again in a moment.")
