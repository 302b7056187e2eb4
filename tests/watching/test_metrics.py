"""/metrics: who may fetch it, and that it tells what was done."""

import httpx
import pytest
from django.db import connection
from prometheus_client.parser import text_string_to_metric_families

from sift_site.models import Beat
from sift_site.watching import state
from tests.factories import arrived_lead, make_endpoint, make_key, make_lead, make_organisation
from tests.servers import free_port, serve
from tests.serving.test_health import away
from tests.watching.conftest import TOKEN
from tests.working.conftest import make_letter

HEADERS = {"Authorization": f"Bearer {TOKEN}"}


def told(text: str) -> dict[tuple[str, ...], float]:
    """Each number by its name and its labels' values, in the order of the labels' names."""
    return {
        (sample.name, *(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def fetched(client) -> dict[tuple[str, ...], float]:
    answer = client.get("/metrics", headers={"Host": "10.0.0.7:8000", **HEADERS})
    assert answer.status_code == 200
    return told(answer.content.decode())


def test_there_is_none_without_a_token_of_its_own(client, settings):
    settings.SIFT_METRICS_TOKEN = None

    assert client.get("/metrics", headers=HEADERS).status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize(
    "given", [None, "", TOKEN, "Bearer", "Bearer x", f"Bearer {TOKEN}x", f"Basic {TOKEN}"]
)
def test_whoever_does_not_show_it_is_refused(client, watched, given):
    headers = {} if given is None else {"Authorization": given}

    refused = client.get("/metrics", headers=headers)

    assert refused.status_code == 401
    assert refused["WWW-Authenticate"].startswith("Bearer")
    assert client.get("/metrics", headers=HEADERS).status_code == 200


@pytest.mark.django_db
def test_it_only_looks_and_is_kept_by_nobody(client, watched):
    assert client.post("/metrics", headers=HEADERS).status_code == 405
    answer = client.get("/metrics", headers=HEADERS)

    assert answer["Cache-Control"] == "no-store"
    assert answer["Content-Type"].startswith("text/plain; version=0.0.4")


def test_requests_are_told_by_their_pattern_and_no_path_shows(client, watched, agency):
    lead = make_lead(agency)
    _, key = make_key(agency)
    bearer = {"Authorization": f"Bearer {key}"}

    client.get(f"/api/v1/leads/{lead.id}", headers=bearer)
    client.get(f"/api/v1/leads/{lead.id}", headers=bearer)
    client.get("/api/v1/nothing-of-the-kind", headers=bearer)
    client.get("/sign-in/")
    client.get("/wp-login.php")
    client.generic("BREW", "/sign-in/")
    text = client.get("/metrics", headers=HEADERS).content.decode()
    found = told(text)

    count = "sift_requests_total"  # method, route, status
    assert found[count, "GET", "/api/v1/leads/<str:lead_id>", "200"] == 2
    assert found[count, "GET", "no route", "404"] == 2
    assert found[count, "GET", "/sign-in/", "200"] == 1
    assert any(name[:3] == (count, "other", "/sign-in/") for name in found)
    assert found["sift_request_seconds_count", "GET", "/api/v1/leads/<str:lead_id>"] == 2
    assert str(lead.id) not in text
    assert "wp-login" not in text


def test_captures_are_told_by_channel_and_outcome(client, watched, agency):
    _, key = make_key(agency)

    def send(path: str, body: dict) -> None:
        bearer = {"Authorization": f"Bearer {key}"}
        client.post(f"/api/v1/{path}", body, content_type="application/json", headers=bearer)

    said = [{"role": "user", "content": "Hello"}]
    chat = {"external_id": "c-1", "channel": "website", "messages": said}
    send("conversations", chat)
    send("conversations", chat)
    text = chat | {"external_id": "c-2", "channel": "sms"}
    send("conversations/batch", {"conversations": [text, {"channel": "pigeon"}]})
    found = fetched(client)

    assert found["sift_captures_total", "website", "created"] == 1
    assert found["sift_captures_total", "website", "unchanged"] == 1
    assert found["sift_captures_total", "sms", "created"] == 1
    assert found["sift_captures_total", "unknown", "refused"] == 1


def test_limits_and_failed_sign_ins_are_told(client, watched, agency, settings):
    settings.SIFT_RATE_ANONYMOUS = "2/m"
    for _ in range(3):
        client.get("/api/v1/leads")
    client.post("/sign-in/", {"username": "nobody@example.com", "password": "wrong"})
    found = fetched(client)

    assert found["sift_rate_limited_total", "api.anonymous"] == 1
    assert found["sift_sign_in_failures_total", "failed"] == 1


@pytest.mark.django_db(transaction=True)
def test_what_waits_is_told_with_its_age(client, watched):
    agency = make_organisation()
    before = fetched(client)
    endpoint = make_endpoint(agency)
    arrived_lead(agency)
    make_letter(agency)
    Beat.objects.create()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE organisations_letter SET created_at = now() - interval '1 hour'")
        cursor.execute("UPDATE organisations_change SET created_at = now() - interval '1 minute'")
    after = fetched(client)

    assert before["sift_letters_waiting",] == before["sift_webhook_oldest_seconds",] == 0
    assert ("sift_worker_heard_seconds",) not in before
    assert after["sift_database_up",] == 1
    assert after["sift_feed_positions_total",] == before["sift_feed_positions_total",] + 1
    assert 60 <= after["sift_webhook_oldest_seconds",] < 120
    assert after["sift_letters_waiting",] == 1
    assert 3600 <= after["sift_letters_oldest_seconds",] < 3700
    assert after["sift_workers",] == 1
    assert after["sift_worker_heard_seconds",] < 60
    assert after["sift_database_connections", "active"] >= 1
    assert endpoint.enabled


def test_requests_are_told_while_the_database_is_away(client, watched, monkeypatch, db):
    client.get("/sign-in/")
    monkeypatch.setattr(state, "_feed", lambda: away().cursor())
    found = fetched(client)

    assert found["sift_database_up",] == 0
    assert found["sift_requests_total", "GET", "/sign-in/", "200"] == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.redis
def test_several_processes_are_added_up_and_probes_port_answers_too(redis_url):
    agency = make_organisation()
    _, key = make_key(agency)
    port = free_port()
    env = {"SIFT_METRICS_TOKEN": TOKEN, "PROBE_PORT": str(port)}

    # Each over a connection of its own, so of either process.
    bearer = {"Authorization": f"Bearer {key}", "Connection": "close"}
    with (
        serve(workers=2, redis_url=redis_url, env=env) as address,
        httpx.Client(headers=bearer) as client,
    ):
        for _ in range(40):
            assert client.get(f"{address}/api/v1/leads").status_code == 200
        found = told(httpx.get(f"{address}/metrics", headers=HEADERS).text)
        beside = httpx.get(f"http://127.0.0.1:{port}/metrics", headers=HEADERS)
        assert httpx.get(f"http://127.0.0.1:{port}/metrics").status_code == 401

    assert found["sift_requests_total", "GET", "/api/v1/leads", "200"] == 40
    assert told(beside.text)["sift_requests_total", "GET", "/api/v1/leads", "200"] == 40
