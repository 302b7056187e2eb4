"""Workers behind PgBouncer in transaction mode, which share fewer connections than they have."""

import contextlib
import signal
from collections import Counter

import psycopg
import pytest
from django.db import connection

from organisations.models import Letter
from sift_site.development.embedded_postgres import EmbeddedPostgres
from sift_site.development.postgres_home import socket_folder
from sift_site.development.var_folder import VAR
from sift_site.models import Duty
from sift_site.working import duties
from tests.factories import make_organisation
from tests.mail_server import mail_server
from tests.pooler import pgbouncer, pgbouncer_program
from tests.servers import work
from tests.waiting import wait_for
from tests.working.conftest import HURRIED, make_letter

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.optional]

SECRET_KEY = "for-tests-only-and-never-for-a-deployment-0123456789"


@pytest.fixture
def pooled():
    """The test database's address by a PgBouncer with two connections."""
    program = pgbouncer_program()
    if program is None:
        pytest.skip("no PgBouncer on this machine: install pgbouncer")
    server = EmbeddedPostgres(VAR, "test-postgres")
    if connection.settings_dict["HOST"] != str(socket_folder(server.data)):
        pytest.skip("the tests run on another PostgreSQL than their own")
    name = connection.settings_dict["NAME"]
    # A version before 1.20 cannot tell one of `options` from another, and none is needed here.
    ignored = "ignore_startup_parameters = options"
    with pgbouncer(program, server, database=name, connections=2, more=ignored) as url:
        yield url


def test_two_workers_send_each_letter_once_and_one_that_is_killed_leaves_nothing_locked(pooled):
    agency = make_organisation()
    addresses = [f"person{number}@example.com" for number in range(60)]
    with mail_server() as post:
        env = HURRIED | post.environment | {"DATABASE_URL": pooled, "SECRET_KEY": SECRET_KEY}
        with work(env=env) as killed, work(env=env) as stopped:
            for address in addresses[:30]:
                make_letter(agency, to=address)
            wait_for(lambda: post.accepted)
            killed.process.send_signal(signal.SIGKILL)
            killed.process.wait()
            for address in addresses[30:]:
                make_letter(agency, to=address)
            wait_for(lambda: not Letter.objects.due().exists())
            wait_for(lambda: Duty.objects.filter(last_ran_at__isnull=False).count() > 3)
            stopped.process.send_signal(signal.SIGTERM)
            assert stopped.process.wait(15) == 0

            said = stopped.logged()

    # What the killed one had under way, two at most, waits for its lease's end, or came twice.
    sent = Counter(letter["To"] for letter in post.accepted)
    left = set(Letter.objects.waiting().values_list("address", flat=True))
    assert len(left) <= 2
    assert set(sent) | left == set(addresses)
    assert sum(sent.values()) <= len(addresses) + 2
    assert "Traceback" not in said
    assert duties.DUTIES.keys() == set(Duty.objects.values_list("name", flat=True))
    with contextlib.closing(psycopg.connect(pooled, autocommit=True)) as through:
        # Of this database: other tests lock in theirs.
        locks = (
            "SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = database"
            " WHERE locktype = 'advisory' AND datname = current_database()"
        )
        assert through.execute(locks).fetchone() == (0,)
