"""Whose key it is, and what a key that is none gets: one answer for every cause."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from apikeys.keys import generate
from apikeys.revoking import revoke
from organisations.agency import account
from organisations.models import Plan
from tests.api.conftest import client_of, client_with
from tests.factories import make_key, make_lead

pytestmark = pytest.mark.django_db

LEADS = "/api/v1/leads"


def refused(client: Client, address: str = LEADS, **headers: str) -> bytes:
    response = client.get(address, headers={"X-Request-Id": "same"} | headers)
    assert response.status_code == 401
    assert response["WWW-Authenticate"] == "Bearer"
    return response.content


def mistyped(key: str) -> str:
    return key[:-7] + ("a" if key[-7] != "a" else "b") + key[-6:]


def test_every_cause_of_refusal_has_one_and_the_same_body(client, agency, other_agency):
    now = timezone.now()
    good = make_key(agency)[1]
    expired = make_key(agency, expires_at=now - timedelta(seconds=1))[1]
    deleted, deleted_text = make_key(agency)
    revoke(deleted)
    closed = make_key(other_agency)[1]
    account.close(other_agency)

    bodies = {
        refused(client),
        refused(client_with(expired)),
        refused(client_with(deleted_text)),
        refused(client_with(closed)),
        refused(client_with(generate().text)),
        refused(client_with(mistyped(good))),
        refused(client_with("sk_live_")),
        refused(client_with("")),
        refused(client_with("sk_live_" + "é" * 38)),
        refused(client, Authorization=good),
        refused(client, Authorization=f"Basic {good}"),
        refused(client, Authorization=f"Bearer {good}, Bearer {good}"),
        refused(client, Authorization=f"Bearer {good} {good}"),
    }

    assert len(bodies) == 1
    assert client_with(good).get(LEADS).status_code == 200


def test_the_refusal_is_a_problem_document(client, db):
    response = client.get(LEADS, headers={"X-Request-Id": "r-1"})

    assert response["Content-Type"] == "application/problem+json"
    problem = response.json()
    assert problem.pop("detail")
    assert problem == {
        "type": "/api/docs/#unauthorised", "title": "No valid API key", "status": 401,
        "request_id": "r-1",
    }  # fmt: skip


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER", "bEaReR"])
def test_the_schemes_case_does_not_matter(client, agency, scheme):
    key = make_key(agency)[1]

    assert client.get(LEADS, headers={"Authorization": f"{scheme} {key}"}).status_code == 200


@pytest.mark.parametrize("name", ["api_key", "key", "access_token", "authorization"])
def test_a_key_in_the_query_is_never_accepted(client, agency, name):
    key = make_key(agency)[1]

    refused(client, f"{LEADS}?{name}={key}")


def test_a_key_in_the_body_is_never_accepted(client, agency):
    lead = make_lead(agency)
    key = make_key(agency)[1]

    response = client.patch(
        f"{LEADS}/{lead.id}/status",
        {"status": "contacted", "api_key": key, "access_token": key},
        content_type="application/json",
    )

    assert response.status_code == 401


def test_a_key_works_until_it_expires(agency):
    key, text = make_key(agency, expires_at=timezone.now() + timedelta(hours=1))
    assert client_with(text).get(LEADS).status_code == 200

    key.expires_at = timezone.now() - timedelta(hours=1)
    key.save(update_fields=["expires_at"])

    refused(client_with(text))


def test_deleting_a_key_stops_it_at_the_next_request_and_no_other(agency):
    key, text = make_key(agency)
    other = client_of(agency)
    assert client_with(text).get(LEADS).status_code == 200

    revoke(key)

    refused(client_with(text))
    assert other.get(LEADS).status_code == 200


def test_closing_the_account_stops_its_keys_and_nobody_elses(api, other_api, agency):
    assert api.get(LEADS).status_code == 200

    account.close(agency)

    refused(api)
    assert other_api.get(LEADS).status_code == 200


def test_a_starter_organisations_key_is_good_but_the_plan_has_no_api(api, agency):
    account.change_plan(agency, Plan.STARTER)

    response = api.get(LEADS)

    assert response.status_code == 403
    assert response.json()["type"] == "/api/docs/#plan-without-api"
    assert "RateLimit" in response


@pytest.mark.parametrize("plan", [Plan.GROWTH, Plan.SCALE])
def test_the_key_works_at_the_next_request_after_the_plan_has_the_api(api, agency, plan):
    account.change_plan(agency, Plan.STARTER)
    assert api.get(LEADS).status_code == 403

    account.change_plan(agency, plan)

    assert api.get(LEADS).status_code == 200


def test_a_read_only_key_reads_and_does_not_write(agency):
    lead = make_lead(agency)
    reader = client_of(agency, scope="read")
    address = f"{LEADS}/{lead.id}"

    response = reader.patch(
        f"{address}/status", {"status": "contacted"}, content_type="application/json"
    )

    assert response.status_code == 403
    assert response.json()["type"] == "/api/docs/#read-only-key"
    assert reader.get(address).json()["status"] == "new"


def test_a_session_is_no_key(signed_in):
    refused(signed_in)
