"""A key is made, copied, and deleted after a question."""

from contextlib import suppress

import pytest
from playwright.sync_api import Error, expect

from apikeys.models import ApiKey
from tests.signing_in import signed_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_key_is_made_copied_and_deleted_after_a_question(open_browser, admin, agency):
    page = open_browser(permissions=["clipboard-write"])
    signed_in(page, admin)
    page.goto("/settings/api-keys/")
    page.get_by_label("Name").fill("CRM sync")
    page.get_by_role("button", name="Create key").click()

    expect(page.locator(".shown-once")).to_be_focused()
    page.get_by_role("button", name="Copy").first.click()
    expect(page.locator("#live")).to_have_text("Copied")
    expect(page.get_by_role("button", name="Copied the key")).to_be_visible()
    key = page.get_by_label("API key", exact=True).input_value()
    page.get_by_label("Name").click()
    page.keyboard.press("ControlOrMeta+V")
    expect(page.get_by_label("Name")).to_have_value(key)

    page.get_by_role("link", name="I have stored it").click()
    assert key not in page.content()
    with suppress(Error):  # Chromium asks whether to send the form again, on a page of its own
        page.go_back()
    assert key not in page.content()
    page.goto("/settings/api-keys/")

    delete = page.get_by_role("link", name="Delete CRM sync")
    delete.click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("link", name="Cancel")).to_be_focused()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(delete).to_be_focused()
    assert ApiKey.objects.unrevoked().exists()

    delete.click()
    dialog.get_by_role("button", name="Delete CRM sync").click()
    expect(page.locator(".row--deleted")).to_contain_text("CRM sync")
    assert not ApiKey.objects.unrevoked().exists()
