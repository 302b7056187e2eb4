"""Which refusal comes first where several would do (CONTRACT.md, section 2, Order of checks).

Each case has the faults of all the later ones too.
"""

import pytest

from organisations.agency import account
from organisations.models import Plan
from tests.api.conftest import client_of
from tests.factories import make_lead

pytestmark = pytest.mark.django_db

TOO_LONG = b"[" + b" " * 70_000


def patch(client, address, body=b"{}", content_type="application/json", **headers):
    response = client.patch(
        address, body, content_type=content_type, headers={"If-Match": '"never"'} | headers
    )
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["status"] == response.status_code
    return response.status_code


@pytest.fixture
def status_of(agency) -> str:
    return f"/api/v1/leads/{make_lead(agency).id}/status"


def test_the_path_comes_before_the_key(client):
    assert patch(client, "/api/v1/nothing", TOO_LONG, "text/plain") == 404


def test_the_method_comes_before_the_key(client):
    assert patch(client, "/api/v1/leads", TOO_LONG, "text/plain") == 405


def test_the_key_comes_before_the_object_and_the_body(client, db):
    assert patch(client, "/api/v1/leads/nonsense/status", TOO_LONG, "text/plain") == 401


def test_the_rate_comes_before_the_plan_and_the_scope(agency, settings):
    settings.SIFT_RATE_GROWTH = "1/m"
    account.change_plan(agency, Plan.STARTER)
    reader = client_of(agency, scope="read")

    assert patch(reader, "/api/v1/leads/nonsense/status", TOO_LONG, "text/plain") == 403
    assert patch(reader, "/api/v1/leads/nonsense/status", TOO_LONG, "text/plain") == 429


def test_the_plan_comes_before_the_scope(agency):
    account.change_plan(agency, Plan.STARTER)
    reader = client_of(agency, scope="read")

    response = reader.patch("/api/v1/leads/nonsense/status", TOO_LONG, content_type="text/plain")

    assert response.json()["type"] == "/api/docs/#plan-without-api"


def test_the_scope_comes_before_the_content_type(agency):
    reader = client_of(agency, scope="read")

    assert patch(reader, "/api/v1/leads/nonsense/status", TOO_LONG, "text/plain") == 403


def test_the_content_type_comes_before_the_size(api):
    assert patch(api, "/api/v1/leads/nonsense/status", TOO_LONG, "text/plain") == 415


def test_the_encoding_comes_before_the_size(api):
    headers = {"Content-Encoding": "gzip"}

    assert patch(api, "/api/v1/leads/nonsense/status", TOO_LONG, **headers) == 415


def test_the_size_comes_before_the_object(api):
    assert patch(api, "/api/v1/leads/nonsense/status", TOO_LONG) == 413


@pytest.mark.parametrize("lead_id", ["nonsense", "0197a1b2-0000-7000-8000-000000000000"])
def test_the_object_comes_before_the_body_and_the_query(api, lead_id):
    assert patch(api, f"/api/v1/leads/{lead_id}/status?x=1", b"{") == 404


def test_the_body_comes_before_if_match(api, status_of):
    assert patch(api, status_of, b"{") == 422


def test_if_match_comes_last(api, status_of):
    assert patch(api, status_of, b'{"status": "contacted"}') == 412


@pytest.mark.parametrize("conversation_id", ["nonsense", "0197a1b2-0000-7000-8000-000000000000"])
def test_a_missing_conversation_comes_before_the_faults_of_the_query(api, conversation_id):
    address = f"/api/v1/conversations/{conversation_id}/messages?limit=0"

    assert api.get(address).status_code == 404
