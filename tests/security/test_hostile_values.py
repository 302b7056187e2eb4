"""Values that no browser sends, in whatever a page may be told: it never fails over them, and what
it refuses costs the log no traceback."""

import io
import logging
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from tests.factories import make_lead
from tests.security.conftest import forms_of, taken_back, url_of
from tests.test_every_route import PAGES

BROKEN = "http://[bad"
HOSTILE = (
    *(BROKEN, "\0", "\ud800".encode("utf-8", "surrogatepass").decode("latin-1"), "%", "%00%ff"),
    *("9" * 400, "-1", "NaN", "1e400", "{", "[" * 300, "\u202e\u0301" * 30, "0001-01-01"),
    *("99999-99-99", "'\";--", "a" * 9000, "\r\nX: y", "inf", "\u0660", "٣", "=1+1"),
)
# Headers that pages, or what stands in front of them, read.
HEADERS = (
    *("Referer", "Origin", "HX-Current-URL", "HX-Target", "HX-Trigger", "HX-Prompt"),
    *("Triggering-Event", "If-None-Match", "If-Modified-Since", "Accept-Encoding"),
    *("Accept-Language", "User-Agent", "X-Request-Id", "X-Forwarded-For", "X-Forwarded-Proto"),
    *("Range", "Accept", "Content-Encoding", "X-HTTP-Method-Override", "Forwarded", "Cookie"),
)
# What pages read from addresses and forms, beside the fields of their own forms.
NAMES = (
    *("after", "before", "at", "page", "from", "next", "newest", "shown", "show", "part", "back"),
    *("q", "status", "temperature", "assignee", "sort", "query", "lead", "seen", "act", "event"),
    *("other", "survivor", "form", "period", "score", "budget", "follow_up", "kind", "by", "on"),
)


def told(names: Any, turn: int, *, in_header: bool = False) -> dict[str, str]:
    """A hostile value for each name, another one at each turn."""
    values = [HOSTILE[(turn + place) % len(HOSTILE)] for place in range(len(names))]
    if in_header:  # the server lets no line break and no NUL by
        values = [value.encode().decode("latin-1") for value in values]
        values = ["".join(c for c in value if c not in "\0\r\n")[:4000] for value in values]
    return dict(zip(names, values, strict=True))


def attacks(ours: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Method, address and what else the client takes: each route read and written, at two turns,
    by HTMX and without, the fields of its form among what is hostile."""
    forms = forms_of(ours)
    for place, route in enumerate(PAGES):
        address, names = url_of(route, ours), (*NAMES, *forms.get(route.pattern, ()))
        for turn in (place, place + len(HOSTILE) // 2):
            headers = told(HEADERS, turn, in_header=True)
            if turn == place:
                headers |= {"HX-Request": "true", "HX-Current-URL": BROKEN}
            form = told(names, turn)
            yield "get", address, {"data": form, "headers": headers}
            yield "post", address, {"data": form, "headers": headers, "query_params": form}


@pytest.fixture
def browser(admin) -> Client:
    browser = Client(raise_request_exception=False)
    browser.force_login(admin)
    return browser


@pytest.fixture
def log(monkeypatch) -> io.StringIO:
    """What stands in the log, as a deployment has it."""
    handler = next(each for each in logging.getLogger().handlers if each.name == "stderr")
    written = io.StringIO()
    monkeypatch.setattr(handler, "stream", written)
    return written


def test_no_page_fails_over_a_hostile_value(browser, ours, log):
    faults, statuses = [], Counter()
    for method, address, said in attacks(ours):
        session = browser.cookies["sift_session"].value
        said["headers"]["Cookie"] = f"sift_session={session}; x={said['headers']['Cookie']}"
        with taken_back(browser):
            answer = getattr(browser, method)(address, **said)
        statuses[answer.status_code] += 1
        if answer.status_code >= 500 or "Traceback" in log.getvalue():
            faults.append((method, address, answer.status_code, log.getvalue()[-300:]))
        log.seek(0)
        log.truncate()

    assert faults == []
    # What was attacked were the pages, not what guards them.
    assert statuses[200] > len(PAGES) / 2
    assert statuses[422] > 10


@pytest.mark.parametrize("path", ["/leads/", "/leads/?q=x", "/conversations/?q=x"])
def test_a_page_that_is_no_address_is_none(browser, path):
    answer = browser.get(path, headers={"HX-Request": "true", "HX-Current-URL": BROKEN})

    assert answer.status_code == 200


def test_undoing_a_merge_that_was_none_says_so_by_htmx_as_well(browser, agency):
    lead = make_lead(agency, name="Siân Hughes")

    answer = browser.post(f"/leads/{lead.id}/unmerge/", headers={"HX-Request": "true"})

    assert answer.status_code == 422
    assert "Received" in answer.text  # the history, which the reason tells to look at
    assert "did not say which merge to undo" in answer.text


def test_a_nul_in_an_e_mail_is_no_fault(client, db, log):
    answer = client.post("/sign-in/", {"username": "a\0@example.com", "password": "x" * 12})

    assert answer.status_code == 422
    assert "Traceback" not in log.getvalue()


@pytest.mark.parametrize("path", ["/", "/leads/", "/static/css/base.css", "/nothing-here/"])
def test_a_host_that_is_not_ours_is_one_line_of_the_log(client, db, log, path):
    answer = client.get(path, headers={"Host": "evil.example"})

    assert answer.status_code == 400
    assert len(log.getvalue().splitlines()) == 1
    assert "evil.example" in log.getvalue()


def test_a_form_of_too_many_fields_is_no_traceback(client, db, log):
    answer = client.post("/sign-in/", {f"field{number}": "x" for number in range(1001)})

    assert answer.status_code == 400
    assert "Traceback" not in log.getvalue()


def test_nor_is_a_page_that_is_an_admins(signed_in, log):
    assert signed_in.get("/settings/team/").status_code == 403
    assert "/settings/team/" in log.getvalue()
    assert "Traceback" not in log.getvalue()


def test_what_is_our_own_fault_keeps_its_traceback(client, db, log, monkeypatch):
    client.raise_request_exception = False
    monkeypatch.setattr("organisations.signing_in.throttle.count_attempt", lambda *_: 1 / 0)

    answer = client.post("/sign-in/", {"username": "ada@example.com", "password": "x"})

    assert answer.status_code == 500
    assert "ZeroDivisionError" in log.getvalue()
