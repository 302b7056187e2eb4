"""What a call costs: a read two statements, one for the key and one for the answer."""

import pytest

from tests.factories import make_conversation, make_lead
from tests.statements import statements_sent

# Without a surrounding transaction, so that a BEGIN would be seen.
pytestmark = pytest.mark.django_db(transaction=True)

READS = [
    "/api/v1/leads",
    "/api/v1/leads?count=exact",
    "/api/v1/leads?offset=1",
    "/api/v1/leads?offset=1&count=exact",
    "/api/v1/leads?status=new&since=2020-01-01&updated_since=2020-01-01",
    "/api/v1/leads?status=new,hot&count=exact",
    "/api/v1/leads?email=ada@example.com",
    "/api/v1/leads?phone=07700900123&email=ada@example.com&count=exact&offset=1",
    "/api/v1/leads/{lead}",
    "/api/v1/leads/{lead}/score",
    "/api/v1/conversations",
    "/api/v1/conversations?count=exact&channel=website&status=open",
    "/api/v1/conversations?offset=1",
    "/api/v1/conversations?lead_id={lead}",
    "/api/v1/conversations?include=messages",
    "/api/v1/conversations?include=messages&count=exact&offset=1&limit=100",
    "/api/v1/conversations/{conversation}/messages",
    "/api/v1/conversations/{conversation}/messages?count=exact&limit=5",
    "/api/v1/conversations/{conversation}/messages?offset=1",
]


@pytest.mark.parametrize("rows", [1, 50])
@pytest.mark.parametrize("address", READS)
def test_every_read_sends_two_statements(api, agency, address, rows):
    lead = make_lead(agency)
    conversation = make_conversation(agency, lead, messages=rows)
    for _ in range(rows - 1):
        make_conversation(agency, lead)
    address = address.format(lead=lead.id, conversation=conversation.id)

    with statements_sent() as sent:
        response = api.get(address)

    assert response.status_code == 200
    assert len(sent) == 2, sent


def test_the_seventh_call_costs_no_more_than_the_first(api, agency):
    """By then the statements are prepared."""
    make_lead(agency)
    for _ in range(6):
        api.get("/api/v1/leads")

    with statements_sent() as sent:
        api.get("/api/v1/leads")

    assert len(sent) == 2


@pytest.mark.parametrize(
    "address", ["/api/v1/leads?limit=0", "/api/v1/leads/nonsense", "/api/v1/leads?cursor=x"]
)
def test_what_is_refused_without_asking_costs_the_keys_statement_alone(api, address):
    with statements_sent() as sent:
        response = api.get(address)

    assert response.status_code in {404, 422}
    assert len(sent) == 1


def test_a_mistyped_key_asks_nothing(client, db):
    with statements_sent() as sent:
        response = client.get(
            "/api/v1/leads", headers={"Authorization": "Bearer sk_live_" + "a" * 38}
        )

    assert response.status_code == 401
    assert sent == []


def test_a_move_with_its_event_and_its_audit_entry_takes_two_statements(api, agency):
    """The key; then all that changes in one, which is a transaction by itself."""
    lead = make_lead(agency, status="hot")

    with statements_sent() as sent:
        answer = api.patch(
            f"/api/v1/leads/{lead.id}/status",
            {"status": "contacted"},
            content_type="application/json",
        )

    assert answer.status_code == 200
    assert len(sent) == 2, sent
