"""No answer leads out of the site, and no link is made from a host that is not ours."""

import itertools
import re
from html import unescape
from urllib.parse import urljoin, urlsplit

import pytest
from django.test import Client

from tests.factories import PASSWORD
from tests.security.conftest import forms_of, taken_back, url_of
from tests.test_every_route import PAGES

ELSEWHERE = (
    "https://evil.example/",
    "//evil.example/",
    "/\\evil.example/",
    "https:evil.example",
    "javascript:alert(document.domain)//evil.example",
)
# Names under which sites are told where to go next.
WAYS = ("next", "back", "from", "to", "url", "return", "return_to", "redirect", "continue", "query")
LEADING = ("Location", "HX-Redirect", "HX-Location", "HX-Push-Url", "HX-Replace-Url", "Refresh")
LINKED = ("https://www.standardwebhooks.com",)  # what the reference itself names
LINK = re.compile(r'\b(?:href|action|formaction|src|hx-get|hx-post)="([^"]*)"')


def leads_out(address: str) -> bool:
    # A browser takes a backslash for a slash.
    there = urlsplit(urljoin("http://testserver/x/", address.replace("\\", "/").strip()))
    if there.scheme in ("mailto", "tel"):
        return False
    return there.scheme not in ("http", "https") or there.netloc != "testserver"


def ways_out(answer) -> list[str]:
    told = [answer.headers[name] for name in LEADING if name in answer.headers]
    if answer.get("Content-Type", "").startswith("text/html") and not answer.streaming:
        told += [unescape(link) for link in LINK.findall(answer.content.decode())]
    return [address for address in told if address not in LINKED and leads_out(address)]


def test_a_way_out_would_be_found():
    assert all(leads_out(address) for address in ELSEWHERE if not address.startswith("https:e"))
    assert not any(map(leads_out, ("/leads/", "?a=//evil.example", "#x", "tel:+44", "leads/")))


def test_no_route_leads_out_whatever_it_is_told(admin, ours):
    """Each route is told each way out once: by a form and an address, by HTMX, signed in or out."""
    forms, found = forms_of(ours), {}
    signed_in, nobody = (Client(raise_request_exception=False) for _ in range(2))
    signed_in.force_login(admin)
    for turn, (route, elsewhere) in enumerate(itertools.product(PAGES, ELSEWHERE)):
        client = signed_in if turn % 4 < 3 else nobody
        headers = {"Referer": elsewhere}
        if turn % 2:
            headers |= {"HX-Request": "true", "HX-Current-URL": elsewhere}
        address, told = url_of(route, ours), dict.fromkeys(WAYS, elsewhere)
        with taken_back(client):
            got = client.get(address, told, headers=headers)
            form = told | forms.get(route.pattern, {})
            posted = client.post(address, form, headers=headers, query_params=told)
        if out := ways_out(got) + ways_out(posted):
            found[route.pattern, elsewhere] = out

    assert found == {}


@pytest.mark.parametrize("elsewhere", ELSEWHERE)
def test_signing_in_leads_nowhere_else(client, agent, elsewhere):
    form = {"username": agent.email, "password": PASSWORD, "next": elsewhere}

    answer = client.post("/sign-in/", form)

    assert (answer.status_code, ways_out(answer)) == (302, [])


# --- Hosts ----------------------------------------------------------------------------------------
def test_every_route_refuses_a_host_that_is_not_ours(admin, ours):
    client = Client(raise_request_exception=False)
    client.force_login(admin)

    statuses = {
        client.get(url_of(route, ours), headers={"Host": host}).status_code
        for route in PAGES
        for host in ("evil.example", "testserver.evil.example", "testserver:80@evil.example")
    }

    assert statuses == {400}


def test_a_password_reset_never_links_to_a_host_that_a_stranger_named(client, agent, letters):
    refused = client.post(
        "/password-reset/", {"email": agent.email}, headers={"Host": "evil.example"}
    )
    assert refused.status_code == 400
    assert letters() == []

    told = {"X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example",
            "X-Host": "evil.example", "Origin": "http://evil.example"}  # fmt: skip
    client.post("/password-reset/", {"email": agent.email}, headers=told)

    (mail,) = letters()
    assert "http://testserver/password-reset/" in mail.body
    assert "evil" not in mail.body


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:8000"])
def test_links_in_letters_are_of_sifts_own_url_by_whatever_name_it_was_asked(
    signed_in_admin, admin, letters, settings, host
):
    settings.SIFT_URL = "https://sift.example.co.uk"
    invited = {"email": "new@example.com", "role": "agent"}

    Client().post("/password-reset/", {"email": admin.email}, headers={"Host": host})
    signed_in_admin.post("/settings/team/", invited, headers={"Host": host})

    links = [re.search(r"https?://\S+", letter.body)[0] for letter in letters()]
    assert len(links) == 2
    assert all(link.startswith("https://sift.example.co.uk/") for link in links)
