"""What ends a session or a key's use ends it in every process, at the next request."""

import httpx
import pytest

from organisations.actors import Actor
from organisations.agency import account
from organisations.models import Session
from organisations.team.people import deactivate
from tests.factories import make_key, make_organisation, make_user
from tests.servers import serve
from tests.signing_in import cookie_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module")
def servers(django_db_setup):
    """Two processes that know nothing of each other, nor of this one."""
    with serve() as one, serve() as other, httpx.Client(timeout=20) as web:

        def statuses(path: str, headers: dict[str, str]) -> list[int]:
            return [web.get(at + path, headers=headers).status_code for at in (one, other)]

        yield statuses


def session_of(person) -> dict[str, str]:
    """The header of a browser in which the person signed in, in this process."""
    ((name, key),) = cookie_of(person).items()
    return {"Cookie": f"{name}={key}"}


def test_no_process_serves_a_deactivated_person_or_a_closed_agency_once_more(servers):
    agency = make_organisation()
    admin, agent = make_user(agency, role="admin"), make_user(agency)
    _, text = make_key(agency)
    by_admin, by_agent = session_of(admin), session_of(agent)
    by_key = {"Authorization": f"Bearer {text}"}
    assert servers("/settings/profile/", by_agent) == [200, 200]

    deactivate(agent, by=Actor.for_person(admin))
    assert servers("/settings/profile/", by_agent) == [302, 302]
    assert servers("/settings/profile/", by_admin) == [200, 200]
    assert servers("/api/v1/leads", by_key) == [200, 200]

    account.close(agency, by=Actor.for_person(admin))
    assert servers("/settings/profile/", by_admin) == [302, 302]
    assert servers("/api/v1/leads", by_key) == [401, 401]


def test_signing_out_everywhere_and_a_mark_in_the_database_are_felt_as_soon(servers):
    organisation = make_organisation()
    gone, left, stays = (make_user(organisation) for _ in range(3))
    sessions = [session_of(person) for person in (gone, left, stays)]

    def shown() -> list[list[int]]:
        return [servers("/leads/", session) for session in sessions]

    assert shown() == [[200, 200], [200, 200], [200, 200]]

    gone.is_active = False
    gone.save(update_fields=["is_active"])
    assert shown() == [[302, 302], [200, 200], [200, 200]]
    Session.objects.of(left).delete()
    assert shown() == [[302, 302], [302, 302], [200, 200]]
    account.close(organisation)
    assert shown() == [[302, 302], [302, 302], [302, 302]]
