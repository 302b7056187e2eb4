"""Reads from a streaming replica: whose, how old, and what is never read there."""

import contextlib
import logging
import time
from collections.abc import Iterator

import dj_database_url
import httpx
import pytest
from django.core.exceptions import MiddlewareNotUsed
from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.test import Client

from apikeys.models import ApiKey
from apikeys.revoking import revoke
from leads.models import Lead
from organisations.actors import Actor
from organisations.models import Session
from organisations.team.people import deactivate
from sift_site.serving import replicas
from tests.api.conftest import client_of, client_with
from tests.factories import arrived_lead, make_key, make_lead, make_organisation, make_user
from tests.servers import serve
from tests.serving.standby import Standby, embedded_server_runs_the_tests
from tests.signing_in import cookie_of
from tests.statements import statements_sent

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module")
def standby(django_db_setup) -> Iterator[Standby]:
    if not embedded_server_runs_the_tests():
        pytest.skip("needs the tests' own server, to make a replica of it: unset DATABASE_URL")
    one = Standby()
    one.remove()
    try:
        one.acquire()
        yield one
        one.release()
    finally:
        one.remove()


@pytest.fixture
def replica(transactional_db, standby, settings, monkeypatch) -> Iterator[Standby]:
    """This process reads from the standby, as settings have it with DATABASE_REPLICA_URL."""
    standby.catch_up()
    database = connections.settings["default"] | dj_database_url.parse(standby.database_url)
    monkeypatch.setitem(connections.settings, replicas.REPLICA, database)
    settings.DATABASE_ROUTERS = ["sift_site.serving.replicas.Router"]
    # Looked at whenever somebody asks; and however long a test takes, what it holds up is near.
    monkeypatch.setattr(replicas, "LOOK_EVERY", 0.0)
    monkeypatch.setattr(replicas, "LOOK_AGAIN_AFTER", 0.0)
    monkeypatch.setattr(replicas, "LONGEST_BEHIND", 600.0)
    replicas._watch.forget()
    monkeypatch.setattr(BaseDatabaseWrapper, "ensure_connection", _connected())
    yield standby
    connections[replicas.REPLICA].close()
    del connections[replicas.REPLICA]


def _connected():
    """Django's tests let nobody connect to a database that was not there when they began."""
    guarded = BaseDatabaseWrapper.ensure_connection

    def ensure_connection(self):
        if self.alias == replicas.REPLICA and self.connection is None:
            with self.wrap_database_errors:
                self.connect()
        else:
            guarded(self)

    return ensure_connection


@contextlib.contextmanager
def held_up(replica: Standby) -> Iterator[None]:
    """From now on what is committed does not reach the replica, which is known to be fresh."""
    become_fresh(replica)
    with replica.held_up():
        yield


def become_fresh(replica: Standby) -> None:
    """Return once the replica holds what is committed by now, and this process knows that."""
    replica.catch_up()
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        with replicas.reads_allowed(True):
            if replicas.alias() == replicas.REPLICA:
                return
    raise AssertionError("The replica does not catch up.")


