"""Webhook endpoints by API (CONTRACT.md, section 3)."""

from datetime import timedelta

import pytest
from django.db.models import F

from foundation.ids import uuid7
from organisations.changes.forgetting import KEPT, drop_old
from organisations.models import AuditEntry, Change
from tests.api.conftest import client_of
from tests.factories import arrived_lead, make_delivery, make_endpoint
from webhooks.models import Endpoint, Waiting

pytestmark = pytest.mark.django_db

ENDPOINTS = "/api/v1/webhook-endpoints"
URL = "https://crm.example.com/sift"


def post(client, address, body=None):
    if body is None:
        return client.post(address)
    return client.post(address, body, content_type="application/json")


def patch(client, endpoint, body):
    return client.patch(f"{ENDPOINTS}/{endpoint.id}", body, content_type="application/json")


def faults(answer) -> dict[str, str]:
    assert answer.status_code == 422, answer.content
    return {each["field"]: each["message"] for each in answer.json()["errors"]}


@pytest.fixture
def endpoint(agency) -> Endpoint:
    return make_endpoint(agency)


def test_an_endpoint_is_made_and_its_secret_shown_once(agency, api):
    arrived_lead(agency)

    answer = post(api, ENDPOINTS, {"url": URL, "description": "CRM sync"})

    made = answer.json()
    assert answer.status_code == 201
    assert made.pop("secret").startswith("whsec_")
    assert made == {
        "id": made["id"],
        "url": URL,
        "description": "CRM sync",
        "types": ["*"],
        "include": "lead",
        "enabled": True,
        "off_because": None,
        "position": 1,  # from now on
        "told_at": None,
        "failing_since": None,
        "next_try_at": None,
        "created_at": made["created_at"],
        "updated_at": made["updated_at"],
    }
    assert api.get(f"{ENDPOINTS}/{made['id']}").json() == made
    assert api.get(ENDPOINTS).json() == {"data": [made]}


def test_a_secret_lies_encrypted(agency, api):
    secret = post(api, ENDPOINTS, {"url": URL}).json()["secret"]

    endpoint = Endpoint.objects.get()
    assert endpoint.encrypted_secret.startswith("gAAAAA")
    assert secret not in endpoint.encrypted_secret
    assert endpoint.secret == secret


@pytest.mark.parametrize(
    ("body", "field", "says"),
    [
        ({"url": "http://crm.example.com/"}, "url", "must begin with https://"),
        ({"url": "https://10.0.0.1/"}, "url", "not public"),
        ({"url": "https://crm.example.com:22/"}, "url", "port 443 or 8443"),
        ({"url": URL, "types": []}, "types", "lead.created"),
        ({"url": URL, "types": ["lead.exploded"]}, "types", "lead.created"),
        ({"url": URL, "types": ["*", "lead.created"]}, "types", "lead.created"),
        ({"url": URL, "include": "all"}, "include", "one of lead, none"),
        ({"url": URL, "secret": "whsec_x"}, "secret", "not accepted"),
        ({}, "url", "required"),
    ],
)
def test_what_an_endpoint_cannot_be_is_named(api, body, field, says):
    assert says in faults(post(api, ENDPOINTS, body))[field]
    assert not Endpoint.objects.exists()


def test_every_fault_is_named_at_once(api):
    assert faults(post(api, ENDPOINTS, {"url": "x", "types": ["x"]})).keys() == {"url", "types"}


def test_an_agency_has_ten_at_most(agency, other_agency, api):
    make_endpoint(other_agency)
    for _ in range(10):
        assert post(api, ENDPOINTS, {"url": URL}).status_code == 201

    assert "at most 10" in faults(post(api, ENDPOINTS, {"url": URL}))["body"]


def test_what_is_named_is_changed_and_the_rest_stays(api, endpoint):
    answer = patch(api, endpoint, {"types": ["lead.created", "lead.created"], "enabled": False})

    changed = answer.json()
    assert answer.status_code == 200
    assert (changed["types"], changed["enabled"], changed["url"]) == (
        ["lead.created"],
        False,
        endpoint.url,
    )
    assert "url" in faults(patch(api, endpoint, {"url": "ftp://x"}))
    assert patch(api, endpoint, {"description": None}).json()["description"] is None


def test_what_stands_already_changes_and_records_nothing(api, endpoint):
    before = AuditEntry.objects.count()

    answer = patch(api, endpoint, {"enabled": True, "url": endpoint.url})

    assert answer.json()["updated_at"] == api.get(f"{ENDPOINTS}/{endpoint.id}").json()["updated_at"]
    assert AuditEntry.objects.count() == before


