"""No answer leads out of the site, and no link is made from a host that is not ours."""

import itertools
import re
from collections.abc import Callable, Iterable
from html import unescape
from typing import Any
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
SIGN = "as-it-was-told"
WITHIN = f"/leads/?q={SIGN}"
# Names under which sites are told where to go next.
WAYS = (
    "next",
    "back",
    "from",
    "to",
    "url",
    "return",
    "return_to",
    "redirect",
    "continue",
    "query",
    "back_to",
)
LEADING = ("Location", "HX-Redirect", "HX-Location", "HX-Push-Url", "HX-Replace-Url", "Refresh")
LINKED = ("https://www.standardwebhooks.com",)  # what the reference itself names
Teller = Callable[[str], list[str]]
LINK = re.compile(r'\b(?:href|action|formaction|src|hx-get|hx-post)="([^"]*)"')


def leads_out(address: str) -> bool:
    # A browser takes a backslash for a slash.
    there = urlsplit(urljoin("http://testserver/x/", address.replace("\\", "/").strip()))
    if there.scheme in ("mailto", "tel"):
        return False
    return there.scheme not in ("http", "https") or there.netloc != "testserver"


def led_to(answer) -> list[str]:
    """Where the answer leads, by its headers and by the links and forms of a page."""
    places = [answer.headers[name] for name in LEADING if name in answer.headers]
    if answer.get("Content-Type", "").startswith("text/html") and not answer.streaming:
        places += [unescape(link) for link in LINK.findall(answer.content.decode())]
    return places


def ways_out(places: Iterable[str]) -> list[str]:
    return [address for address in places if address not in LINKED and leads_out(address)]


def test_a_way_out_would_be_found():
    assert all(leads_out(address) for address in ELSEWHERE if not address.startswith("https:e"))
    assert not any(map(leads_out, ("/leads/", "?a=//evil.example", "#x", "tel:+44", "leads/")))


def teller(client: Client, address: str, form: dict[str, Any], *, by_htmx: bool) -> Teller:
    """What tells a route where to lead, by every name, read and written, and says where it does."""

    def tell(where: str) -> list[str]:
        said, headers = dict.fromkeys(WAYS, where), {"Referer": where}
        if by_htmx:
            headers |= {"HX-Request": "true", "HX-Current-URL": where}
        with taken_back(client):
            got = client.get(address, said, headers=headers)
            posted = client.post(address, said | form, headers=headers, query_params=said)
        return led_to(got) + led_to(posted)

    return tell


def test_no_route_leads_out_whatever_it_is_told(admin, ours):
    """Each is told a page of ours, signed in or out, by HTMX or without; where it leads there, it
    is told each way out as well."""
    forms, found, heeding = forms_of(ours), {}, set()
    signed_in, nobody = (Client(raise_request_exception=False) for _ in range(2))
    signed_in.force_login(admin)
    for route, (client, by_htmx) in itertools.product(
        PAGES, ((signed_in, False), (signed_in, True), (nobody, True))
    ):
        form = forms.get(route.pattern, {})
        tell = teller(client, url_of(route, ours), form, by_htmx=by_htmx)
        if any(SIGN in place for place in tell(WITHIN)):
            heeding.add(route.pattern)
            for elsewhere in ELSEWHERE:
                if out := ways_out(tell(elsewhere)):
                    found[route.pattern, elsewhere] = out

    assert found == {}
    assert {"sign-in/", "leads/bulk/<uuid:bulk_id>/undo/"} <= heeding


@pytest.mark.parametrize("elsewhere", ELSEWHERE)
def test_signing_in_leads_nowhere_else(client, agent, elsewhere):
    form = {"username": agent.email, "password": PASSWORD, "next": elsewhere}

    answer = client.post("/sign-in/", form)

    assert (answer.status_code, ways_out(led_to(answer))) == (302, [])


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
