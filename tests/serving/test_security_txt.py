"""Where somebody who found a hole is to turn to (RFC 9116)."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import ImproperlyConfigured

from sift_site import environment

ADDRESS = "/.well-known/security.txt"


def fields(client) -> dict[str, str]:
    lines = client.get(ADDRESS).content.decode().splitlines()
    return dict(line.split(": ", 1) for line in lines)


def test_anybody_reads_whom_to_tell_in_plain_text(client, settings):
    settings.SECURITY_CONTACT = "mailto:security@example.co.uk"
    settings.SIFT_URL = "https://sift.example.co.uk"

    answer = client.get(ADDRESS)

    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    said = fields(client)
    assert said.pop("Expires")
    assert said == {
        "Contact": "mailto:security@example.co.uk",
        "Preferred-Languages": "en",
        "Canonical": f"https://sift.example.co.uk{ADDRESS}",
    }
    assert client.head(ADDRESS).status_code == 200
    assert client.post(ADDRESS).status_code == 405


def test_it_never_expires_soon_and_never_later_than_in_a_year(client):
    expires = datetime.fromisoformat(fields(client)["Expires"])

    left = expires - datetime.now(UTC)
    assert timedelta(days=30) < left < timedelta(days=365)


@pytest.mark.parametrize(
    ("variables", "contact"),
    [
        ({"SIFT_SECURITY_CONTACT": "ada@example.com"}, "mailto:ada@example.com"),
        ({"SIFT_SECURITY_CONTACT": "https://example.com/holes"}, "https://example.com/holes"),
        ({"SIFT_SECURITY_CONTACT": "tel:+44-20-7946-0000"}, "tel:+44-20-7946-0000"),
        ({"EMAIL_FROM": "Sift <sift@mail.example.com>"}, "mailto:security@mail.example.com"),
        ({}, "mailto:security@sift.example.co.uk"),
    ],
)
def test_whom_to_tell_is_set_or_the_usual_mailbox(monkeypatch, variables, contact):
    for name in ("SIFT_SECURITY_CONTACT", "EMAIL_FROM"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)

    assert environment.security_contact("https://sift.example.co.uk") == contact


@pytest.mark.parametrize(
    "value", ["ada", "http://example.com", "a@b.example\nX: y", "javascript:1"]
)
def test_a_faulty_contact_is_refused(monkeypatch, value):
    monkeypatch.setenv("SIFT_SECURITY_CONTACT", value)

    with pytest.raises(ImproperlyConfigured, match=r"SIFT_SECURITY_CONTACT is .*https://"):
        environment.security_contact("https://sift.example.co.uk")
