"""A slow form that is pressed twice: it acts once, and its answer is seen."""

import threading
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from apikeys.models import ApiKey
from organisations.models import Organisation
from tests.factories import make_key, make_organisation, make_user
from tests.signing_in import signed_in
from tests.waiting import wait_until_somebody_waits_for

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

KEYS = "/settings/api-keys/"
# The page that answers can be asked what stood on the one before when it was left.
LEAVES_A_NOTE = """
  addEventListener("pagehide", () => {
    const pressed = document.querySelector("[aria-busy=true]:disabled");
    sessionStorage.setItem("pressed", pressed?.textContent.trim());
  });
"""


class Making:
    """The making of a key, which takes until it is told to end."""

    def __init__(self) -> None:
        self.begun, self.may_end = threading.Event(), threading.Event()


class Hand:
    """Presses a button where it is seen, waits for nothing, and presses whether it may or not.

    What Playwright presses it waits for, and so would never press twice.
    """

    def __init__(self, button: Locator) -> None:
        button.scroll_into_view_if_needed()
        box = button.bounding_box()
        self.mouse = button.page.mouse
        self.place = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)

    def press(self) -> None:
        self.mouse.click(*self.place)


@pytest.fixture
def making(monkeypatch) -> Iterator[Making]:
    making, save = Making(), ApiKey.save

    def save_slowly(key, **how):
        save(key, **how)
        making.begun.set()
        making.may_end.wait(30)

    monkeypatch.setattr(ApiKey, "save", save_slowly)
    yield making
    making.may_end.set()


def shown_key(page: Page) -> str:
    field = page.get_by_label("API key", exact=True)
    expect(field).to_be_visible()
    return field.input_value()


def new_key(page: Page, agency: Organisation) -> Locator:
    page.goto(KEYS)
    page.get_by_label("Name").fill("CRM sync")
    return page.get_by_role("button", name="Create key")


def rolled_key(page: Page, agency: Organisation) -> Locator:
    page.goto(f"{KEYS}{agency.api_keys.get().id}/roll/")
    return page.get_by_role("button", name="Roll CRM sync")


@pytest.mark.parametrize("script", [True, False])
@pytest.mark.parametrize("form", [new_key, rolled_key])
def test_one_key_is_made_and_its_text_is_seen(open_browser, request, form, script):
    agency = make_organisation()
    if form is rolled_key:
        make_key(agency, name="CRM sync")
    making = request.getfixturevalue("making")
    page = open_browser(java_script_enabled=script)
    hand = Hand(form(signed_in(page, make_user(agency, role="admin")), agency))
    before, posted = ApiKey.objects.count(), []
    page.on("request", lambda asked: asked.method == "POST" and posted.append(asked.url))

    hand.press()
    assert making.begun.wait(30)
    hand.press()
    if not script:
        wait_until_somebody_waits_for("transactionid")
    making.may_end.set()

    shown = shown_key(page)
    assert ApiKey.objects.count() == before + 1
    assert ApiKey.objects.get(name="CRM sync").prefix == shown[:16]
    assert len(posted) == (1 if script else 2)


def test_what_was_pressed_cannot_be_pressed_until_its_answer_is_there(open_browser):
    agency = make_organisation()
    page = signed_in(open_browser(), make_user(agency, role="admin"))
    button = new_key(page, agency)
    page.evaluate(LEAVES_A_NOTE)

    button.click()
    shown_key(page)

    assert page.evaluate("sessionStorage.getItem('pressed')") == "Create key"
    expect(page.get_by_role("button", name="Create key")).to_be_enabled()


def test_back_on_the_page_the_button_can_be_pressed_again(open_browser):
    agency = make_organisation()
    page = signed_in(open_browser(), make_user(agency, role="admin"))
    new_key(page, agency).click()
    shown_key(page)

    page.go_back()

    expect(page.get_by_role("button", name="Create key")).to_be_enabled()
