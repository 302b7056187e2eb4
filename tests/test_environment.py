"""Environment variables: a faulty one is named with what it accepts."""

import os
import subprocess
import sys

import pytest
from django.core.exceptions import ImproperlyConfigured

from manage import needs_embedded_server
from sift_site import environment
from tests.servers import PROJECT


@pytest.mark.parametrize("word", ["on", "1", "TRUE", " yes "])
def test_a_switch_is_on(monkeypatch, word):
    monkeypatch.setenv("DEBUG", word)

    assert environment.switch("DEBUG", default=False) is True


@pytest.mark.parametrize("word", ["off", "0", "False", "no"])
def test_a_switch_is_off(monkeypatch, word):
    monkeypatch.setenv("DEBUG", word)

    assert environment.switch("DEBUG", default=True) is False


def test_a_blank_variable_is_an_unset_one(monkeypatch):
    monkeypatch.setenv("DEBUG", " ")
    monkeypatch.setenv("WEB_THREADS", "")

    assert environment.switch("DEBUG", default=True) is True
    assert environment.count("WEB_THREADS", 4) == 4


@pytest.mark.parametrize("name", sorted(environment.SECRETS))
def test_a_secret_may_come_from_a_file_without_the_new_line_at_its_end(monkeypatch, tmp_path, name):
    (tmp_path / "secret").write_text("what nobody knows\n")
    monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(f"{name}_FILE", str(tmp_path / "secret"))

    assert environment.text(name) == environment.optional_text(name) == "what nobody knows"


def test_what_is_no_secret_comes_from_no_file(monkeypatch, tmp_path):
    (tmp_path / "hosts").write_text("sift.example.co.uk\n")
    monkeypatch.delenv("ALLOWED_HOSTS", raising=False)
    monkeypatch.setenv("ALLOWED_HOSTS_FILE", str(tmp_path / "hosts"))

    assert environment.optional_text("ALLOWED_HOSTS") is None


def test_a_secret_that_is_set_both_ways_is_refused(monkeypatch, tmp_path):
    monkeypatch.setenv("SECRET_KEY", "one")
    monkeypatch.setenv("SECRET_KEY_FILE", str(tmp_path / "another"))

    with pytest.raises(ImproperlyConfigured, match="SECRET_KEY and SECRET_KEY_FILE are both set"):
        environment.text("SECRET_KEY")


@pytest.mark.parametrize(
    ("holds", "fault"), [(None, "No such file"), (b" \n", "is empty"), (b"\xff\xfe", "is no text")]
)
def test_a_file_without_a_secret_is_named(monkeypatch, tmp_path, holds, fault):
    file = tmp_path / "secret"
    if holds is not None:
        file.write_bytes(holds)
    monkeypatch.delenv("SECRET_KEY", raising=False)
    monkeypatch.setenv("SECRET_KEY_FILE", str(file))

    with pytest.raises(ImproperlyConfigured, match=f"SECRET_KEY_FILE is .*secret.*{fault}"):
        environment.text("SECRET_KEY")


def test_a_command_asks_the_database_that_a_file_names(monkeypatch, tmp_path):
    (tmp_path / "url").write_text("postgres://sift@localhost/sift\n")
    monkeypatch.delenv("DATABASE_URL", raising=False)
    assert needs_embedded_server(["migrate"])

    monkeypatch.setenv("DATABASE_URL_FILE", str(tmp_path / "url"))
    assert not needs_embedded_server(["migrate"])


def test_lists_are_separated_by_commas(monkeypatch):
    monkeypatch.setenv("ALLOWED_HOSTS", "sift.example.co.uk, www.example.co.uk,")

    assert environment.names("ALLOWED_HOSTS") == ["sift.example.co.uk", "www.example.co.uk"]


