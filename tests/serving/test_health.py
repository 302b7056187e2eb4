"""/healthz and /readyz: whoever asks, however."""

import pytest
from django.db import connection, connections
from django.db.migrations.recorder import MigrationRecorder

from sift_site.serving import health


@pytest.fixture(autouse=True)
def _https(settings):
    settings.SIFT_HTTPS = settings.SECURE_SSL_REDIRECT = True


def test_alive_whatever_the_host_over_plain_http(client):
    answer = client.get("/healthz", headers={"Host": "10.0.0.7:8000"})

    assert (answer.status_code, answer.content) == (200, b"ok\n")


@pytest.mark.django_db
def test_ready_once_the_database_answers_and_every_migration_is_applied(client):
    answer = client.get("/readyz", headers={"Host": "10.0.0.7"})

    assert (answer.status_code, answer.content) == (200, b"ok\n")
    assert client.head("/readyz").content == b""


@pytest.mark.django_db
def test_not_ready_while_a_migration_is_missing(client):
    MigrationRecorder.Migration.objects.filter(app="leads").delete()

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.content == b"not ready: migrations are missing in 1 app\n"


@pytest.mark.django_db
def test_not_ready_on_an_empty_database(client):
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE django_migrations RENAME TO elsewhere")

    assert client.get("/readyz").status_code == 503


@pytest.mark.django_db
def test_not_ready_while_the_database_is_away_but_alive(client, monkeypatch):
    monkeypatch.setattr(health, "connection", away())

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.content == b"not ready: the database cannot be reached\n"
    assert client.get("/healthz").status_code == 200


def away():
    """A connection to a database that is not there."""
    default = connections["default"]
    return type(default)(default.settings_dict | {"HOST": "/nowhere"}, alias="away")


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_probes_only_look(client, path):
    answer = client.post(path)

    assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD")


def test_a_probe_by_https_says_that_it_is_to_stay_so(client, settings):
    settings.SIFT_TRUSTED_PROXIES, settings.SECURE_HSTS_SECONDS = 1, 3600

    secure = client.get("/healthz", headers={"X-Forwarded-Proto": "https"})

    assert secure["Strict-Transport-Security"].startswith("max-age=3600")
    assert "Strict-Transport-Security" not in client.get("/healthz").headers
