"""Passkeys in Chromium, with a device of its own making: added, signed in with, asked again."""

from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import CDPSession, Page, expect

from organisations.models import Passkey
from organisations.signing_in import two_step
from tests.factories import make_organisation, make_passkey, make_user
from tests.signing_in import let_proof_grow_old, sign_in_by_form, signed_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PAGE = "/settings/profile/two-step/"


@pytest.fixture(autouse=True)
def _own_address(live_server, settings):
    settings.SIFT_URL = live_server.url


class Device:
    """The browser's own authenticator (CDP's WebAuthn): it says yes at once, or not at all."""

    def __init__(self, page: Page) -> None:
        self.asks: CDPSession = page.context.new_cdp_session(page)
        self.asks.send("WebAuthn.enable")
        options = {
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": True,
            "automaticPresenceSimulation": True,
        }
        answer = self.asks.send("WebAuthn.addVirtualAuthenticator", {"options": options})
        self.which = {"authenticatorId": answer["authenticatorId"]}

    def credentials(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.asks.send("WebAuthn.getCredentials", self.which)[
            "credentials"
        ]
        return found

    def take(self, credentials: list[dict[str, Any]]) -> None:
        """Have another device's credentials in place of its own."""
        self.asks.send("WebAuthn.clearCredentials", self.which)
        for credential in credentials:
            said = {**self.which, "credential": credential}
            self.asks.send("WebAuthn.addCredential", said)

    def does_not_know_its_person(self) -> None:
        self.asks.send("WebAuthn.setUserVerified", {**self.which, "isUserVerified": False})


def add(page: Page, name: str) -> None:
    page.goto(PAGE)
    page.get_by_role("button", name="Add a passkey").click()
    page.get_by_label("Name").fill(name)
    page.get_by_role("button", name="Add it").click()


def is_at(page: Page, heading: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(heading)


def test_a_passkey_is_added_signed_in_with_and_removed(open_browser, findings):
    person = make_user(make_organisation())
    page = signed_in(open_browser(), person)
    device = Device(page)
    add(page, "This laptop")
    is_at(page, "Two-step sign-in is on")
    expect(page.locator(".codes li")).to_have_count(10)
    page.get_by_role("link", name="I have stored them").click()
    expect(page.get_by_role("rowheader", name="This laptop")).to_be_visible()
    findings.look(page, "two-step sign-in by a passkey")
    page.context.clear_cookies()

    sign_in_by_form(page, person)
    is_at(page, "Second step")
    findings.look(page, "second step, by a passkey")
    page.get_by_role("button", name="Use a passkey").click()
    is_at(page, "Today")

    page.goto(PAGE)
    page.get_by_role("button", name="Remove This laptop").click()
    is_at(page, "Two-step sign-in is off")
    assert device.credentials() != []
    assert not Passkey.objects.exists()


def test_a_removed_passkey_no_longer_works(open_browser):
    person = make_user(make_organisation())
    page = signed_in(open_browser(), person)
    device = Device(page)
    add(page, "Old")
    is_at(page, "Two-step sign-in is on")
    removed = device.credentials()
    device.take([])
    add(page, "New")
    is_at(page, "Two-step sign-in is on")
    page.get_by_role("button", name="Remove Old").click()
    expect(page.get_by_text("The passkey is removed.")).to_be_visible()
    page.context.clear_cookies()
    device.take(removed)

    sign_in_by_form(page, person)
    page.get_by_role("button", name="Use a passkey").click()

    expect(page.get_by_role("alert")).to_have_text(
        "Nothing was confirmed. Try again when you are ready."
    )
    is_at(page, "Second step")


def test_another_persons_passkey_does_not_work(open_browser):
    agency = make_organisation()
    person, colleague = make_user(agency), make_user(agency)
    theirs, page = signed_in(open_browser(), colleague), signed_in(open_browser(), person)
    their_device, device = Device(theirs), Device(page)
    for one, name in ((theirs, "Theirs"), (page, "Mine")):
        add(one, name)
        is_at(one, "Two-step sign-in is on")
    page.context.clear_cookies()
    device.take(their_device.credentials())
    sign_in_by_form(page, person)
    is_at(page, "Second step")
    # The browser has none that the page asks for; so the page is made to ask for theirs.
    page.evaluate(
        """() => {
          const button = document.querySelector("[data-uses-passkey]");
          const asked = JSON.parse(button.dataset.usesPasskey);
          button.dataset.usesPasskey = JSON.stringify({ ...asked, allowCredentials: [] });
        }"""
    )

    page.get_by_role("button", name="Use a passkey").click()

    expect(page.get_by_text("This passkey did not work.")).to_be_visible()
    is_at(page, "Second step")


def test_an_answer_is_not_taken_twice(open_browser):
    person = make_user(make_organisation())
    page = signed_in(open_browser(), person)
    Device(page)
    add(page, "This laptop")
    is_at(page, "Two-step sign-in is on")
    page.context.clear_cookies()
    sign_in_by_form(page, person)
    with page.expect_request(lambda request: request.method == "POST") as sent:
        page.get_by_role("button", name="Use a passkey").click()
    is_at(page, "Today")
    page.context.clear_cookies()
    sign_in_by_form(page, person)
    is_at(page, "Second step")
    answer = sent.value.post_data_json["passkey"]

    page.evaluate(
        """(answer) => {
          const form = document.querySelector("[data-uses-passkey]").form;
          form.passkey.value = answer;
          form.noValidate = true;
          form.requestSubmit();
        }""",
        answer,
    )

    expect(page.get_by_text("This passkey did not work.")).to_be_visible()


def test_a_recent_sign_in_is_proved_by_a_passkey_also_where_htmx_asks(open_browser):
    person = make_user(make_organisation())
    page = signed_in(open_browser(), person)
    Device(page)
    add(page, "This laptop")
    is_at(page, "Two-step sign-in is on")
    page.goto(PAGE)
    browser = Client()
    cookies = {one["name"]: one["value"] for one in page.context.cookies("http://localhost")}
    browser.cookies["sift_session"] = cookies["sift_session"]
    let_proof_grow_old(browser)

    page.evaluate(f"htmx.ajax('POST', '{PAGE}off/', {{source: 'main form'}})")
    is_at(page, "Confirm that it is you")
    page.get_by_role("button", name="Use a passkey").click()

    is_at(page, "Two-step sign-in is off")
    assert not two_step.is_on(person)


def test_a_device_that_does_not_know_its_person_adds_nothing(open_browser):
    page = signed_in(open_browser(), make_user(make_organisation()))
    Device(page).does_not_know_its_person()

    add(page, "Not mine")

    expect(page.get_by_role("alert")).to_be_visible()
    is_at(page, "Add a passkey")
    assert not Passkey.objects.exists()


def test_without_script_the_code_field_stays(open_browser):
    person = make_user(make_organisation())
    page = open_browser(java_script_enabled=False)
    make_passkey(person)

    sign_in_by_form(page, person)

    expect(page.get_by_label("Code")).to_be_visible()
    expect(page.get_by_role("button", name="Use a passkey")).to_be_hidden()