def test_a_deleted_one_is_gone(api, endpoint):
    make_delivery(endpoint)

    assert api.delete(f"{ENDPOINTS}/{endpoint.id}").status_code == 200
    assert api.get(f"{ENDPOINTS}/{endpoint.id}").status_code == 404
    assert api.delete(f"{ENDPOINTS}/{endpoint.id}").status_code == 404


def test_a_rolled_secret_is_another_and_shown_once(api, endpoint):
    answer = post(api, f"{ENDPOINTS}/{endpoint.id}/roll-secret")

    assert answer.json()["secret"] not in (None, endpoint.shown_secret)
    endpoint.refresh_from_db()
    assert endpoint.secret == answer.json()["secret"]
    assert endpoint.former_secret == endpoint.shown_secret
    assert endpoint.former_until - endpoint.updated_at == pytest.approx(
        timedelta(hours=24), abs=timedelta(seconds=5)
    )


def test_a_test_is_on_its_way_but_not_to_one_that_is_off(api, endpoint):
    answer = post(api, f"{ENDPOINTS}/{endpoint.id}/test")

    assert answer.status_code == 200
    assert str(Waiting.objects.get().event_id) == answer.json()["event_id"]
    patch(api, endpoint, {"enabled": False})
    assert "enabled" in faults(post(api, f"{ENDPOINTS}/{endpoint.id}/test"))


def test_a_replay_sets_it_back_to_any_position_that_is_kept(agency, api, endpoint):
    for _ in range(3):
        arrived_lead(agency)
    Endpoint.objects.update(position=3)
    address = f"{ENDPOINTS}/{endpoint.id}/replay"

    assert post(api, address, {"after": 1}).json()["position"] == 1
    assert post(api, address, {"after": 0}).json()["position"] == 0
    beyond = post(api, address, {"after": 4})
    assert (faults(beyond).keys(), beyond.json()["latest"]) == ({"after"}, 3)
    Change.objects.filter(position__lte=2).update(created_at=F("created_at") - 2 * KEPT)
    drop_old(agency)
    gone = post(api, address, {"after": 1})
    assert (gone.status_code, gone.json()["oldest"]) == (410, 3)
    assert "after" in faults(post(api, address, {"after": -1}))


def test_deliveries_are_listed_newest_first_page_by_page(api, agency, endpoint):
    made = [make_delivery(endpoint, number=number) for number in (1, 2, 3)]
    make_delivery(make_endpoint(agency))
    address = f"{ENDPOINTS}/{endpoint.id}/deliveries"

    first = api.get(address, {"limit": 2}).json()
    second = api.get(address, {"limit": 2, "cursor": first["next_cursor"]}).json()

    assert [row["try"] for row in first["data"] + second["data"]] == [3, 2, 1]
    assert (first["has_more"], second["has_more"]) == (True, False)
    [oldest] = second["data"]
    assert oldest == {
        "id": str(made[0].id),
        "event_id": str(made[0].event_id),
        "position": 1,
        "type": "lead.created",
        "try": 1,
        "created_at": oldest["created_at"],
        "milliseconds": 87,
        "status": 204,
        "fault": None,
        "answer": None,
    }


def test_deliveries_can_be_narrowed_to_those_that_failed(api, endpoint):
    make_delivery(endpoint)
    make_delivery(endpoint, status=500, answer="no")
    make_delivery(endpoint, status=None, fault="it refused the connection")

    rows = api.get(f"{ENDPOINTS}/{endpoint.id}/deliveries", {"failed": "true"}).json()["data"]

    assert [(row["status"], row["fault"], row["answer"]) for row in rows] == [
        (None, "it refused the connection", None),
        (500, None, "no"),
    ]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("get", "", None),
        ("patch", "", {"enabled": False}),
        ("delete", "", None),
        ("post", "/test", None),
        ("post", "/roll-secret", None),
        ("post", "/replay", {"after": 0}),
        ("get", "/deliveries", None),
    ],
)
def test_another_agencys_endpoint_looks_like_none_at_all(api, other_agency, method, path, body):
    ids = [make_endpoint(other_agency).id, uuid7(), "nonsense"]

    answers = [
        getattr(api, method)(
            f"{ENDPOINTS}/{id_}{path}",
            body,
            **{"content_type": "application/json"} if body else {},
            headers={"X-Request-Id": "same"},
        )
        for id_ in ids
    ]

    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1


@pytest.mark.parametrize("scope", ["read", "capture"])
def test_webhooks_take_a_key_that_reads_and_writes(agency, endpoint, scope):
    client = client_of(agency, scope=scope)

    assert client.get(ENDPOINTS).status_code == 403
    assert post(client, f"{ENDPOINTS}/{endpoint.id}/roll-secret").status_code == 403
