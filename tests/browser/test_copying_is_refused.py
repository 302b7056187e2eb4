"""A browser that does not allow copying: everybody is told, beside the button and aloud."""

import pytest
from playwright.sync_api import Page, expect

from tests.factories import make_lead
from tests.signing_in import signed_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
REFUSED = """Object.defineProperty(navigator, "clipboard", {
  value: {writeText: () => Promise.reject(new DOMException("", "NotAllowedError"))},
})"""


@pytest.fixture
def page(open_browser) -> Page:
    page = open_browser(changed=True, viewport={"width": 1366, "height": 768})
    page.add_init_script(REFUSED)
    return page


def test_a_number_that_is_not_copied_stands_beside_its_button(page, agency, agent):
    make_lead(agency, name="Siân", phone="+447700900123")
    signed_in(page, agent).goto("/leads/")
    button = page.get_by_role("button", name="Copy phone number")

    button.click()

    said = "Not copied: the browser did not allow it. Copy it by hand: +447700900123"
    note = page.locator(".not-copied")
    expect(note).to_have_text(said)
    expect(page.locator("#live")).to_have_text(said)
    assert abs(note.bounding_box()["y"] - button.bounding_box()["y"]) < 60
    page.get_by_role("heading", level=1).click()
    expect(note).to_have_count(0)


def test_code_that_is_not_copied_is_selected(page):
    page.goto("/api/docs/")

    page.get_by_role("button", name="Copy A first call, curl").click()

    expect(page.locator(".not-copied")).to_contain_text("It is selected: copy it with Ctrl+C.")
    assert page.evaluate("getSelection().toString()").startswith("curl ")
