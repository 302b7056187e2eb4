"""What every answer carries, and what happens before and after a view."""

import logging
import re

import psycopg
import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from sift_site.api import reads
from sift_site.api.problems import KINDS
from tests.api.conftest import client_with
from tests.factories import make_conversation, make_key, make_lead
from tests.servers import database_url

pytestmark = pytest.mark.django_db

LEADS = "/api/v1/leads"


@pytest.fixture
def answers_of_all_kinds(api, agency, settings) -> list:
    lead = make_lead(agency)
    address = f"{LEADS}/{lead.id}"
    answers = [
        api.get(LEADS),
        api.head(LEADS),
        api.get(address),
        api.get(address, headers={"If-None-Match": "*"}),
        api.patch(f"{address}/status", {"status": "contacted"}, content_type="application/json"),
        api.patch(f"{address}/status", {"status": "hot"}, content_type="application/json"),
        api.patch(f"{address}/status", b"x", content_type="text/plain"),
        api.get(f"{LEADS}/nonsense"),
        api.get("/api/v1/nothing"),
        api.get("/api/v1"),
        api.delete(LEADS),
        api.options(LEADS),
        Client().get(LEADS),
        Client().get(LEADS, headers={"Host": "elsewhere.example"}),
    ]
    settings.SIFT_RATE_GROWTH = "1/d"
    return [*answers, api.get(LEADS), api.get(LEADS)]


def test_every_answer_carries_the_same_headers(answers_of_all_kinds):
    for answer in answers_of_all_kinds:
        assert answer["Cache-Control"] == "private, no-store"
        assert answer["Vary"] == "Authorization"
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert re.fullmatch(r"[A-Za-z0-9._:-]{1,128}", answer["X-Request-Id"])
        assert not answer.cookies


def test_every_refusal_is_a_problem_document_that_names_its_request(answers_of_all_kinds):
    refusals = [answer for answer in answers_of_all_kinds if answer.status_code >= 400]

    assert {a.status_code for a in refusals} == {400, 401, 404, 405, 415, 422, 429}
    for answer in refusals:
        assert answer["Content-Type"] == "application/problem+json"
        problem = answer.json()
        assert problem["status"] == answer.status_code
        assert problem["request_id"] == answer["X-Request-Id"]
        assert problem["type"] in {kind.type for kind in KINDS}
        assert problem["title"]
        assert problem["detail"]
        assert ("errors" in problem) == (answer.status_code == 422)


@pytest.mark.parametrize("given", ["a", "A-b_c.d:9", "x" * 128])
def test_a_callers_request_id_is_kept(api, given):
    assert api.get(LEADS, headers={"X-Request-Id": given})["X-Request-Id"] == given


@pytest.mark.parametrize("given", ["", "x" * 129, "a b", "a,b", "é", "a\n", "<script>"])
def test_any_other_request_id_is_replaced(api, given):
    first, second = (
        api.get(LEADS, headers={"X-Request-Id": given})["X-Request-Id"] for _ in range(2)
    )

    assert given != first != second
    assert re.fullmatch(r"[A-Za-z0-9._:-]{1,128}", first)


def test_head_is_get_without_the_body(api, agency):
    conversation = make_conversation(agency, messages=2)
    addresses = [
        f"{LEADS}?limit=1", f"{LEADS}/{conversation.lead_id}", "/api/v1/conversations",
        f"/api/v1/conversations/{conversation.id}/messages",
    ]  # fmt: skip
    make_lead(agency)

    for address in addresses:
        get, head = api.get(address), api.head(address)
        assert head.status_code == 200
        assert head.content == b""
        assert int(head["Content-Length"]) == len(get.content)
        for name in ("Content-Type", "ETag", "Link"):
            assert head.get(name) == get.get(name)


@pytest.mark.parametrize("method", ["post", "put", "delete", "options", "trace", "patch"])
def test_a_method_that_a_path_does_not_take_is_405_without_a_key(client, db, method):
    answer = getattr(client, method)(LEADS)

    assert answer.status_code == 405
    assert answer["Allow"] == "GET, HEAD"


def test_the_status_takes_patch_alone(client, db):
    answer = client.get(f"{LEADS}/x/status")

    assert (answer.status_code, answer["Allow"]) == (405, "PATCH")


def test_only_what_lies_below_the_api_is_the_apis(client, db):
    assert client.get("/api/v1/x").json()["status"] == 404
    assert client.get("/api/v1x").json()["status"] == 404
    assert client.get("/apix")["Content-Type"].startswith("text/html")


def test_the_routes_stand_in_the_sites_url_table():
    assert reverse("api:lead-list") == LEADS
    assert reverse("api:message-list", args=["x"]) == "/api/v1/conversations/x/messages"


def test_a_foreign_host_is_refused(api):
    answer = api.get(LEADS, headers={"Host": "elsewhere.example"})

    assert answer.status_code == 400
    assert answer.json()["type"] == "/api/docs/#bad-request"


