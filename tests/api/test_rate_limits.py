"""Limits per organisation and per address, and what happens when nobody can count."""

import logging
import re
import socket
import threading
import time

import pytest
from django.core.cache import caches
from django.test import Client

from organisations.agency import account
from organisations.models import Plan
from tests.api.conftest import client_of
from tests.factories import make_lead

pytestmark = pytest.mark.django_db

LEADS = "/api/v1/leads"


@pytest.fixture(autouse=True)
def _narrow_limits(settings, _room_to_ask):
    settings.SIFT_RATE_GROWTH = "3/m"
    settings.SIFT_RATE_SCALE = "5/m"
    settings.SIFT_RATE_ANONYMOUS = "2/m"


def remaining(response) -> int:
    return int(re.fullmatch(r'"default";r=(\d+);t=\d+', response["RateLimit"])[1])


def test_every_answer_to_a_good_key_says_what_is_left(api):
    answers = [api.get(LEADS) for _ in range(3)]

    assert [remaining(answer) for answer in answers] == [2, 1, 0]
    assert {answer["RateLimit-Policy"] for answer in answers} == {'"default";q=3;w=60'}
    assert all(1 <= int(a["RateLimit"].rpartition("t=")[2]) <= 60 for a in answers)


def test_over_the_limit_it_is_429_with_the_seconds_to_wait(api):
    answers = [api.get(LEADS) for _ in range(5)]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
    refusal = answers[-1]
    assert refusal["Content-Type"] == "application/problem+json"
    assert 1 <= int(refusal["Retry-After"]) <= 60
    assert remaining(refusal) == 0
    # Being refused does not make the wait longer.
    assert int(answers[4]["Retry-After"]) <= int(answers[3]["Retry-After"])


def test_who_waits_as_long_as_told_is_served(api, monkeypatch):
    for _ in range(3):
        api.get(LEADS)
    wait = int(api.get(LEADS)["Retry-After"])
    told_at = time.time()

    monkeypatch.setattr("django_ratelimit.core.time.time", lambda: told_at + wait)

    assert api.get(LEADS).status_code == 200


def test_one_second_too_early_is_too_early(api, monkeypatch):
    start = int(time.time())
    monkeypatch.setattr("django_ratelimit.core.time.time", lambda: float(start))
    for _ in range(3):
        api.get(LEADS)
    wait = int(api.get(LEADS)["Retry-After"])

    monkeypatch.setattr("django_ratelimit.core.time.time", lambda: start + wait - 0.001)

    assert api.get(LEADS).status_code == 429


def test_all_keys_of_an_organisation_share_its_limit_and_no_other_organisations(
    api, agency, other_api
):
    second = client_of(agency)
    statuses = [client.get(LEADS).status_code for client in (api, second, api, second)]

    assert statuses == [200, 200, 200, 429]
    assert other_api.get(LEADS).status_code == 200


def test_scale_may_ask_more_often(api, agency):
    account.change_plan(agency, Plan.SCALE)

    answers = [api.get(LEADS) for _ in range(6)]

    assert [answer.status_code for answer in answers] == [200] * 5 + [429]
    assert answers[0]["RateLimit-Policy"] == '"default";q=5;w=60'


def test_every_request_with_a_good_key_counts_whatever_its_answer(api, agency):
    account.change_plan(agency, Plan.STARTER)  # 403, counted at Growth's rate
    assert api.get(LEADS).status_code == 403
    account.change_plan(agency, Plan.GROWTH)
    assert api.get(f"{LEADS}?limit=0").status_code == 422
    assert api.get(f"{LEADS}/nonsense").status_code == 404

    refusal = api.get(LEADS)

    assert refusal.status_code == 429


def test_unknown_paths_and_methods_count_nowhere(api, client):
    for _ in range(4):
        assert api.get("/api/v1/nothing").status_code == 404
        assert api.delete(LEADS).status_code == 405
        assert client.get("/api/v1/nothing").status_code == 404
        assert client.delete(LEADS).status_code == 405

    answer = api.get(LEADS)

    assert remaining(answer) == 2
    assert client.get(LEADS).status_code == 401
    assert "RateLimit" not in api.get("/api/v1/nothing")


