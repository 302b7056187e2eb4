"""Faulty queries: each parameter at fault is named, with what it accepts."""

import pytest

from tests.factories import make_conversation, make_lead

pytestmark = pytest.mark.django_db

NUMBER = "must be a whole number from"
TIME = "must be a time or date such as"
STATUSES = (
    "must be one or more of new, hot, warm, cold, contacted, qualified, converted, lost, "
    "rejected, archived"
)


def faults_of(response) -> dict[str, str]:
    assert response.status_code == 422, response.content
    assert response["Content-Type"] == "application/problem+json"
    return {fault["field"]: fault["message"] for fault in response.json()["errors"]}


@pytest.mark.parametrize(
    ("query", "field", "message"),
    [
        ("limit=0", "limit", f"{NUMBER} 1 to 500"),
        ("limit=501", "limit", f"{NUMBER} 1 to 500"),
        ("limit=", "limit", f"{NUMBER} 1 to 500"),
        ("limit", "limit", f"{NUMBER} 1 to 500"),
        ("limit=%2B5", "limit", f"{NUMBER} 1 to 500"),
        ("limit=5.0", "limit", f"{NUMBER} 1 to 500"),
        ("limit=1_0", "limit", f"{NUMBER} 1 to 500"),
        ("limit=%205", "limit", f"{NUMBER} 1 to 500"),
        ("limit=٥", "limit", f"{NUMBER} 1 to 500"),
        ("limit=²", "limit", f"{NUMBER} 1 to 500"),
        ("limit=" + "9" * 5000, "limit", f"{NUMBER} 1 to 500"),
        ("limit=5&limit=5", "limit", "is given 2 times; it is accepted once, as a whole"),
        ("offset=-1", "offset", f"{NUMBER} 0 up"),
        ("offset=", "offset", f"{NUMBER} 0 up"),
        (f"offset={2**63}", "offset", f"{NUMBER} 0 up"),
        ("cursor=", "cursor", "must be a next_cursor of this list"),
        ("cursor=x", "cursor", "must be a next_cursor of this list"),
        ("cursor=%C3%A9.%00", "cursor", "must be a next_cursor of this list"),
        ("cursor=x&offset=0", "cursor", "must be a next_cursor of this list"),
        ("since=", "since", TIME),
        ("since=yesterday", "since", TIME),
        ("since=20260601", "since", TIME),
        ("since=1717200000", "since", TIME),
        ("since=2026-06-31", "since", TIME),
        ("since=2026-06-01T09:30:00Z&since=2026-06-01", "since", "is given 2 times"),
        ("since=0001-01-01T00:00:00%2B01:00", "since", TIME),
        ("since=9999-12-31T23:59:59-01:00", "since", TIME),
        ("updated_since=now", "updated_since", TIME),
        ("status=lukewarm", "status", STATUSES),
        ("status=", "status", STATUSES),
        ("status=hot,", "status", STATUSES),
        ("status=hot,,new", "status", STATUSES),
        ("status=Hot", "status", STATUSES),
        ("status=hot&status=tepid", "status", STATUSES),
        ("status=hot%00", "status", STATUSES),
        ("count=", "count", "must be exact"),
        ("count=true", "count", "must be exact"),
        ("count=exact&count=exact", "count", "is given 2 times"),
        (
            "page=2",
            "page",
            "is not a parameter here; accepted: status, email, phone, since, updated_since",
        ),
        ("Limit=5", "Limit", "is not a parameter here"),
        ("channel=sms", "channel", "is not a parameter here"),
        ("=5", "", "is not a parameter here"),
    ],
)
def test_a_faulty_query_of_the_lead_list_is_named(api, query, field, message):
    faults = faults_of(api.get(f"/api/v1/leads?{query}"))

    assert list(faults) == [field]
    assert faults[field].startswith(message)


def test_every_fault_is_named_at_once(api):
    query = "limit=0&offset=x&cursor=y&since=1&updated_since=2&status=3&count=4&page=5&size=6"

    assert set(faults_of(api.get(f"/api/v1/leads?{query}"))) == {
        "limit", "offset", "cursor", "since", "updated_since", "status", "count", "page", "size",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("query", "field", "message"),
    [
        ("channel=fax", "channel", "must be one of website, sms, email"),
        ("channel=sms,email", "channel", "must be one of website, sms, email"),
        ("channel=sms&channel=email", "channel", "is given 2 times"),
        ("status=new", "status", "must be one of open, closed"),
        ("lead_id=7", "lead_id", "must be the id of a lead, a UUID"),
        ("lead_id=", "lead_id", "must be the id of a lead, a UUID"),
        ("source=sms", "source", "is not a parameter here"),
        ("limit=501", "limit", f"{NUMBER} 1 to 500"),
    ],
)
def test_a_faulty_query_of_the_conversation_list_is_named(api, query, field, message):
    faults = faults_of(api.get(f"/api/v1/conversations?{query}"))

    assert list(faults) == [field]
    assert faults[field].startswith(message)


@pytest.mark.parametrize(
    ("query", "field", "message"),
    [
        ("limit=1001", "limit", f"{NUMBER} 1 to 1000"),
        (
            "updated_since=2026-06-01",
            "updated_since",
            "is not a parameter here; accepted: since, limit",
        ),
        ("status=open", "status", "is not a parameter here"),
        ("offset=0&cursor=x", "cursor", "must be a next_cursor of this list"),
    ],
)
def test_a_faulty_query_of_the_messages_is_named(api, agency, query, field, message):
    conversation = make_conversation(agency)

    faults = faults_of(api.get(f"/api/v1/conversations/{conversation.id}/messages?{query}"))

    assert list(faults) == [field]
    assert faults[field].startswith(message)


def test_one_lead_takes_no_parameter_but_the_organisation_that_is_ignored(api, agency):
    address = f"/api/v1/leads/{make_lead(agency).id}"

    assert faults_of(api.get(f"{address}?limit=5")) == {
        "limit": "is not a parameter here; accepted: none"
    }
    assert api.get(f"{address}?organization_id=1&organisation_id=2").status_code == 200


def test_more_parameters_than_anybody_needs_are_refused(api):
    faults = faults_of(api.get("/api/v1/leads?" + "&".join(["a=1"] * 1500)))

    assert faults == {"query": "must have fewer parameters"}


@pytest.mark.parametrize(
    "query", ["limit=1", "limit=500", "limit=007", "offset=0", f"offset={2**63 - 1}", ""]
)
def test_what_lies_within_the_range_is_served(api, query):
    assert api.get(f"/api/v1/leads?{query}").status_code == 200
