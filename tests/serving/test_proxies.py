"""Whose word about the client is believed (CONTRACT.md, section 4, SIFT_TRUSTED_PROXIES)."""

import pytest
from django.test import RequestFactory

from sift_site.serving import proxies

PEER = "192.0.2.1"


def seen(trusted: int, settings, **headers: str) -> tuple[str, bool]:
    """The client's address and whether it came by HTTPS, behind so many proxies."""
    settings.SIFT_TRUSTED_PROXIES = trusted
    request = RequestFactory().get(
        "/", headers={name.replace("_", "-"): value for name, value in headers.items()},
        REMOTE_ADDR=PEER,
    )  # fmt: skip
    proxies.believe(request)
    return request.META["REMOTE_ADDR"], request.is_secure()


def test_with_no_proxy_the_headers_are_ignored(settings):
    headers = {"X_Forwarded_For": "198.51.100.7", "X_Forwarded_Proto": "https"}

    assert seen(0, settings, **headers) == (PEER, False)


@pytest.mark.parametrize(
    ("trusted", "told", "address"),
    [
        (1, "198.51.100.7", "198.51.100.7"),
        (1, "203.0.113.9, 198.51.100.7", "198.51.100.7"),  # the left one is the client's claim
        (2, "203.0.113.9, 198.51.100.7, 10.0.0.1", "198.51.100.7"),
        (2, "198.51.100.7", PEER),  # it came past the outer proxy
        (1, "2001:db8::7", "2001:db8::7"),
        (1, "[2001:db8::7]:4711", "2001:db8::7"),
        (1, "198.51.100.7:4711", "198.51.100.7"),
        (1, "unknown", PEER),
        (1, "198.51.100.7,", PEER),
        (1, "198.51.100.256", PEER),
        (1, "", PEER),
    ],
)
def test_the_nth_address_from_the_right_is_believed(settings, trusted, told, address):
    assert seen(trusted, settings, X_Forwarded_For=told)[0] == address


@pytest.mark.parametrize(
    ("trusted", "told", "secure"),
    [
        (1, "https", True),
        (1, "HTTPS", True),
        (1, "http", False),
        (1, "https, http", False),
        (2, "https, http", True),
        (2, "https", True),
        (1, "gopher", False),
        (1, "", False),
    ],
)
def test_the_scheme_is_believed_likewise(settings, trusted, told, secure):
    assert seen(trusted, settings, X_Forwarded_Proto=told)[1] is secure


@pytest.mark.django_db
def test_a_page_behind_a_proxy_is_not_redirected_for_ever(client, settings):
    settings.SECURE_SSL_REDIRECT = True
    settings.SIFT_TRUSTED_PROXIES = 1

    by_http = client.get("/nowhere/", headers={"X-Forwarded-Proto": "http"})
    by_https = client.get("/nowhere/", headers={"X-Forwarded-Proto": "https"})

    assert by_http.status_code == 301
    assert by_https.status_code != 301


@pytest.mark.django_db
def test_failed_keys_are_counted_against_the_believed_address(client, settings):
    settings.SIFT_TRUSTED_PROXIES = 1
    settings.SIFT_RATE_ANONYMOUS = "1/d"

    def ask(address: str) -> int:
        return client.get("/api/v1/leads", headers={"X-Forwarded-For": address}).status_code

    assert [ask("198.51.100.7"), ask("198.51.100.7"), ask("198.51.100.8")] == [401, 429, 401]
