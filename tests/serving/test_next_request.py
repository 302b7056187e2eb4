"""Deactivating and closing act on the next request in every process."""

import httpx
import pytest
from django.conf import settings
from django.test import Client

from organisations.actors import Actor
from organisations.agency import account
from organisations.team.people import deactivate
from tests.factories import make_key, make_organisation, make_user
from tests.servers import serve

pytestmark = pytest.mark.django_db(transaction=True)


def session_of(person) -> dict[str, str]:
    client = Client()
    client.force_login(person)
    name = settings.SESSION_COOKIE_NAME
    return {"Cookie": f"{name}={client.cookies[name].value}"}


def test_no_process_serves_a_deactivated_person_or_a_closed_agency_once_more():
    agency = make_organisation()
    admin, agent = make_user(agency, role="admin"), make_user(agency)
    _, text = make_key(agency)
    by_admin, by_agent = session_of(admin), session_of(agent)
    by_key = {"Authorization": f"Bearer {text}"}
    with serve() as one, serve() as other, httpx.Client(timeout=20) as web:

        def statuses(path: str, headers: dict[str, str]) -> list[int]:
            return [web.get(at + path, headers=headers).status_code for at in (one, other)]

        assert statuses("/settings/profile/", by_agent) == [200, 200]

        deactivate(agent, by=Actor.for_person(admin))
        assert statuses("/settings/profile/", by_agent) == [302, 302]
        assert statuses("/settings/profile/", by_admin) == [200, 200]
        assert statuses("/api/v1/leads", by_key) == [200, 200]

        account.close(agency, by=Actor.for_person(admin))
        assert statuses("/settings/profile/", by_admin) == [302, 302]
        assert statuses("/api/v1/leads", by_key) == [401, 401]
