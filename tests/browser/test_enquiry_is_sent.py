"""The hosted form in Chromium: alone, without script, on a phone, in a frame of another site."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import Page, expect

from conversations.intake import stamps
from conversations.intake_addresses import IntakeAddress
from leads.models import Lead
from tests.factories import make_intake

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def address(agency, monkeypatch) -> IntakeAddress:
    monkeypatch.setattr(stamps, "SOONEST", 0)
    return make_intake(
        agency,
        line="Tell us what you look for; we answer within the hour.",
        privacy_url="https://www.harbour-vale.example/privacy",
        consent_wording="Send me homes like this one by e-mail",
    )


@pytest.fixture
def website() -> Iterator[ThreadingHTTPServer]:
    """An agency's own site, on another origin; what it shows is set by the test."""

    class Site(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = getattr(self.server, "page", "").encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def fill_in(page) -> None:
    """As a person does; `page` may be a frame."""
    page.get_by_label("I want to").select_option("Rent")
    page.get_by_label("Area").fill("Didsbury")
    page.get_by_label("Name").fill("Amara Osei")
    page.get_by_role("textbox", name="E-mail").fill("amara@example.com")
    page.get_by_label("Send me homes").check()


def is_here(lead: Lead) -> bool:
    return (lead.name, lead.intent, lead.marketing_consent) == ("Amara Osei", "rent", "granted")


def test_it_is_filled_in_by_keyboard_and_sent(open_browser, address, findings):
    page: Page = open_browser()
    page.goto(address.path)
    findings.look(page, "form")
    assert not page.get_by_label("Send me homes").is_checked()

    page.get_by_label("I want to").focus()
    page.keyboard.type("Rent")
    for words in ("", "Didsbury", "2", "1200", "Amara Osei", "amara@example.com"):
        page.keyboard.press("Tab")
        page.keyboard.type(words)
    page.get_by_label("Send me homes").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
    findings.look(page, "thanks")
    assert is_here(Lead.objects.get())


def test_it_works_without_script_and_names_what_is_missing(open_browser, address):
    page: Page = open_browser(changed=True, java_script_enabled=False)
    page.goto(address.path)
    fill_in(page)
    page.get_by_role("textbox", name="E-mail").fill("")
    page.get_by_role("button", name="Send").click()

    expect(page.get_by_role("alert")).to_contain_text("Give an e-mail address or a phone number")
    expect(page.get_by_label("Area")).to_have_value("Didsbury")
    page.get_by_role("textbox", name="E-mail").fill("amara@example.com")
    page.get_by_role("button", name="Send").click()

    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
    assert is_here(Lead.objects.get())


def test_on_a_narrow_phone_nothing_is_wider_than_the_screen(open_browser, address):
    page: Page = open_browser(viewport={"width": 320, "height": 640})
    page.goto(address.path)

    assert page.evaluate("document.documentElement.scrollWidth") == 320


def test_a_listed_site_frames_it_as_high_as_it_is(open_browser, address, website, live_server):
    origin = f"http://127.0.0.1:{website.server_port}"
    IntakeAddress.objects.update(frame_sites=[origin])
    website.page = (
        "<!doctype html><title>Homes</title><h1>Elm Grove</h1>"
        f'<script src="{live_server.url}{address.path}/embed.js" data-property-ref="HV-7"></script>'
    )
    page: Page = open_browser()
    page.goto(f"{origin}/homes/7?utm_campaign=spring")
    frame = page.frame_locator("iframe")
    fill_in(frame)

    high = page.locator("iframe").evaluate("frame => Number(frame.height)")
    inner = frame.locator("body").evaluate("body => body.getBoundingClientRect().height")
    assert abs(high - inner) <= 1
    frame.get_by_role("button", name="Send").click()

    expect(frame.get_by_role("heading", name="Thank you")).to_be_visible()
    lead = Lead.objects.get()
    assert is_here(lead)
    assert (lead.property_ref, lead.campaign) == ("HV-7", "spring")
    assert lead.origin_url == f"{origin}/homes/7?utm_campaign=spring"


def test_another_site_shows_nothing_of_it(chromium, address, website, live_server):
    website.page = f'<iframe src="{live_server.url}{address.path}"></iframe>'
    page = chromium.new_page()

    with page.expect_event("console", lambda message: "frame-ancestors" in message.text):
        page.goto(f"http://127.0.0.1:{website.server_port}/")

    expect(page.frame_locator("iframe").get_by_role("button", name="Send")).to_have_count(0)
    page.context.close()
