"""What an agent may not: pages of admins, whatever the method, the form and the header."""

import pytest
from django.test import Client

from tests.factories import make_user
from tests.security.conftest import everything_of, forms_of, taken_back, url_of
from tests.test_every_route import PAGES

# Pages under /settings/ that are everybody's own.
OWN = ("settings/", "settings/profile/")
ADMINS_LEAD_PAGES = ("leads/<uuid:lead_id>/erase/", "leads/<uuid:lead_id>/export.json")


def is_for_admins(pattern: str) -> bool:
    if pattern.startswith("settings/"):
        return pattern != OWN[0] and not pattern.startswith(OWN[1:])
    return pattern in ADMINS_LEAD_PAGES


FOR_ADMINS = [route for route in PAGES if is_for_admins(route.pattern)]


@pytest.fixture
def answers(agency, ours):
    """What a person gets on each admins' route, and whether the agency's rows changed by it."""

    def ask(person) -> dict[tuple[str, str], int]:
        forms, statuses = forms_of(ours), {}
        client = Client(raise_request_exception=False)
        client.force_login(person)
        before = everything_of(agency)
        for route in FOR_ADMINS:
            for method in ("get", "post"):
                with taken_back(client):
                    answer = getattr(client, method)(
                        url_of(route, ours),
                        forms.get(route.pattern, {}) if method == "post" else {},
                        headers={"X-Role": "admin"},
                    )
                    if answer.status_code == 403:
                        assert everything_of(agency) == before
                statuses[method, route.pattern] = answer.status_code
        return statuses

    return ask


def test_an_agent_gets_403_where_an_admin_gets_the_page(answers, admin, agent):
    admins, agents = answers(admin), answers(agent)

    assert len(FOR_ADMINS) >= 6
    assert 403 not in admins.values()
    # 405: not a method of the page, for nobody.
    assert {key: status for key, status in agents.items() if status != 403} == {
        key: status for key, status in admins.items() if status == 405 and agents[key] == 405
    }


def test_an_admin_who_was_made_an_agent_is_one_at_the_next_request(client, agency, admin):
    make_user(agency, role="admin")  # an agency keeps one
    client.force_login(admin)
    assert client.get("/settings/audit/").status_code == 200

    type(admin).objects.filter(pk=admin.pk).update(role="agent")

    assert client.get("/settings/audit/").status_code == 403
