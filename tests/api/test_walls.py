"""Requests that are meant to be read in two ways, or to be answered at length."""

import json

import pytest

from tests.factories import make_key, make_lead


@pytest.fixture
def headers(agency) -> dict[str, str]:
    return {"Authorization": f"Bearer {make_key(agency)[1]}"}


def test_a_member_that_is_named_twice_is_refused(client, agency, headers):
    lead = make_lead(agency, status="hot")

    answer = client.patch(
        f"/api/v1/leads/{lead.id}/status",
        '{"status": "contacted", "status": "qualified"}',
        content_type="application/json",
        headers=headers,
    )

    assert answer.status_code == 422
    assert answer.json()["errors"] == [{"field": "status", "message": "is named twice"}]
    lead.refresh_from_db()
    assert lead.status == "hot"


@pytest.mark.parametrize("count", [30, 900])
def test_a_refusal_is_at_most_ten_times_as_long_as_its_question(client, db, headers, count):
    query = "&".join(f"a{number}" for number in range(count))

    answer = client.get(f"/api/v1/leads?{query}", headers=headers)
    problem = answer.json()

    assert answer.status_code == 422
    named = len(problem["errors"])
    assert 0 < named < count
    assert f"{count - named} more faults left out here." in problem["detail"]
    assert len(answer.content) <= 10 * (len(query) + 130)


def test_so_is_what_a_batch_is_told_of_each_conversation(client, db, headers):
    faulty = {"channel": "sms", "messages": [{}] * 300}

    answer = client.post(
        "/api/v1/conversations/batch",
        {"conversations": [faulty] * 20},
        content_type="application/json",
        headers=headers,
    )
    results = answer.json()["results"]

    assert [result["status"] for result in results] == [422] * 20
    errors = results[0]["errors"]
    assert 100 < len(errors) < 600
    assert errors[0]["field"] == "messages[0].role"
    assert errors[-1] == {
        "field": "body", "message": f"has {600 - len(errors) + 1} more faults, which are left out"
    }  # fmt: skip
    assert len(answer.content) <= 10 * 20 * len(json.dumps(faulty))


def test_of_few_faults_every_one_is_named(client, db, headers):
    answer = client.get("/api/v1/leads?limit=0&offset=-1&colour=red", headers=headers)

    assert [fault["field"] for fault in answer.json()["errors"]] == ["limit", "offset", "colour"]
    assert "left out" not in json.loads(answer.content)["detail"]
