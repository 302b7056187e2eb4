"""`manage.py doctor`: each thing that can be wrong is told with what to do about it."""

import io
import json
import os
import subprocess
import sys
from typing import NamedTuple

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from sift_site.doctor import around, database, report, settings
from sift_site.environment import MailServer
from sift_site.models import Beat
from tests.mail_server import mail_server
from tests.servers import PROJECT, database_url, free_port


def found(look) -> dict[str, tuple[str, str]]:
    """By its name how each thing is, and what is said of it."""
    return {each.name: (each.state, f"{each.said} {each.todo or ''}") for each in look()}


@pytest.mark.django_db
def test_a_good_database_is_good_in_every_respect():
    Beat.objects.create()

    states = {name: state for name, (state, _) in found(database.look).items()}

    assert states == {
        **dict.fromkeys(["database", "locale", "clock", "migrations", "worker"], "ok"),
        "rights": "warn",  # the tests are the tables' owner
    }


@pytest.mark.django_db(transaction=True)
def test_the_servers_role_has_what_it_needs_and_one_that_lacks_a_right_is_told(server_role):
    with connection.cursor() as cursor:
        cursor.execute(f"SET ROLE {server_role}")
    fitting = found(database._what_it_holds)["rights"]
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
        cursor.execute(f"REVOKE INSERT ON leads_lead FROM {server_role}")
        cursor.execute(f"SET ROLE {server_role}")
    lacking = found(database._what_it_holds)["rights"]
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
        cursor.execute(f"GRANT INSERT ON leads_lead TO {server_role}")

    assert fitting[0] == "ok"
    assert lacking[0] == "wrong"
    assert "INSERT on leads_lead" in lacking[1]
    assert "grant_server_role" in lacking[1]


@pytest.mark.django_db
def test_a_missing_migration_is_wrong_and_a_worker_that_is_gone_too():
    Beat.objects.create()
    Beat.objects.update(heard_at="2020-01-01T00:00:00Z")
    silent = found(database.look)["worker"]
    MigrationRecorder.Migration.objects.filter(app="webhooks", name__startswith="0002").delete()
    behind = found(database.look)

    assert silent[0] == "wrong"
    assert "manage.py work" in silent[1]
    assert behind["migrations"] == (
        "wrong",
        "1 migration did not run. Run `manage.py migrate` as the owner of the database.",
    )


@pytest.mark.parametrize(
    ("free", "state", "said"),
    [(3.0, "ok", "3.0 GiB are free"), (1.9, "warn", "Make room"), (0.2, "wrong", "Make room")],
)
def test_a_disk_that_is_nearly_full_is_told_before_it_is(monkeypatch, free, state, said):
    monkeypatch.setattr(around.shutil, "disk_usage", lambda folder: Usage(int(free * 1024**3)))

    disk = around._disk()

    assert disk.state == state
    assert said in f"{disk.said} {disk.todo or ''}"


class Usage(NamedTuple):
    free: int


def test_a_key_that_can_be_guessed_a_host_that_is_refused_and_no_answer_are_told(settings):
    look = _settings_look
    settings.SECRET_KEY = "aaaa"
    settings.SIFT_URL = "http://elsewhere.example"
    refused = found(look)
    settings.SECRET_KEY_FALLBACKS = ["short"]
    settings.SECRET_KEY = "for-tests-only-and-never-for-a-deployment-0123456789"
    settings.SIFT_URL = f"http://localhost:{free_port()}"
    silent = found(look)

    assert refused["secret key"][0] == "wrong"
    assert refused["SIFT_URL"][0] == "wrong"
    assert "ALLOWED_HOSTS" in refused["SIFT_URL"][1]
    assert silent["secret key"][0] == "warn"
    assert silent["SIFT_URL"][0] == "warn"
    assert "does not answer" in silent["SIFT_URL"][1]


_settings_look = settings.look


def test_redis_that_is_away_and_mail_that_is_refused_are_wrong(settings):
    settings.REDIS_URL = f"redis://:s3cret@127.0.0.1:{free_port()}/0"
    settings.MAIL_SERVER = MailServer("127.0.0.1", free_port(), "u", "s3cret", False, False)
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", settings.MAIL_SERVER.port

    told = found(around.look)

    assert told["Redis"][0] == told["mail"][0] == "wrong"
    assert "s3cret" not in str(told)


@pytest.mark.redis
def test_redis_and_mail_that_answer_are_good(settings, redis_url):
    settings.REDIS_URL = redis_url
    with mail_server() as post:
        settings.MAIL_SERVER = MailServer("127.0.0.1", post.port, "", "", False, False)
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", post.port
        told = found(around.look)

    assert (told["Redis"][0], told["mail"][0]) == ("ok", "ok")


def test_styles_that_were_not_collected_or_of_another_version_are_wrong(settings, tmp_path):
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "sift_site.serving.static_files.StaticFiles"}
    }
    settings.WHITENOISE_SKIP_COMPRESS_EXTENSIONS = ["css", "js", "svg"]  # it takes a second
    missing = found(around.look)["static files"]
    call_command("collectstatic", interactive=False, verbosity=0)
    settings.STORAGES = dict(settings.STORAGES)  # made anew, with its manifest
    fresh = found(around.look)["static files"]
    manifest = tmp_path / "staticfiles.json"
    told = json.loads(manifest.read_text())
    told["paths"] |= {"css/other.css": "css/other.000.css"}
    name = next(iter(told["paths"]))
    told["paths"][name] = "old.000.css"
    manifest.write_text(json.dumps(told))
    settings.STORAGES = dict(settings.STORAGES)
    old = found(around.look)["static files"]

    assert missing[0] == "wrong"
    assert "collectstatic" in missing[1]
    assert fresh[0] == "ok"
    assert old[0] == "wrong"
    assert old[1].startswith("1 file of another version")


@pytest.mark.django_db
def test_the_status_is_one_where_something_is_wrong_and_json_says_what(settings):
    out = io.StringIO()

    with pytest.raises(CommandError):
        call_command("doctor", "--json", stdout=out)

    told = json.loads(out.getvalue())
    assert told["healthy"] is False
    worker = next(each for each in told["findings"] if each["name"] == "worker")
    assert worker["state"] == "wrong"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"DATABASE_URL": "postgres://sift:pa55word@127.0.0.1:1/sift"}, "wrong  database"),
        ({"DJANGO_SETTINGS_MODULE": "sift_site.settings", "SECRET_KEY": "pa55word"}, "SECRET_KEY"),
        ({"DJANGO_SETTINGS_MODULE": "sift_site.settings", "SIFT_RATE_PAGES": "x"}, "RATE_PAGES"),
    ],
)
def test_it_works_where_the_database_is_away_or_the_settings_are_broken(changed, said):
    env = os.environ | {
        "DATABASE_URL": database_url(),
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "SECRET_KEY": "for-tests-only-and-never-for-a-deployment-0123456789",
        **changed,
    }

    done = subprocess.run(
        [sys.executable, "manage.py", "doctor"],
        cwd=PROJECT, env=env, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip

    assert done.returncode == 1
    assert said in done.stdout
    assert "Traceback" not in done.stderr
    assert "pa55word" not in done.stdout + done.stderr


def test_a_line_tells_how_it_is_and_what_to_do():
    findings = [report.wrong("disk", "Gone.", "Fetch it.")]

    assert report.as_lines(findings) == "wrong  disk         Gone. Fetch it."