def browser_of(person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def move(client: Client, lead: Lead) -> None:
    form = {"status": "contacted", "seen": lead.status}
    assert client.post(f"/leads/{lead.id}/status/", form).status_code == 303


def names_on_the_page(client: Client) -> str:
    answer = client.get("/leads/")
    assert answer.status_code == 200
    return answer.content.decode()


def names_by_api(client: Client) -> list[str]:
    answer = client.get("/api/v1/leads")
    assert answer.status_code == 200
    return [lead["name"] for lead in answer.json()["data"]]


def test_pages_come_from_the_replica_and_who_has_written_reads_their_own_write(agency, replica):
    writer, colleague = [browser_of(make_user(agency)) for _ in range(2)]
    lead = make_lead(agency, name="Early Bird")
    with held_up(replica):
        make_lead(agency, name="Late Comer")

        assert "Late Comer" not in names_on_the_page(writer)
        move(writer, lead)
        assert "Late Comer" in names_on_the_page(writer)
        page = names_on_the_page(colleague)
        assert "Late Comer" not in page
        assert "Early Bird" in page

    become_fresh(replica)
    assert "Late Comer" in names_on_the_page(colleague)


def test_a_page_bears_the_position_of_the_replica_that_it_was_read_from(agency, replica):
    """The primary's would be ahead of what the page shows: it would never ask for the rest."""
    person = browser_of(make_user(agency))
    arrived_lead(agency, name="Early Bird")
    with held_up(replica):
        arrived_lead(agency, name="Late Comer")

        page = person.get("/leads/").content.decode()
        assert "Late Comer" not in page
        assert 'data-position="1"' in page

    become_fresh(replica)
    assert person.get("/pulse?at=1").json()["position"] == 2


def test_lists_of_the_api_come_from_the_replica_but_for_an_agency_that_has_written(
    agency, other_agency, replica
):
    writer, reader = client_of(agency), client_of(other_agency)
    lead = make_lead(agency, name="Early Bird")
    with held_up(replica):
        for organisation in (agency, other_agency):
            make_lead(organisation, name="Late Comer")

        assert names_by_api(writer) == ["Early Bird"]
        answer = writer.patch(
            f"/api/v1/leads/{lead.id}/status",
            {"status": "contacted"},
            content_type="application/json",
        )
        assert answer.status_code == 200
        assert names_by_api(writer) == ["Late Comer", "Early Bird"]
        assert writer.get(f"/api/v1/leads/{lead.id}").json() == answer.json()
        assert names_by_api(client_of(agency)) == ["Late Comer", "Early Bird"]
        assert names_by_api(reader) == []


def test_a_revoked_key_and_a_deactivated_person_are_refused_while_the_replica_knows_nothing(
    agency, replica
):
    admin, agent = make_user(agency, role="admin"), make_user(agency)
    browser = browser_of(agent)
    key, text = make_key(agency)
    api = client_with(text)
    with held_up(replica):
        assert (browser.get("/leads/").status_code, api.get("/api/v1/leads").status_code) == (
            200,
            200,
        )

        deactivate(agent, by=Actor.for_person(admin))
        revoke(key, by=Actor.for_person(admin))

        assert replica.tells("SELECT revoked_at IS NULL FROM apikeys_apikey")
        assert (browser.get("/leads/").status_code, api.get("/api/v1/leads").status_code) == (
            302,
            401,
        )


def test_a_replica_that_is_too_far_behind_is_not_read(agency, replica, monkeypatch):
    browser, api = browser_of(make_user(agency)), client_of(agency)
    with held_up(replica):
        make_lead(agency, name="Late Comer")
        monkeypatch.setattr(replicas, "LONGEST_BEHIND", 0.0)

        assert "Late Comer" in names_on_the_page(browser)
        assert names_by_api(api) == ["Late Comer"]


@pytest.mark.parametrize("noticed", ["before it is read", "under a read"])
def test_without_its_replica_everybody_reads_the_primary_and_the_log_says_so_once(
    agency, replica, monkeypatch, caplog, noticed
):
    browser, api = browser_of(make_user(agency)), client_of(agency)
    make_lead(agency, name="Early Bird")
    become_fresh(replica)
    if noticed == "under a read":
        monkeypatch.setattr(replicas, "LOOK_EVERY", 3600.0)
        names_on_the_page(browser)  # the last look for an hour
    caplog.set_level(logging.WARNING, "sift.replica")
    caplog.clear()

    replica.release()
    try:
        first, second = (browser, api) if noticed == "under a read" else (api, browser)
        for _ in range(2):
            assert "Early Bird" in str(first.get(_list_of(first, browser)).content)
            assert "Early Bird" in str(second.get(_list_of(second, browser)).content)
    finally:
        replica.acquire()

    said = [record.getMessage() for record in caplog.records if record.name == "sift.replica"]
    assert said == ["The replica is behind or away: the primary is read."]


def _list_of(client: Client, browser: Client) -> str:
    return "/leads/" if client is browser else "/api/v1/leads"


def test_after_a_restart_of_the_replica_it_is_read_at_once(agency, replica, monkeypatch):
    api = client_of(agency)
    make_lead(agency, name="Early Bird")
    become_fresh(replica)
    monkeypatch.setattr(replicas, "LOOK_EVERY", 3600.0)
    assert names_by_api(api) == ["Early Bird"]  # the last look for an hour

    replica.tells(
        "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )

    with replica.held_up():
        make_lead(agency, name="Late Comer")
        assert names_by_api(api) == ["Early Bird"]


def test_what_is_in_a_transaction_locked_or_a_session_is_the_primarys(replica):
    become_fresh(replica)
    with replicas.reads_allowed(True):
        assert Lead.objects.all().db == replicas.REPLICA
        assert Lead.objects.select_for_update().db == "default"

    with replicas.reads_allowed(True):
        assert Session.objects.all().db == "default"
        with transaction.atomic():
            assert Lead.objects.all().db == "default"

    assert Lead.objects.all().db == "default"


def test_what_a_request_has_written_it_reads_back_from_the_primary(agency, replica):
    lead = make_lead(agency)
    become_fresh(replica)
    with replicas.reads_allowed(True):
        assert Lead.objects.get(pk=lead.pk)._state.db == replicas.REPLICA

        Lead.objects.filter(pk=lead.pk).update(name="Renamed")

        lead.refresh_from_db()
        assert lead.name == "Renamed"
        assert lead._state.db == "default"


def test_of_a_read_the_primary_is_asked_for_the_key_alone(agency, replica, monkeypatch):
    api = client_of(agency)
    become_fresh(replica)
    monkeypatch.setattr(replicas, "LOOK_EVERY", 3600.0)
    names_by_api(api)  # the last look for an hour

    with statements_sent() as sent:
        names_by_api(api)

    assert len(sent) == 1


def test_without_a_replica_no_page_is_concerned_with_one():
    assert not replicas.is_configured()
    with pytest.raises(MiddlewareNotUsed):
        replicas.ReplicaMiddleware(lambda request: None)


def test_the_server_reads_from_the_replica_that_the_environment_names(standby):
    cookies = cookie_of(make_user(make_organisation()))
    standby.catch_up()
    readers = (  # but the test's own, of which a closed one is listed for a moment more
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() AND application_name <> 'a test'"
    )
    assert standby.tells(readers) == 0
    with serve(env={"DATABASE_REPLICA_URL": standby.database_url}) as address:
        page = httpx.get(f"{address}/leads/", cookies=cookies)

        assert page.status_code == 200
        assert standby.tells(readers) == 1
    assert ApiKey.objects.count() == 0