@pytest.mark.parametrize(
    ("name", "value", "read", "accepts"),
    [
        ("DEBUG", "maybe", lambda: environment.switch("DEBUG", default=False), "on or off"),
        ("WEB_THREADS", "0", lambda: environment.count("WEB_THREADS", 4, least=1), "from 1 up"),
        ("WEB_THREADS", "-1", lambda: environment.count("WEB_THREADS", 4), "from 0 up"),
        ("WEB_CPU_AFFINITY", "0,1", environment.affinity, "auto, on or off"),
        ("WEB_THREADS", "٣", lambda: environment.count("WEB_THREADS", 4), "from 0 up"),
        ("PORT", "65536", lambda: environment.port(8000), "from 1 to 65535"),
        ("PROBE_PORT", "65536", environment.probe_port, "from 1 to 65535"),
        ("ALLOWED_HOSTS", " , ", lambda: environment.names("ALLOWED_HOSTS", []), "comma-separated"),
        ("CSRF_TRUSTED_ORIGINS", "sift.uk", environment.origins, "https://"),
        ("SIFT_URL", "sift.example.co.uk", environment.own_url, "https://"),
        ("SIFT_URL", "https://u:p@sift.example", environment.own_url, "https://"),
        ("SIFT_URL", "https://sift.example/x", environment.own_url, "without a path"),
        ("SIFT_URL", "https://sift.example:port", environment.own_url, "https://"),
        ("SIFT_URL", "https://:8000", environment.own_url, "https://"),
        (
            "SIFT_WEBHOOK_ALLOW",
            "10.20.0.1/16",
            lambda: environment.networks("SIFT_WEBHOOK_ALLOW"),
            "10.20.0.0/16",
        ),
        ("SIFT_RATE_GROWTH", "120", lambda: environment.rate("SIFT_RATE_GROWTH", "1/m"), "120/m"),
        ("SIFT_RATE_GROWTH", "0/m", lambda: environment.rate("SIFT_RATE_GROWTH", "1/m"), "120/m"),
    ],
)
def test_a_faulty_value_is_refused_by_name(monkeypatch, name, value, read, accepts):
    monkeypatch.setenv(name, value)

    with pytest.raises(ImproperlyConfigured, match=f"{name} is .*{accepts}"):
        read()


@pytest.mark.parametrize("read", [environment.text, environment.names])
def test_a_missing_value_that_is_required_is_named(monkeypatch, read):
    monkeypatch.delenv("SECRET_KEY", raising=False)

    with pytest.raises(ImproperlyConfigured, match="SECRET_KEY is not set"):
        read("SECRET_KEY")


def test_several_processes_count_in_redis_alone(monkeypatch):
    monkeypatch.delenv("REDIS_URL", raising=False)
    environment.require_shared_counters(1)
    with pytest.raises(ImproperlyConfigured, match="need REDIS_URL"):
        environment.require_shared_counters(2)

    monkeypatch.setenv("REDIS_URL", "redis://localhost")
    environment.require_shared_counters(2)


@pytest.mark.parametrize(
    "url",
    ["foo", "mysql://u:secret@h/sift", "sqlite:///x.db", "postgres://u:secret@h:port/sift",
     "postgres://u:secret@h", "postgres://"],
)  # fmt: skip
def test_a_database_that_is_no_postgresql_is_refused_without_its_password(monkeypatch, url):
    monkeypatch.setenv("DATABASE_URL", url)

    with pytest.raises(ImproperlyConfigured, match=r"DATABASE_URL .*postgres://") as refused:
        environment.database("postgres://sift@localhost/sift")
    assert "secret" not in str(refused.value)


def test_a_database_is_read_from_its_address(monkeypatch):
    monkeypatch.setenv(
        "DATABASE_URL", "postgresql://sift:word@%2Frun%2Fpg/agencies?sslmode=require"
    )

    read = environment.database("postgres://sift@localhost/sift")

    assert (read["HOST"], read["NAME"], read["PASSWORD"]) == ("/run/pg", "agencies", "word")
    assert read["OPTIONS"] == {"sslmode": "require"}


def test_a_replica_is_read_likewise_and_only_beside_its_database(monkeypatch):
    monkeypatch.delenv("DATABASE_REPLICA_URL", raising=False)
    assert environment.replica() is None

    monkeypatch.setenv("DATABASE_URL", "postgres://sift@primary/sift")
    monkeypatch.setenv("DATABASE_REPLICA_URL", "mysql://u:secret@h/sift")
    with pytest.raises(
        ImproperlyConfigured, match=r"DATABASE_REPLICA_URL .*postgres://"
    ) as refused:
        environment.replica()
    assert "secret" not in str(refused.value)

    monkeypatch.setenv("DATABASE_REPLICA_URL", "postgres://sift@replica:5433/sift")
    read = environment.replica()
    assert read is not None
    assert (read["HOST"], read["PORT"], read["NAME"]) == ("replica", 5433, "sift")

    monkeypatch.delenv("DATABASE_URL")
    with pytest.raises(ImproperlyConfigured, match="DATABASE_URL names, which is not set"):
        environment.replica()