# --- HTTPS ---------------------------------------------------------------------------------------
@pytest.fixture
def over_https(settings) -> None:
    settings.SIFT_HTTPS = settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_HSTS_SECONDS = 31_536_000
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = settings.SECURE_HSTS_PRELOAD = True


@pytest.mark.usefixtures("over_https")
def test_plain_http_is_refused_and_not_redirected(api):
    answer = api.get(LEADS)

    assert answer.status_code == 403
    assert answer.json()["type"] == "/api/docs/#https-required"
    assert "Strict-Transport-Security" not in answer
    assert "RateLimit" not in answer


@pytest.mark.usefixtures("over_https")
def test_https_is_served_and_asks_to_be_kept(api):
    answer = api.get(LEADS, secure=True)

    assert answer.status_code == 200
    assert answer["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains; preload"


def test_the_next_page_is_linked_over_https_when_asked_over_https(api, agency):
    for _ in range(2):
        make_lead(agency)

    assert api.get(f"{LEADS}?limit=1", secure=True)["Link"].startswith("<https://testserver/")


# --- Faults of ours, and what is logged ----------------------------------------------------------
def test_a_fault_of_ours_is_a_500_problem_that_tells_nothing(api, monkeypatch, caplog):
    def broken(**_):
        raise RuntimeError("the secret of the failure")

    monkeypatch.setattr(reads, "lead_page", broken)

    answer = api.get(LEADS, headers={"X-Request-Id": "r-500"})

    assert answer.status_code == 500
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["request_id"] == "r-500"
    assert b"secret" not in answer.content
    assert b"Traceback" not in answer.content
    assert "r-500" in caplog.text
    assert "the secret of the failure" in caplog.text


@pytest.mark.parametrize(
    "fault",
    [
        psycopg.OperationalError("the connection was lost"),
        psycopg.errors.AdminShutdown("terminating connection"),
        psycopg.errors.LockNotAvailable("canceling statement due to lock timeout"),
        psycopg.errors.DiskFull("could not extend file: No space left on device"),
        psycopg.errors.IoError("could not read block 7: Input/output error"),
    ],
)
def test_a_database_that_does_not_answer_is_a_503_problem_that_says_when_to_ask_again(
    api, monkeypatch, caplog, fault
):
    def lost(**_):
        raise fault

    monkeypatch.setattr(reads, "lead_page", lost)

    answer = api.get(LEADS, headers={"X-Request-Id": "r-503"})

    assert answer.status_code == 503
    assert answer["Content-Type"] == "application/problem+json"
    assert answer["Retry-After"] == "5"
    assert answer.json()["request_id"] == "r-503"
    assert "r-503" in caplog.text
    assert "Traceback" not in caplog.text


def test_no_key_is_ever_logged_wherever_it_was_put(agency, monkeypatch, caplog):
    caplog.set_level(logging.DEBUG)
    good = make_key(agency)[1]
    lead = make_lead(agency)
    client, stranger = client_with(good), Client()
    mistyped = good[:20] + ("x" if good[20] != "x" else "y") + good[21:]

    client.get(LEADS)
    client.get(f"{LEADS}?api_key={good}&{good}=1&cursor={good}")
    client.get(f"{LEADS}/{good}")
    client.get(f"/api/v1/{good}")
    client.patch(f"{LEADS}/{lead.id}/status", {good: good}, content_type="application/json")
    client.get(LEADS, headers={"X-Request-Id": "r", "If-None-Match": good})
    stranger.get(f"{LEADS}?key={good}")
    client_with(mistyped).get(LEADS)
    client_with(good + " ").get(f"{LEADS}/{good}/status")
    monkeypatch.setattr(reads, "lead_page", lambda **_: 1 / 0)
    client.get(f"{LEADS}")
    monkeypatch.setattr(reads, "key_by_digest", lambda _: 1 / 0)
    client.get(f"{LEADS}/{good}")

    assert "ZeroDivisionError" in caplog.text
    assert good not in caplog.text
    assert good[8:] not in caplog.text
    assert mistyped not in caplog.text


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_died_is_replaced_and_the_read_answered(api, agency):
    lead = make_lead(agency)
    api.get(LEADS)
    before = connection.connection
    with psycopg.connect(database_url()) as other:  # as when the database was restarted
        other.execute("SELECT pg_terminate_backend(%s)", [before.info.backend_pid])

    answer = api.get(LEADS)

    assert [row["id"] for row in answer.json()["data"]] == [str(lead.id)]
    assert connection.connection is not before


@pytest.mark.django_db(transaction=True)
def test_a_change_survives_a_connection_that_died(api, agency):
    lead = make_lead(agency)
    with psycopg.connect(database_url()) as other:
        other.execute("SELECT pg_terminate_backend(%s)", [connection.connection.info.backend_pid])

    answer = api.patch(
        f"{LEADS}/{lead.id}/status", {"status": "contacted"}, content_type="application/json"
    )

    assert answer.status_code == 200
