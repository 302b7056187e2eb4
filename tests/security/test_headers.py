"""The headers of every answer: each route signed in and out, errors, files, the API, probes."""

import subprocess
import sys

import pytest
from django.conf import settings
from django.test import Client

from sift_site.serving import security_headers
from tests.security.conftest import url_of
from tests.servers import PROJECT
from tests.test_every_route import ROUTES

EVERYWHERE = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
FEATURES = ("camera", "clipboard-read", "geolocation", "microphone", "payment", "usb")


def faults_of(answer) -> list[str]:
    """What a grader of headers would mark down."""
    faults = [name for name, value in EVERYWHERE.items() if answer.headers.get(name) != value]
    if answer.headers.get("Referrer-Policy") not in ("same-origin", "no-referrer"):
        faults.append("Referrer-Policy")
    policy = answer.headers.get("Content-Security-Policy", "").split("; ")
    wanted = ("default-src 'none'", "object-src 'none'", "base-uri 'none'")
    faults += [one for one in (*wanted, "frame-ancestors 'none'") if one not in policy]
    faults += [one for one in policy if "unsafe" in one or "*" in one or "data:" in one]
    if answer.headers.get("Content-Type", "").startswith("text/html"):
        allowed = answer.headers.get("Permissions-Policy", "")
        faults += [feature for feature in FEATURES if f"{feature}=()" not in allowed]
    if "Access-Control-Allow-Origin" in answer.headers:
        faults.append("Access-Control-Allow-Origin")
    return faults


def test_every_route_sends_them_whatever_it_answers(admin, ours):
    browser = Client(raise_request_exception=False)
    browser.force_login(admin)

    found = {
        (method, address): faults
        for route in ROUTES
        for client, method in ((browser, "GET"), (browser, "PUT"), (Client(), "GET"))
        if (faults := faults_of(client.generic(method, address := url_of(route, ours))))
    }

    assert found == {}
    assert len(ROUTES) > 30


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/nothing-here/", 404),
        ("/api/v1/nothing", 404),
        ("/api/v1/leads", 401),
        ("/healthz", 200),
        ("/readyz", 200),
        ("/static/css/base.css", 200),
        ("/static/icon.svg", 200),
        ("/static/nothing.css", 404),
    ],
)
def test_so_do_errors_the_api_probes_and_files(client, db, settings, address, status):
    settings.WHITENOISE_USE_FINDERS = True

    answer = client.get(address)

    assert answer.status_code == status
    assert faults_of(answer) == []


def test_so_do_a_refused_host_a_refused_form_and_a_fault_of_ours(agent, monkeypatch):
    browser = Client(enforce_csrf_checks=True, raise_request_exception=False)
    browser.force_login(agent)
    monkeypatch.setattr("leads.pages.lead_list.LeadFilterForm", lambda *_: 1 / 0)

    answers = [
        browser.get("/", headers={"Host": "evil.example"}),
        browser.post("/sign-out/"),
        browser.get("/leads/"),
    ]

    assert [answer.status_code for answer in answers] == [400, 403, 500]
    assert [faults_of(answer) for answer in answers] == [[], [], []]


def test_no_route_gives_back_what_it_was_sent_with_trace(admin, ours):
    client = Client(raise_request_exception=False)
    client.force_login(admin)

    for route in ROUTES:
        answer = client.trace(url_of(route, ours), headers={"X-Secret": "quokka"})

        assert b"quokka" not in answer.content, route.pattern
        assert answer.get("Content-Type") != "message/http"  # RFC 9110, section 9.3.8


@pytest.mark.parametrize("address", ["/sign-in/", "/nothing-here/", "/api/v1/leads", "/healthz"])
def test_over_https_browsers_are_told_to_stay_there(client, db, settings, address):
    settings.SECURE_HSTS_SECONDS = 31_536_000
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = settings.SECURE_HSTS_PRELOAD = True

    secure, plain = client.get(address, secure=True), client.get(address)

    assert secure["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains; preload"
    assert "Strict-Transport-Security" not in plain


def test_what_gunicorn_refuses_itself_carries_them_too():
    import socket

    from sift_site.api import server_refusals

    ours, theirs = socket.socketpair()
    with ours, theirs:
        server_refusals._write(ours, 431, "Request Header Fields Too Large", "")
        head = theirs.recv(10_000).decode()

    for name, value in security_headers.EVERYWHERE.items():
        assert f"\r\n{name}: {value}\r\n" in head
    assert "\r\nContent-Security-Policy: default-src 'none';" in head
    assert head.partition("\r\n\r\n")[2].startswith("{")


SHOW = """
import django
django.setup()
from django.conf import settings
from django.core.management import call_command
from foundation.web.cookies import MessageStorage

call_command("check", deploy=True, fail_level="WARNING")
print(settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME, MessageStorage.cookie_name)
print(settings.SESSION_COOKIE_SECURE, settings.CSRF_COOKIE_SECURE, settings.CSRF_COOKIE_HTTPONLY)
print(settings.CONTENT_SECURITY_POLICY["DIRECTIVES"].get("upgrade-insecure-requests"))
print(settings.SECURE_HSTS_SECONDS, settings.SECURE_SSL_REDIRECT, settings.DEBUG)
"""


def test_a_deployment_passes_djangos_check_and_binds_its_cookies_to_its_host():
    environment = {
        "PATH": "/usr/bin:/bin",
        "DJANGO_SETTINGS_MODULE": "sift_site.settings",
        "DATABASE_URL": "postgres://sift@localhost/sift",
        "REDIS_URL": "redis://localhost:6379/0",
        "SECRET_KEY": "only-to-check-the-settings-0123456789-abcdefghijklmnopqrstuvwxyz",
        "ALLOWED_HOSTS": "sift.example.co.uk",
        "SIFT_URL": "https://sift.example.co.uk",
    }

    shown = subprocess.run(
        [sys.executable, "-c", SHOW],
        cwd=PROJECT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert shown.returncode == 0, shown.stderr
    assert shown.stdout.splitlines()[-4:] == [
        "__Host-sift_session __Host-sift_csrf __Host-sift_messages",
        "True True True",
        "True",
        "31536000 True False",
    ]


def test_cookies_are_kept_from_scripts_and_from_other_sites_posts(client, agent):
    client.post("/sign-in/", {"username": agent.email, "password": "correct horse battery staple"})
    client.get("/")

    for name in (settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME):
        cookie = client.cookies[name]
        assert cookie["httponly"]
        assert (cookie["samesite"], cookie["path"], cookie["domain"]) == ("Lax", "/", "")
