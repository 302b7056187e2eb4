"""Fixtures that every test may ask for."""

from collections.abc import Callable, Iterator

import pytest
from django.core.cache import cache
from django.core.mail import EmailMessage
from django.db import connection
from django.test import Client

from apikeys import call_log
from organisations.models import Organisation, User
from tests.factories import make_organisation, make_user
from tests.servers import chromium_program, redis_program, redis_server


@pytest.fixture(autouse=True)
def _fresh_counters():
    """Rate limits count in the cache: each test starts from nothing."""
    cache.clear()


@pytest.fixture(autouse=True)
def _no_calls_left_behind():
    """What a test's keys were used for is not written into another test's database."""
    yield
    call_log.forget()


@pytest.fixture
def agency(db) -> Organisation:
    return make_organisation(name="Harbour & Vale", slug="harbour-vale")


@pytest.fixture
def other_agency(db) -> Organisation:
    return make_organisation(name="Northgate Homes", slug="northgate")


@pytest.fixture
def admin(agency) -> User:
    return make_user(agency, role="admin", name="Ada Admin")


@pytest.fixture
def agent(agency) -> User:
    return make_user(agency, role="agent", name="Amir Agent")


@pytest.fixture
def signed_in(client: Client, agent: User) -> Client:
    """A browser in which the agency's agent is signed in."""
    client.force_login(agent)
    return client


@pytest.fixture
def signed_in_admin(client: Client, admin: User) -> Client:
    client.force_login(admin)
    return client


@pytest.fixture
def letters(mailoutbox: list[EmailMessage]) -> Callable[[], list[EmailMessage]]:
    """The letters sent by now. They wait for a commit, and a test's transaction never commits: what
    has waited by the time of asking is done then."""

    def sent() -> list[EmailMessage]:
        waiting, connection.run_on_commit = connection.run_on_commit, []
        for _, act, _ in waiting:
            act()
        return mailoutbox

    return sent


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """A real Redis server, one for each test process; mark its tests `redis`."""
    program = redis_program()
    if program is None:
        pytest.skip("no Redis server on this machine: install redis-server (README, Tests)")
    with redis_server(program) as url:
        yield url


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """Where Chromium lies; mark its tests `browser`."""
    path = chromium_program()
    if path is None:
        pytest.skip("no Chromium on this machine: install chromium (README, Tests)")
    return path
