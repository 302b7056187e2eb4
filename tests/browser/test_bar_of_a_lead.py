"""The bar at the head of a lead in Chromium: its keys, its menus, its Undo, and where it stands."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from foundation.days import today
from leads.models import Lead, LeadEvent
from organisations.actors import Actor
from tests.factories import (
    at,
    make_conversation,
    make_lead,
    make_organisation,
    make_user,
    move_lead,
)
from tests.signing_in import signed_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
DESK = {"viewport": {"width": 1366, "height": 768}}
# What the keyboard of somebody who writes Russian or Greek sends for the key where others have C.
FOREIGN = [("с", "KeyC"), ("ψ", "KeyC")]


@pytest.fixture
def agency():
    return make_organisation(name="Harbour & Vale", slug="harbour-vale")


@pytest.fixture
def leads(agency) -> list[Lead]:
    """As the list has them, the newest first."""
    return [
        make_lead(
            agency, name=name, email="sian@example.com", phone="+447700900123", status="hot",
            score=81, created_at=at(f"2026-03-0{day} 09:00"),
        )
        for name, day in (("Siân Hughes", 3), ("Usman Khan", 2), ("Zoë Byrne", 1))
    ]  # fmt: skip


@pytest.fixture
def open_lead(open_browser, agent, leads):
    def open_first(**options) -> Page:
        page = signed_in(open_browser(**options), agent)
        page.goto(f"/leads/{leads[0].id}/?from=status%3Dhot")
        return page

    return open_first


def name(page: Page):
    return page.get_by_role("heading", level=1)


def status(page: Page):
    return page.locator("#lead-head .badge")


def send_key(page: Page, key: str, code: str, **more) -> None:
    page.evaluate(
        "said => document.body.dispatchEvent(new KeyboardEvent('keydown', said))",
        {"key": key, "code": code, "bubbles": True, "cancelable": True, **more},
    )


# --- Keys -----------------------------------------------------------------------------------------
@pytest.mark.parametrize(("key", "code"), FOREIGN)
def test_keys_work_by_their_place_on_a_layout_without_latin_letters(open_lead, key, code):
    page = open_lead()

    send_key(page, key, code)

    expect(name(page)).to_have_text("Usman Khan")


def test_on_a_layout_with_latin_letters_the_letter_counts_and_not_the_place(open_lead):
    page = open_lead()

    send_key(page, "j", "KeyC")  # as Dvorak has it

    page.wait_for_timeout(300)
    expect(name(page)).to_have_text("Siân Hughes")


def test_no_key_is_heard_while_one_types_holds_a_modifier_or_leaves_it_down(open_lead):
    page = open_lead()

    page.get_by_label("Note", exact=True).press("c")
    page.get_by_label("Note", exact=True).fill("")
    page.locator("body").press("Control+c")
    send_key(page, "c", "KeyC", repeat=True)

    page.wait_for_timeout(300)
    expect(name(page)).to_have_text("Siân Hughes")
    expect(status(page)).to_have_text("Hot")


def test_who_turned_keys_off_presses_none_of_them(open_lead, agent):
    agent.shortcuts = False
    agent.save(update_fields=["shortcuts"])
    page = open_lead()

    page.keyboard.press("c")

    page.wait_for_timeout(300)
    expect(name(page)).to_have_text("Siân Hughes")


def test_a_lead_is_lost_for_a_reason_by_keys(open_lead):
    page = open_lead()

    page.keyboard.press("x")
    expect(page.get_by_role("button", name="Found a home elsewhere")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Found a home elsewhere")).to_be_hidden()
    page.keyboard.press("x")
    page.get_by_label("In your words, if you like").fill("Moved in with her sister")
    page.get_by_role("button", name="No longer looking").press("Enter")

    expect(status(page)).to_have_text("Lost")
    expect(page.locator("#live")).to_have_text("Moved to Lost")
    expect(page.locator("#lead-head")).to_contain_text("No longer looking")
    expect(page.locator("#lead-history")).to_contain_text("Moved in with her sister")


def test_a_note_is_added_by_control_and_enter(open_lead):
    page = open_lead()

    page.keyboard.press("a")
    expect(page.get_by_label("Note", exact=True)).to_be_focused()
    page.keyboard.type("Rang twice")
    page.keyboard.press("Control+Enter")

    expect(page.locator("#lead-history .history__note")).to_have_text("Rang twice")
    expect(status(page)).to_have_text("Hot")


def test_a_note_that_stands_there_goes_along_with_a_press_and_its_draft_is_gone(open_lead, leads):
    page = open_lead()
    page.get_by_label("Note", exact=True).fill("Voicemail is full")

    page.get_by_role("button", name="No answer").click()

    expect(page.locator("#lead-history .history__note")).to_have_text("Voicemail is full")
    expect(page.get_by_label("Note", exact=True)).to_have_value("")
    page.reload()
    expect(page.get_by_label("Note", exact=True)).to_have_value("")


def test_what_is_written_stays_where_somebody_else_was_quicker(open_lead, leads, agency):
    page = open_lead()
    page.get_by_label("Note", exact=True).fill("Rang twice")
    move_lead(leads[0], "qualified", by=Actor.for_person(make_user(agency, name="Priya Shah")))

    page.keyboard.press("Tab")
    page.get_by_role("button", name="Contacted, mine and next").click()

    expect(page.get_by_role("alert")).to_contain_text("Priya Shah moved this lead to Qualified")
    expect(page.get_by_label("Note", exact=True)).to_have_value("Rang twice")
    expect(status(page)).to_have_text("Qualified")
    assert not LeadEvent.objects.filter(kind="note").exists()


# --- Undo -----------------------------------------------------------------------------------------
def test_a_press_is_undone_from_the_next_lead_by_a_key(open_lead, leads):
    page = open_lead()
    page.keyboard.press("c")
    expect(name(page)).to_have_text("Usman Khan")
    expect(page.locator("#messages")).to_contain_text("Siân Hughes: Moved to Contacted")

    page.keyboard.press("u")

    expect(name(page)).to_have_text("Siân Hughes")
    expect(status(page)).to_have_text("Hot")
    assert Lead.objects.get(pk=leads[0].pk).assignee is None


def wait(page: Page, *, seconds: int) -> None:
    """Put what changes with time so far forward."""
    page.evaluate(
        "later => document.getAnimations().forEach(each => { each.currentTime = later; })",
        seconds * 1000,
    )


def test_undo_stands_for_ten_seconds_and_longer_while_somebody_is_there(open_lead):
    page = open_lead()
    page.get_by_role("button", name="Qualified").click()
    offer = page.locator("#messages").get_by_role("button", name="Undo")

    wait(page, seconds=9)
    expect(offer).to_be_visible()
    offer.focus()
    wait(page, seconds=60)
    expect(offer).to_be_visible()
    page.get_by_label("Note", exact=True).focus()
    wait(page, seconds=11)
    expect(offer).to_be_hidden()

    page.locator("#lead-history").get_by_role("button", name="Undo").click()
    expect(page.locator("#messages")).to_contain_text("Undone: Siân Hughes is as before.")


def test_all_of_it_works_without_script(open_lead):
    page = open_lead(java_script_enabled=False)

    page.get_by_role("button", name="Contacted, mine and next").click()
    expect(name(page)).to_have_text("Usman Khan")
    page.locator("#messages").get_by_role("button", name="Undo").click()
    expect(name(page)).to_have_text("Siân Hughes")
    expect(status(page)).to_have_text("Hot")
    page.get_by_role("button", name="No answer").click()
    expect(page.locator("#messages")).to_contain_text("No answer. Follow up")
    page.get_by_text("Lost…").click()
    page.get_by_role("button", name="Budget or mortgage").click()
    expect(status(page)).to_have_text("Lost")
    expect(page.locator("#lead-head")).to_contain_text("Budget or mortgage")


# --- Where it stands ------------------------------------------------------------------------------
def boxes(page: Page, *selectors: str) -> list[dict]:
    return [page.locator(selector).first.bounding_box() for selector in selectors]


def test_the_bar_stays_at_the_head_however_far_one_reads(open_lead, leads, agency):
    make_conversation(agency, leads[0], messages=60)
    page = open_lead(**DESK)
    page.evaluate("window.scrollTo(0, 2000)")

    who, first = boxes(page, "#lead-head h1", "#lead-head .button--primary")

    assert 0 <= who["y"] < 60
    assert first["y"] < 160
    before = page.evaluate("scrollY")
    page.get_by_role("button", name="No answer").focus()
    page.keyboard.press("Tab")
    assert page.evaluate("scrollY") == before


def test_on_a_phone_number_and_acts_lie_at_the_thumb(open_lead, leads, agency):
    make_conversation(agency, leads[0], messages=60)
    page = open_lead(**PHONE)

    for scrolled in (0, 1500):
        page.evaluate(f"window.scrollTo(0, {scrolled})")
        call, first = boxes(page, ".bar__phone .button", "#lead-head .button--primary")
        assert 844 * 0.7 < call["y"] < first["y"] < 844 - 56


# Of each control of the bar that is seen: its words, its box, and whether it is a word in a line.
CONTROLS = """() => [...document.querySelectorAll("#lead-head :is(a, button, summary)")]
  .filter((control) => control.checkVisibility({visibilityProperty: true}))
  .map((control) => {
    const { left, right, width, height } = control.getBoundingClientRect();
    const isWord = control.matches(".contact__link");
    return { words: control.innerText, left, right, width, height, isWord };
  })"""


@pytest.mark.parametrize(
    ("is_phone", "widths", "least"),
    [(True, (320, 390, 600), 44), (False, (768, 1024, 1366, 1920), 24)],
)
def test_nothing_of_the_bar_is_cut_or_too_small_to_be_hit(open_lead, is_phone, widths, least):
    page = open_lead(has_touch=is_phone)

    for width in widths:
        page.set_viewport_size({"width": width, "height": 800})
        controls = page.evaluate(CONTROLS)
        assert len(controls) >= 5
        for control in controls:
            said = f"at {width}: {control}"
            smaller = min(control["width"], control["height"])
            assert control["isWord"] or smaller >= least - 0.5, said
            assert control["left"] >= 0, said
            assert control["right"] <= width + 0.5, said
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_no_width_pulls_the_address_apart_for_what_stands_beside_it(open_lead, leads, agency):
    leads[0].assignee = make_user(agency, name="Bartholomew Featherstonehaugh")
    leads[0].follow_up_on = today() + timedelta(days=200)
    leads[0].save(update_fields=["assignee", "follow_up_on"])
    page = open_lead()

    for width in (768, 800, 1024, 1080, 1180, 1280, 1366, 1440, 1920):
        page.set_viewport_size({"width": width, "height": 800})
        address, bar = boxes(page, ".bar__mail .contact__link", ".bar")
        assert address["height"] < 30, width
        assert bar["height"] < 192, width  # what the page keeps free below its head


def test_each_menu_has_room_on_a_tablet(open_lead):
    page = open_lead()

    for width in (768, 1024):
        page.set_viewport_size({"width": width, "height": 800})
        for menu in page.locator("#lead-head details").all():
            menu.locator("summary").click()
            box = menu.locator(".menu__panel").bounding_box()
            assert box["x"] >= 0, width
            assert box["x"] + box["width"] <= width
            name(page).click()


def test_each_menu_opens_within_the_screen(open_lead, findings):
    for options in (PHONE, DESK):
        page = open_lead(**options)
        for number, menu in enumerate(page.locator("#lead-head details").all()):
            menu.locator("summary").click()
            panel = menu.locator(".menu__panel")
            expect(panel).to_be_visible()
            box = panel.bounding_box()
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= options["viewport"]["width"]
            assert box["y"] >= 0
            # The page around it is looked at in the walk of all pages.
            findings.look(page, f"menu {number}, {options['viewport']}", within="details[open]")
        expect(page.locator("#lead-head details[open]")).to_have_count(1)
        name(page).click()
        expect(page.locator("#lead-head details[open]")).to_have_count(0)


def test_the_number_and_the_e_mail_stand_whole(open_lead):
    page = open_lead(**PHONE)

    expect(page.locator(".bar__phone")).to_contain_text("07700 900123")
    expect(page.get_by_role("link", name="Call")).to_have_attribute("href", "tel:+447700900123")
    expect(page.locator(".bar__mail")).to_contain_text("sian@example.com")
    expect(page.get_by_role("link", name="Write")).to_have_attribute(
        "href", re.compile("^mailto:sian@example.com$")
    )
