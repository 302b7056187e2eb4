"""Fixtures that every test may ask for."""

import io
import os
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.contrib.contenttypes.management import create_contenttypes
from django.core.cache import cache
from django.core.mail import EmailMessage
from django.core.management import call_command
from django.db import connection
from django.db.models.signals import post_migrate
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django_ratelimit import core as ratelimit

from apikeys import call_log
from foundation.web import counters
from organisations.models import Organisation, User
from tests import bytecode, clean_slate
from tests.factories import make_organisation, make_user
from tests.letters import send_letters
from tests.migrated_once import copy_what_is_migrated
from tests.servers import chromium_program, nginx_program, redis_program, redis_server
from tests.signing_in import let_in

bytecode.keep()
# Sift asks for no content types and no permissions of Django's, and a test whose rows are committed
# would have them all written anew when it ends.
post_migrate.disconnect(create_contenttypes)
post_migrate.disconnect(dispatch_uid="django.contrib.auth.management.create_permissions")
clean_slate.install()
# Another thread would not see the rows of a test that never commits; servers of tests have theirs.
settings.AFTER_ANSWER_IN_A_THREAD = False
# Nor does one write keys' calls by itself, into whatever test runs by then: tests of it start it.
call_log._writer = threading.current_thread()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, django_db_blocker: Any
) -> None:
    """pytest-django's: what the test database's settings are, before it is made."""
    copy_what_is_migrated(django_db_blocker.unblock())


_machines_time = time.time


class _Clock:
    """What rate limits take for the time: it stands still, until a test moves it or `time.time`."""

    def __init__(self) -> None:
        self._began = _machines_time()

    def time(self) -> float:
        return self._began if time.time is _machines_time else time.time()


@pytest.fixture(autouse=True)
def _fresh_counters(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rate limits count in the cache: each test starts from nothing, and is in one window."""
    cache.clear()
    counters.forget_own()
    for limiter in (ratelimit, counters):
        monkeypatch.setattr(limiter, "time", _Clock())


@pytest.fixture(scope="session")
def server_role(django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:
    """The role with the server's rights, in this process's test database."""
    role = f"sift_test_server_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"
    with django_db_blocker.unblock():
        call_command("grant_server_role", role, stdout=io.StringIO())
    yield role
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(f"DROP OWNED BY {role}")
        cursor.execute(f"DROP ROLE {role}")


@pytest.fixture(scope="session", autouse=True)
def _acts_as(request: pytest.FixtureRequest) -> str | None:
    """With SIFT_TEST_AS_SERVER, tests ask the database as the server's role, not as its owner.

    What a test does to the tables themselves then fails: it is for a look at what the server does.
    The role is made before any test's transaction, which would take it away again.
    """
    wanted = os.environ.get("SIFT_TEST_AS_SERVER")
    return request.getfixturevalue("server_role") if wanted else None


@pytest.fixture(autouse=True)
def _as_the_server(request: pytest.FixtureRequest, _acts_as: str | None) -> Iterator[None]:
    marked = request.node.get_closest_marker("django_db")
    if _acts_as is None or marked is None:
        yield
        return
    request.getfixturevalue("transactional_db" if marked.kwargs.get("transaction") else "db")
    with connection.cursor() as cursor:
        cursor.execute(f"SET ROLE {_acts_as}")
    yield
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")


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
    let_in(client, agent)
    return client


@pytest.fixture
def signed_in_admin(client: Client, admin: User) -> Client:
    let_in(client, admin)
    return client


@pytest.fixture
def letters(mailoutbox: list[EmailMessage]) -> Callable[[], list[EmailMessage]]:
    """The letters written by now, sent as the worker does; what waits for a commit is done first,
    for a test's transaction never commits."""

    def sent() -> list[EmailMessage]:
        waiting, connection.run_on_commit = connection.run_on_commit, []
        for _, act, _ in waiting:
            act()
        send_letters()
        return mailoutbox

    return sent


@pytest.fixture
def statements_of() -> Callable[[Callable[[], Any]], int]:
    """How many SQL statements an act takes."""

    def count(act: Callable[[], Any]) -> int:
        with CaptureQueriesContext(connection) as captured:
            act()
        return len(captured)

    return count


@pytest.fixture
def letters_of(
    django_capture_on_commit_callbacks: Any, mailoutbox: list[Any]
) -> Callable[[Callable[[], Any]], tuple[Any, list[Any]]]:
    """What an act answers, and the letters that it writes, sent."""

    def of(act: Callable[[], Any]) -> tuple[Any, list[Any]]:
        send_letters()
        before = len(mailoutbox)
        with django_capture_on_commit_callbacks(execute=True):
            answer = act()
        send_letters()
        return answer, mailoutbox[before:]

    return of


@pytest.fixture
def meanwhile():
    """Start a function in a thread with a connection of its own; its result is waited for."""
    threads = []

    def start(function):
        result = []

        def run():
            try:
                result.append(function())
            finally:
                connection.close()

        thread = threading.Thread(target=run)
        thread.start()
        threads.append(thread)
        return lambda: (thread.join(120), result[0])[1]

    yield start
    for thread in threads:
        thread.join(60)


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """A real Redis server, one for each test process; mark its tests `redis`."""
    program = redis_program()
    if program is None:
        pytest.skip("no Redis server on this machine: install redis-server (README, Tests)")
    with redis_server(program) as url:
        yield url


@pytest.fixture(scope="session")
def nginx_path() -> str:
    """Where nginx lies; mark its tests `nginx`."""
    path = nginx_program()
    if path is None:
        pytest.skip("no nginx on this machine: install nginx-light (README, Tests)")
    return path


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """Where Chromium lies; mark its tests `browser`."""
    path = chromium_program()
    if path is None:
        pytest.skip("no Chromium on this machine: install chromium (README, Tests)")
    return path


@pytest.fixture(scope="session")
def plain_environment() -> dict[str, str]:
    """What a person's shell has: nothing of Sift's, nor of this test run's."""
    kept = {"PATH", "HOME", "LANG", "TMPDIR"}
    return {name: value for name, value in os.environ.items() if name in kept}
