"""Pages of an agency that has no lead yet say how the first comes, and wait for it."""

import pytest

from tests.factories import arrived_lead, make_lead

pytestmark = pytest.mark.django_db

FRAGMENT = {"HX-Request": "true"}
EMPTY_PAGES = ["/", "/leads/"]


def test_nothing_is_there_until_the_first_lead_is(signed_in, agency, other_agency):
    make_lead(other_agency, name="Theirs")
    assert signed_in.get("/leads/first/", headers=FRAGMENT).status_code == 204
    lead = arrived_lead(agency, name="Siân")
    arrived_lead(agency, name="Later")

    answer = signed_in.get("/leads/first/", headers=FRAGMENT)

    assert f'href="/leads/{lead.id}/"' in answer.content.decode()
    assert "first lead is here" in answer["HX-Trigger"]


@pytest.mark.parametrize("path", EMPTY_PAGES)
def test_an_admin_is_led_to_the_first_capture(signed_in_admin, path):
    page = signed_in_admin.get(path).content.decode()

    assert "/settings/api-keys/first-lead/" in page
    assert "Waiting for your first lead" in page


@pytest.mark.parametrize("path", EMPTY_PAGES)
def test_an_agent_reads_who_makes_the_key(signed_in, path):
    page = signed_in.get(path).content.decode()

    assert "An admin of your agency makes the API key" in page
    assert "/settings/api-keys/first-lead/" not in page
    assert "Waiting for your first lead" in page


@pytest.mark.parametrize("path", EMPTY_PAGES)
def test_on_starter_the_plan_is_said_and_nothing_is_awaited(signed_in_admin, agency, path):
    agency.plan = "starter"
    agency.save(update_fields=["plan"])

    page = signed_in_admin.get(path).content.decode()

    assert "Starter plan, which has no API" in page
    assert "Waiting for your first lead" not in page
