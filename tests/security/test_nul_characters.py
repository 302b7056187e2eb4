"""A NUL, which PostgreSQL's text cannot hold, in whatever a request may carry: nothing fails."""

import json
import logging
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser
from urllib.parse import urlencode, urljoin

import pytest
from django.contrib.auth.tokens import default_token_generator
from django.test import Client
from django.utils.http import urlsafe_base64_encode

from tests.factories import PASSWORD, make_invitation
from tests.organisations.signing_in.test_two_step import turn_on
from tests.security.conftest import taken_back, url_of
from tests.signing_in import let_proof_grow_old
from tests.test_every_route import PAGES

NUL = "a\0b"
# What pages read from their addresses, though no form of theirs has a field of that name.
IN_ADDRESSES = ("after", "before", "at", "page", "from", "next", "newest", "shown", "show", "part")
# What holds an address's query may hide one.
HIDDEN = urlencode({"q": NUL})

Fields = dict[str, str]


class Forms(HTMLParser):
    """The forms of a page: how and where to each is sent, and what a browser would send."""

    def __init__(self, address: str, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, str, Fields]] = []
        self._address = address
        self._by_id: dict[str, Fields] = {}
        self._open: Fields | None = None
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        said = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._open = self._of(said["id"]) if "id" in said else {}
            to = urljoin(self._address, said.get("action", "")).partition("?")[0]
            self.found.append((said.get("method", "get").lower(), to, self._open))
        elif tag in {"input", "select", "textarea", "button"} and said.get("name"):
            fields = self._of(said["form"]) if "form" in said else self._open
            if fields is not None:
                fields[said["name"]] = said.get("value", "x")

    def handle_endtag(self, tag):
        if tag == "form":
            self._open = None

    def _of(self, form: str) -> Fields:
        return self._by_id.setdefault(form, {})


def spoilt(name: str, value: str) -> Iterator[str]:
    """The value of a field with a NUL in it, in each way that its kind of value allows."""
    yield NUL
    if value.startswith("{"):
        yield json.dumps(dict.fromkeys(json.loads(value), NUL))
    elif "=" in value or name in {"query", "next", "back"}:
        yield HIDDEN


def requests_with_a_nul(pages: dict[str, str]) -> Iterator[tuple[str, str, Fields]]:
    """For each field of every form on the pages, a request with a NUL in that one."""
    seen = set()
    for address, html in pages.items():
        yield "get", address, dict.fromkeys(IN_ADDRESSES, NUL)
        yield "get", address, dict.fromkeys(IN_ADDRESSES, HIDDEN)
        for method, to, fields in Forms(address, html).found:
            for name in fields.keys() - {"csrfmiddlewaretoken"}:
                if (method, to, name) not in seen:
                    seen.add((method, to, name))
                    for value in spoilt(name, fields[name]):
                        yield method, to, fields | {name: value}


def faults_of(browser: Client, caplog, method: str, to: str, fields: Fields) -> list[str]:
    """What the request made fail: a status of 500 and more, and what was logged as an error."""
    caplog.clear()
    with taken_back(browser):
        answer = getattr(browser, method)(to, fields)
    faults = [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR]
    if answer.status_code >= 500:
        faults.append(str(answer.status_code))
    return [f"{method} {to} {fields}: {fault}" for fault in faults]


def all_faults(browser: Client, caplog, pages: dict[str, str]) -> list[str]:
    requests = list(requests_with_a_nul(pages))
    assert len(requests) > 2 * len(pages)  # their forms were found
    return [fault for one in requests for fault in faults_of(browser, caplog, *one)]


def pages_of(browser: Client, addresses: Iterable[str]) -> dict[str, str]:
    """The HTML of those of the addresses at which the browser sees a page."""
    answers = {address: browser.get(address) for address in addresses}
    return {
        address: answer.text
        for address, answer in answers.items()
        if answer.status_code == 200 and answer["Content-Type"].startswith("text/html")
    }


@pytest.fixture
def browser() -> Client:
    return Client(raise_request_exception=False)


def test_no_form_of_a_signed_in_person_fails_over_one(browser, admin, ours, caplog):
    browser.force_login(admin)
    pages = pages_of(browser, (url_of(route, ours) for route in PAGES))

    assert len(pages) > 20
    assert all_faults(browser, caplog, pages) == []


def test_no_form_of_a_visitor_fails_over_one(browser, agency, admin, caplog):
    browser.get(f"/invitation/{make_invitation(agency)[1]}/")
    person = urlsafe_base64_encode(str(admin.pk).encode())
    token = default_token_generator.make_token(admin)
    new_password = browser.get(f"/password-reset/{person}/{token}/")["Location"]

    pages = pages_of(browser, ["/sign-in/", "/password-reset/", "/invitation/", new_password])

    assert len(pages) == 4
    assert all_faults(browser, caplog, pages) == []


def test_no_second_step_fails_over_one(browser, agent, caplog):
    turn_on(agent)
    browser.post("/sign-in/", {"username": agent.email, "password": PASSWORD})

    pages = pages_of(browser, ["/sign-in/code/"])

    assert all_faults(browser, caplog, pages) == []


@pytest.mark.parametrize("has_two_steps", [False, True])
def test_no_proof_that_is_asked_again_fails_over_one(browser, admin, caplog, has_two_steps):
    if has_two_steps:
        turn_on(admin)
    browser.force_login(admin)
    let_proof_grow_old(browser)
    asked = browser.post("/settings/api-keys/", {"name": "Another", "scope": "read"})

    assert "proof_of_identity" in asked.text
    assert all_faults(browser, caplog, {"/settings/api-keys/": asked.text}) == []


@pytest.mark.parametrize(
    "path",
    [
        *["/%00", "/leads/%00/", "/conversations/%00/", "/settings/%00/", "/take/%00/"],
        *["/invitation/%00/", "/password-reset/%00/%00/", "/password-reset/MQ/%00/"],
        *["/static/%00", "/static/css/%00.css", "/static/css/base.css%00", "/healthz%00"],
        *["/api/v1/leads/%00", "/api/v1/conversations/%00/messages", "/api/docs/%00"],
    ],
)
def test_no_path_fails_over_one(browser, admin, caplog, path):
    strangers = faults_of(browser, caplog, "get", path, {})
    browser.force_login(admin)

    assert strangers + faults_of(browser, caplog, "get", path, {}) == []


@pytest.mark.parametrize("header", ["HX-Current-URL", "Referer"])
def test_no_address_in_a_header_fails_over_one(browser, admin, caplog, header):
    browser.force_login(admin)
    browser.defaults |= {
        f"HTTP_{header.upper().replace('-', '_')}": "http://testserver/leads/%00?q=%00&from=%00",
        "HTTP_HX_REQUEST": "true",
    }

    for path in ("/leads/?q=x", "/conversations/?q=x", "/sign-out/", "/settings/profile/"):
        for method in ("get", "post"):
            assert faults_of(browser, caplog, method, path, {}) == []
