"""The Team tab with scripts: what was pressed stays where it is."""

import pytest
from playwright.sync_api import expect

from tests.factories import make_organisation, make_user
from tests.signing_in import signed_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_role_is_changed_in_place_and_a_person_let_go_after_a_question(open_browser):
    agency = make_organisation()
    admin = make_user(agency, role="admin", name="Ada Admin")
    make_user(agency, name="Amir Agent")
    page = signed_in(open_browser(), admin)
    page.goto("/settings/team/")
    change = page.get_by_role("button", name="Change role of Amir Agent")

    page.get_by_label("Role of Amir Agent").select_option("Admin")
    change.press("Enter")

    expect(page.locator("#live")).to_have_text("Amir Agent is now an admin.")
    expect(change).to_be_focused()
    expect(page.get_by_label("Role of Amir Agent")).to_have_value("admin")
    expect(page.get_by_role("link", name="Leave")).to_be_visible()  # there is another admin now

    page.get_by_role("link", name="Deactivate Amir Agent").click()
    question = page.get_by_role("dialog")
    expect(question.get_by_role("link", name="Cancel")).to_be_focused()
    question.get_by_role("button", name="Deactivate Amir Agent").click()

    expect(page.get_by_text("Amir Agent is deactivated")).to_be_visible()
    expect(page.get_by_role("link", name="Reactivate Amir Agent")).to_be_visible()
