"""A database that restarts, is down or does not answer: nobody sees a traceback or waits long."""

import subprocess
import sys
import time

import httpx
import pytest
from django.conf import settings
from django.db import connection

from tests.factories import make_key, make_organisation, make_user
from tests.servers import PROJECT, database_url, free_port, listening_socket, serve
from tests.signing_in import cookie_of


def hang_up_on_all_others() -> int:
    """End every other connection to this database, as a restart does; how many there were."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        return len(cursor.fetchall())


@pytest.mark.django_db(transaction=True)
def test_after_a_restart_of_the_database_the_first_page_and_the_first_call_are_served():
    agency = make_organisation(plan="growth")
    cookies = cookie_of(make_user(agency))
    _, key = make_key(agency)
    with (
        serve(threads=1) as address,
        httpx.Client(
            base_url=address, cookies=cookies, headers={"Authorization": f"Bearer {key}"}
        ) as browser,
    ):
        for path in ("/leads/", "/api/v1/leads"):
            assert browser.get(path).status_code == 200

            assert hang_up_on_all_others() >= 1

            assert browser.get(path).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_with_the_database_down_pages_say_so_and_the_api_has_its_problem():
    down = f"postgres://sift@127.0.0.1:{free_port()}/sift"
    with serve(env={"DATABASE_URL": down}) as address:
        cookies = {settings.SESSION_COOKIE_NAME: "a" * 32}
        page = httpx.get(f"{address}/leads/", cookies=cookies)
        sign_in = httpx.get(f"{address}/sign-in/")
        api = httpx.get(f"{address}/api/v1/leads", headers={"Authorization": "Bearer nothing"})

    assert page.status_code == 503
    assert "Sift cannot reach its data" in page.text
    assert page.headers["Retry-After"]
    assert page.headers["Cache-Control"] == "no-store"
    assert sign_in.status_code == 200
    assert api.status_code == 401


def manage(*words: str, database: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "manage.py", *words, "--skip-checks"],
        cwd=PROJECT,
        env=environment
        | {
            "DATABASE_URL": database,
            "SECRET_KEY": "for-this-test-only-0123456789-abcdefghijklmnopqrstuvwxyz",
            "ALLOWED_HOSTS": "localhost",
            "SIFT_URL": "http://localhost",
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize("command", [["migrate"], ["load_demo"], ["set_plan", "x", "growth"]])
def test_a_command_without_its_database_says_so_in_one_line(command, plain_environment):
    down = f"postgres://sift@127.0.0.1:{free_port()}/sift"

    done = manage(*command, database=down, **plain_environment)

    assert done.returncode == 1
    assert done.stderr.startswith("manage.py: the database cannot be used: ")
    assert done.stderr.count("\n") == 1


@pytest.mark.django_db(transaction=True)
def test_a_command_whose_database_has_no_room_says_so_in_one_line(agency, plain_environment):
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            " RAISE 'could not extend file' USING ERRCODE = 'disk_full'; END $$;"
            "CREATE TRIGGER no_room BEFORE UPDATE ON organisations_organisation"
            " FOR EACH ROW EXECUTE FUNCTION no_room()"
        )
    try:
        done = manage(
            "set_plan", agency.slug, "scale", database=database_url(), **plain_environment
        )
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP FUNCTION no_room() CASCADE")

    assert done.returncode == 1
    assert done.stderr == "manage.py: the database cannot be used: could not extend file\n"


def test_a_host_that_does_not_answer_is_not_waited_for_long(plain_environment):
    with listening_socket() as silent:
        began = time.monotonic()
        done = manage(
            "migrate",
            database=f"postgres://sift@127.0.0.1:{silent.getsockname()[1]}/sift",
            **plain_environment,
        )

    assert done.returncode == 1
    assert done.stderr.startswith("manage.py: the database cannot be used: ")
    assert time.monotonic() - began < 15


@pytest.mark.django_db(transaction=True)
def test_a_fault_in_what_is_asked_keeps_its_traceback(plain_environment):
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE organisations_organisation RENAME TO elsewhere")
    try:
        done = manage("set_plan", "x", "growth", database=database_url(), **plain_environment)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE elsewhere RENAME TO organisations_organisation")

    assert done.returncode == 1
    assert "Traceback" in done.stderr
