"""The server as the least role that it runs with: it does its work, and nothing besides."""

import re

import httpx
import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from leads.models import Lead
from organisations.actors import SYSTEM
from organisations.models import AuditEntry, Letter
from organisations.signing_in.notices import tell
from sift_site.models import Duty
from sift_site.serving.server_role import LESS
from sift_site.working.duties import DUTIES
from tests.factories import (
    PASSWORD,
    make_conversation,
    make_key,
    make_lead,
    make_organisation,
    make_user,
)
from tests.mail_server import mail_server
from tests.servers import database_url, serve, work
from tests.waiting import wait_for
from tests.working.conftest import HURRIED

pytestmark = pytest.mark.django_db(transaction=True)

ROLE_PASSWORD = "of-a-role-in-a-test"
CSRF = "csrfmiddlewaretoken"


@pytest.fixture
def url(server_role):
    """The test database's address for the role."""
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER ROLE {server_role} PASSWORD '{ROLE_PASSWORD}'")
    scheme, rest = database_url().split("://")
    return f"{scheme}://{server_role}:{ROLE_PASSWORD}@{rest.split('@', 1)[1]}"


def test_the_worker_sends_letters_and_does_its_duties(url):
    person = make_user(make_organisation(), role="admin")
    tell(person, "A passkey was added", SYSTEM)

    with (
        mail_server() as post,
        work(env=HURRIED | post.environment | {"DATABASE_URL": url}) as worker,
    ):
        wait_for(lambda: post.letters_to(person.email))
        wait_for(lambda: Duty.objects.filter(last_ran_at__isnull=False).count() == len(DUTIES))
        assert "Traceback" not in worker.logged()

    assert not Letter.objects.waiting().exists()


def test_it_serves_pages_and_the_api_and_writes_its_trail(url):
    agency = make_organisation()
    admin = make_user(agency, role="admin")
    lead, erased = make_lead(agency, name="Zoë Byrne", status="hot"), make_lead(agency, name="Bo")
    talk = make_conversation(agency, lead, messages=3)
    _, key = make_key(agency)

    with serve(env={"DATABASE_URL": url}) as address, httpx.Client(base_url=address) as web:
        api = httpx.Client(base_url=address, headers={"Authorization": f"Bearer {key}"})
        assert web.get("/readyz").status_code == 200
        assert api.get("/api/v1/leads").status_code == 200
        moved = api.patch(f"/api/v1/leads/{lead.id}/status", json={"status": "contacted"})
        assert moved.status_code == 200, moved.text

        def post(path: str, form: dict[str, str], at: str = "") -> int:
            page = web.get(at or path).text
            (token, *_) = re.findall(rf'name="{CSRF}"\s+value="(\w+)"', page)
            return web.post(path, data={CSRF: token, **form}).status_code

        assert post("/sign-in/", {"username": admin.email, "password": PASSWORD}) == 302
        for path in (
            *("/", "/leads/", f"/leads/{lead.id}/", "/conversations/", "/settings/"),
            *("/settings/team/", "/settings/api-keys/", "/settings/audit/"),
            *("/settings/profile/", "/leads/export.csv", "/settings/audit/export.csv"),
            *(f"/conversations/{talk.id}/transcript.txt", f"/conversations/{talk.id}/print/"),
        ):
            assert web.get(path).status_code == 200, path
        note = {"text": "Called"}
        assert post(f"/leads/{lead.id}/notes/", note, f"/leads/{lead.id}/") in {200, 303}
        assert post(f"/leads/{erased.id}/erase/", {"typed": "erase"}) in {200, 303}
        assert post("/sign-out/", {}, "/settings/profile/") == 303
        api.close()

    assert not Lead.objects.filter(pk=erased.pk).exists()
    assert set(AuditEntry.objects.for_organisation(agency).values_list("action", flat=True)) == {
        "key_created", "status_changed", "sign_in", "leads_exported", "audit_exported",
        "transcript_downloaded", "transcript_printed", "person_data_erased", "sign_out",
    }  # fmt: skip
    call_command("verify_audit", verbosity=0)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE organisations_auditentry SET action = 'sign_in'",
        "DELETE FROM organisations_auditentry",
        "TRUNCATE organisations_auditentry",
        "UPDATE organisations_audithead SET position = 0",
        "DELETE FROM organisations_audithead",
        "ALTER TABLE organisations_auditentry DISABLE TRIGGER USER",
        "DROP TRIGGER organisations_auditentry_append_only ON organisations_auditentry",
        "ALTER FUNCTION organisations_auditentry_chain() SECURITY INVOKER",
        "SET session_replication_role = replica",
        "TRUNCATE leads_lead CASCADE",
        "DROP TABLE leads_lead",
        "CREATE TABLE own (id int)",
        "CREATE TEMPORARY TABLE organisations_audithead (id int)",
        "CREATE SCHEMA own",
        "CREATE ROLE another",
        "DELETE FROM organisations_user",
        "DELETE FROM organisations_feed",
        "DELETE FROM conversations_intakeaddress",
        "DELETE FROM conversations_csvimport",
        "INSERT INTO django_migrations (app, name, applied) VALUES ('a', 'b', now())",
        "COPY leads_lead TO PROGRAM 'cat'",
    ],
)
def test_it_may_neither_change_the_trail_nor_make_change_or_empty_anything(url, statement):
    with psycopg.connect(url) as own:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            own.execute(statement)
        own.rollback()
        assert own.execute("SELECT count(*) FROM leads_lead").fetchone() == (0,)


def test_a_table_that_a_later_migration_makes_can_be_used_at_once(url):
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE of_a_later_migration (id int)")
    try:
        with psycopg.connect(url) as own:
            own.execute("INSERT INTO of_a_later_migration VALUES (1)")
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE of_a_later_migration")


def test_another_run_takes_away_what_was_granted_besides(url, server_role):
    with connection.cursor() as cursor:
        cursor.execute(f"GRANT ALL ON organisations_auditentry TO {server_role}")

    call_command("grant_server_role", server_role, verbosity=0)

    with psycopg.connect(url) as own, pytest.raises(psycopg.errors.InsufficientPrivilege):
        own.execute("DELETE FROM organisations_auditentry")


def test_the_owner_of_the_tables_is_no_role_for_the_server():
    with pytest.raises(CommandError, match="owns Sift's tables"):
        call_command("grant_server_role", connection.settings_dict["USER"])


def test_what_has_fewer_rights_is_there():
    assert LESS.keys() <= set(connection.introspection.table_names())
