"""gunicorn.conf.py: what it refuses to start with, and what its logs leave out."""

import logging
import subprocess
import sys
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from sift_site.environment import PUBLISHED_SECRET_KEY
from sift_site.serving.log_lines import without_secrets
from tests.servers import PROJECT, free_port, serve

_DEPLOYED = {
    "DATABASE_URL": "postgres://sift@localhost/sift",
    "SECRET_KEY": "for-this-test-only-0123456789-abcdefghijklmnopqrstuvwxyz",
    "ALLOWED_HOSTS": "sift.example.co.uk",
    "SIFT_URL": "https://sift.example.co.uk",
}
_CARELESS = [
    ("SECRET_KEY", "only-49-characters-abcdefghijklmnopqrstuvwxyz-012"),
    ("SECRET_KEY", "xy" * 40),
    ("SECRET_KEY", PUBLISHED_SECRET_KEY),
    ("SECRET_KEY_FALLBACKS", f"a-former-key,{PUBLISHED_SECRET_KEY}"),
    ("ALLOWED_HOSTS", "sift.example.co.uk,*"),
    ("SIFT_URL", "https://sift.example.co.uk/path"),
    ("DEBUG", "on"),
]


def gunicorn(environment: dict[str, str], *words: str) -> "subprocess.CompletedProcess[str]":
    """Start it where it should refuse to start."""
    bind = f"127.0.0.1:{free_port()}"
    return subprocess.run(
        [sys.executable, "-m", "gunicorn", "sift_site.wsgi", "--bind", bind, *words],
        cwd=PROJECT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )


def manage(environment: dict[str, str], *words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=PROJECT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )


@pytest.mark.parametrize(
    ("more", "words"), [({"WEB_CONCURRENCY": "2"}, ()), ({}, ("--workers", "2"))]
)
def test_several_processes_without_redis_are_refused_in_words(plain_environment, more, words):
    done = gunicorn(plain_environment | _DEPLOYED | more, *words)

    assert done.returncode == 1
    assert "2 worker processes (WEB_CONCURRENCY or --workers) need REDIS_URL" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("missing", ["SECRET_KEY", "ALLOWED_HOSTS", "SIFT_URL"])
def test_a_deployment_without_its_settings_says_which(plain_environment, missing):
    environment = plain_environment | _DEPLOYED
    del environment[missing]

    done = gunicorn(environment)

    assert done.returncode != 0
    assert f"{missing} is not set. It is required when DATABASE_URL is set" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(("name", "value"), _CARELESS)
def test_a_careless_deployment_is_refused_in_one_sentence(plain_environment, name, value):
    environment = plain_environment | _DEPLOYED | {name: value}

    served, managed = gunicorn(environment), manage(environment, "check")

    for done in (served, managed):
        assert done.returncode != 0
        assert "Traceback" not in done.stderr
    (sentence,) = managed.stderr.splitlines()
    assert sentence.startswith(f"manage.py: {name} ")
    assert sentence.removeprefix("manage.py: ") in served.stderr
    if name.startswith("SECRET_KEY"):
        assert value not in managed.stderr + served.stderr


def test_a_careful_one_is_not(plain_environment):
    assert manage(plain_environment | _DEPLOYED, "check").returncode == 0


def test_a_process_that_has_loaded_looks_for_garbage_again():
    """In a process of its own: whatever stands by then is never looked at."""
    program = (
        "import django, gc, runpy, types\n"
        "hooks = runpy.run_path('gunicorn.conf.py')\n"
        "both = types.SimpleNamespace(cpu=None, probes=None)\n"
        "hooks['post_fork'](both, both)\n"
        "django.setup()\n"
        "print(gc.isenabled())\n"
        "hooks['post_worker_init'](both)\n"
        "print(gc.isenabled())"
    )
    told = subprocess.check_output([sys.executable, "-c", program], cwd=PROJECT, text=True)

    assert told.split() == ["False", "True"]


@pytest.mark.django_db(transaction=True)
def test_the_access_log_has_the_request_id_and_neither_query_nor_secrets(tmp_path):
    log = tmp_path / "access.log"
    key, token = "sk_live_" + "a" * 38, "t0k3n" * 8
    with serve(env={"GUNICORN_CMD_ARGS": f"--access-logfile={log}"}) as address:
        for path in [f"/api/v1/nothing?token={key}", f"/nothing/{key}%0Aforged", "/healthz",
                     f"/invitation/{token}/"]:  # fmt: skip
            headers = {
                "X-Request-Id": "caller-7",
                "Referer": f"{address}/invitation/{token}/",
                "User-Agent": f'Its own" {key}',
            }
            request = Request(f"{address}{path}", headers=headers)  # noqa: S310
            try:
                urlopen(request, timeout=10).close()  # noqa: S310
            except HTTPError as answer:
                answer.close()

    lines = log.read_text().splitlines()
    assert '"GET /api/v1/nothing" 404' in "\n".join(lines)
    assert '"GET /nothing/sk_live_…%0Aforged"' in "\n".join(lines)
    assert '"GET /invitation/…" 303' in "\n".join(lines)
    assert key not in log.read_text()
    assert token not in log.read_text()
    assert "token" not in log.read_text()
    assert any("caller-7" in line for line in lines if "/api/v1/" in line)
    assert any(line.endswith('"Its own\\" sk_live_…"') for line in lines if "/api/v1/" in line)


@pytest.mark.parametrize(
    "written", ["sk%5Flive%5f", "%73k_live_", "%2573k%25255Flive_", "SK_live_"]
)
def test_a_key_in_a_path_is_left_out_however_it_is_encoded(written):
    assert without_secrets(f"/x/{written}ab%61%3912%0Aforged") == "/x/sk_live_…%0Aforged"


@pytest.mark.parametrize("page", ["password-reset", "invitation"])
def test_a_letters_link_is_logged_without_its_token(page):
    assert without_secrets(f"/{page}/MQ/c9-1f/") == f"/{page}/…"
    assert without_secrets(f"/{page}/") == f"/{page}/"


def test_a_line_says_its_moment_in_utc_whatever_the_zone_of_the_server():
    line = logging.makeLogRecord({"msg": "gone", "levelname": "INFO", "name": "sift"})
    line.created, line.msecs = 1_782_864_000.25, 250  # in London it is an hour later
    handler = next(each for each in logging.getLogger().handlers if each.name == "stderr")

    assert handler.format(line) == "2026-07-01T00:00:00.250Z INFO sift: gone"


def test_nor_do_djangos_own_lines_name_it(client, db, caplog):
    client.post("/invitation/t0k3n/")  # which it complains of, with the path

    handler = next(each for each in logging.getLogger().handlers if each.name == "stderr")
    assert "t0k3n" in caplog.text
    assert [handler.format(line).partition("WARNING ")[2] for line in caplog.records] == [
        "django.request: Method Not Allowed (POST): /invitation/…"
    ]