def test_failures_are_limited_by_address_and_a_good_key_is_served_all_the_same(client, api):
    failures = [client.get(LEADS) for _ in range(3)]

    assert [answer.status_code for answer in failures] == [401, 401, 429]
    assert int(failures[2]["Retry-After"]) >= 1
    assert "WWW-Authenticate" not in failures[2]
    assert client.get(LEADS, REMOTE_ADDR="192.0.2.9").status_code == 401
    assert api.get(LEADS).status_code == 200


def test_good_requests_do_not_use_up_the_addresss_failures(client, api):
    for _ in range(3):
        api.get(LEADS)

    assert client.get(LEADS).status_code == 401


def test_addresses_of_one_ipv6_network_are_one_client(client, db):
    for n in range(2):
        client.get(LEADS, REMOTE_ADDR=f"2001:db8::{n}")

    assert client.get(LEADS, REMOTE_ADDR="2001:db8::ffff").status_code == 429
    assert client.get(LEADS, REMOTE_ADDR="2001:db8:0:1::1").status_code == 401


# --- A counter store that fails ------------------------------------------------------------------
def redis_at(port: int) -> dict:
    from django.conf import settings

    from sift_site import settings as ours

    return settings.CACHES | {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": f"redis://:a-password-of-redis@127.0.0.1:{port}/0",
            "OPTIONS": ours.REDIS_OPTIONS,
        }
    }


@pytest.fixture
def use_redis_at(settings):
    """Count in the Redis at that port from now on."""

    def use(port: int) -> None:
        settings.CACHES = redis_at(port)

    yield use
    # The next test's fixture clears the cache: let it find the memory again.
    settings.CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
    }
    assert caches["default"]


def assert_served_within(seconds: float, api: Client, caplog) -> None:
    caplog.clear()
    began = time.monotonic()
    with caplog.at_level(logging.DEBUG):
        answers = [api.get(LEADS) for _ in range(4)]
    took = time.monotonic() - began

    assert {answer.status_code for answer in answers} == {200}
    assert answers[0]["RateLimit-Policy"] == '"default";q=3;w=60'
    assert took < 4 * seconds, took
    assert [r.name for r in caplog.records if r.levelno >= logging.ERROR] == ["sift.limits"] * 4
    assert "a-password-of-redis" not in caplog.text


def test_a_store_that_is_down_serves_and_logs(api, agency, use_redis_at, caplog):
    make_lead(agency)
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    use_redis_at(port)

    assert_served_within(0.39, api, caplog)


def test_a_store_that_hangs_costs_one_time_out_and_serves(api, agency, use_redis_at, caplog):
    make_lead(agency)
    with socket.create_server(("127.0.0.1", 0), backlog=64) as deaf:  # accepts, never answers
        use_redis_at(deaf.getsockname()[1])

        assert_served_within(0.39, api, caplog)  # two time-outs would be 0.4


def test_a_store_that_answers_with_nonsense_serves_and_logs(api, use_redis_at, caplog):
    with socket.create_server(("127.0.0.1", 0), backlog=64) as odd:

        def answer() -> None:
            while True:
                try:
                    client, _ = odd.accept()
                except OSError:
                    return
                client.sendall(b"-LOADING Redis is loading the dataset in memory\r\n" * 20)

        threading.Thread(target=answer, daemon=True).start()
        use_redis_at(odd.getsockname()[1])

        assert_served_within(0.39, api, caplog)  # two time-outs would be 0.4
        odd.shutdown(socket.SHUT_RDWR)


def test_failed_authentication_is_still_401_when_nobody_can_count(client, db, use_redis_at):
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    use_redis_at(port)

    assert {client.get(LEADS).status_code for _ in range(4)} == {401}