@pytest.mark.parametrize("url", ["foo", "localhost:6379", "http://u:secret@h", "redis://h:port"])
def test_a_store_that_is_no_redis_is_refused_without_its_password(monkeypatch, url):
    monkeypatch.setenv("REDIS_URL", url)

    with pytest.raises(ImproperlyConfigured, match=r"REDIS_URL .*redis://") as refused:
        environment.redis()
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("url", ["redis://h:6379/0", "rediss://u:p@h", "unix:///run/redis.sock"])
def test_a_redis_is_taken_by_its_address(monkeypatch, url):
    monkeypatch.setenv("REDIS_URL", url)

    assert environment.redis() == url


@pytest.mark.parametrize("url", ["https://sift.example.co.uk", "http://[::1]:8000/"])
def test_sifts_own_url_ends_without_a_slash(monkeypatch, url):
    monkeypatch.setenv("SIFT_URL", url)

    assert environment.own_url() == url.removesuffix("/")


def test_origins_are_separated_by_commas(monkeypatch):
    monkeypatch.setenv("CSRF_TRUSTED_ORIGINS", "https://sift.uk,https://*.sift.uk")

    assert environment.origins() == ["https://sift.uk", "https://*.sift.uk"]


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("smtp://mail.example", ("mail.example", 25, "", "", False, False)),
        ("smtp+tls://u%40x:p%3Aw@mail.example", ("mail.example", 587, "u@x", "p:w", True, False)),
        ("smtps://u:p@mail.example:4650", ("mail.example", 4650, "u", "p", False, True)),
    ],
)
def test_a_mail_server_is_read_from_its_address(monkeypatch, url, said):
    monkeypatch.setenv("EMAIL_URL", url)
    server = environment.mail_server()

    assert (
        server.host, server.port, server.user, server.password, server.starttls, server.tls
    ) == said  # fmt: skip


@pytest.mark.parametrize(
    "url", ["mail.example", "smtp://", "pop3://u:secret@h", "smtp://u:secret@h:port", "smtp://h/x"]
)
def test_a_faulty_mail_server_is_refused_without_repeating_its_password(monkeypatch, url):
    monkeypatch.setenv("EMAIL_URL", url)

    with pytest.raises(ImproperlyConfigured, match=r"EMAIL_URL takes .*smtp\+tls://") as refusal:
        environment.mail_server()
    assert "secret" not in str(refusal.value)


def test_letters_come_from_somebody(monkeypatch):
    assert environment.mail_from("Sift <no-reply@localhost>") == "Sift <no-reply@localhost>"
    monkeypatch.setenv("EMAIL_URL", "smtp://mail.example")
    with pytest.raises(ImproperlyConfigured, match="EMAIL_FROM is not set"):
        environment.mail_from("Sift <no-reply@localhost>")
    monkeypatch.setenv("EMAIL_FROM", "Sift")
    with pytest.raises(ImproperlyConfigured, match="EMAIL_FROM is 'Sift'; it takes an address"):
        environment.mail_from("Sift <no-reply@localhost>")

    monkeypatch.setenv("EMAIL_FROM", "Sift <sift@example.co.uk>")
    assert environment.mail_from("") == "Sift <sift@example.co.uk>"


def test_former_keys_are_separated_by_commas():
    """In a process of its own: settings are read once."""
    asked = "from django.conf import settings as s; print(s.SECRET_KEY_FALLBACKS)"
    env = os.environ | {
        "SECRET_KEY_FALLBACKS": "the-key-of-may, the-key-of-june",
        "DJANGO_SETTINGS_MODULE": "tests.settings",
    }

    said = subprocess.run(
        [sys.executable, "-c", asked], env=env, cwd=PROJECT, capture_output=True, check=True
    )

    assert said.stdout.decode().strip() == "['the-key-of-may', 'the-key-of-june']"


@pytest.mark.parametrize(("https", "prefix"), [("on", "__Host-"), ("off", "")])
def test_under_https_every_cookie_is_bound_to_this_host(https, prefix):
    """In a process of its own: settings are read once."""
    asked = (
        "from django.conf import settings as s; import django; django.setup();"
        "from foundation.web.cookies import MessageStorage as m;"
        "print(s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, m.cookie_name)"
    )
    env = os.environ | {"SIFT_HTTPS": https, "DJANGO_SETTINGS_MODULE": "tests.settings"}

    said = subprocess.run(
        [sys.executable, "-c", asked], env=env, cwd=PROJECT, capture_output=True, check=True
    )

    names = [f"{prefix}sift_{name}" for name in ("session", "csrf", "messages")]
    assert said.stdout.decode().split() == names
