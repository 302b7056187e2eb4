"""GET /api/v1/conversations and the messages of one."""

from datetime import timedelta

import pytest

from foundation.ids import uuid7
from tests.api.test_lead_list import follow, ids_of
from tests.factories import at, make_conversation, make_lead, make_message

pytestmark = pytest.mark.django_db

NOON = at("2026-06-01 12:00")


def test_a_conversation_is_shown_with_every_field_of_the_contract(api, agency):
    conversation = make_conversation(
        agency, channel="sms", status="closed", languages_used=["en", "pl"], created_at=NOON,
        updated_at=NOON + timedelta(minutes=5), external_id="not-shown",
    )  # fmt: skip

    assert api.get("/api/v1/conversations").json() == {
        "data": [
            {
                "id": str(conversation.id), "lead_id": str(conversation.lead_id), "channel": "sms",
                "status": "closed", "languages_used": ["en", "pl"],
                "created_at": "2026-06-01T12:00:00.000000Z",
                "updated_at": "2026-06-01T12:05:00.000000Z",
            }
        ],
        "limit": 50, "offset": 0, "has_more": False, "next_cursor": None,
    }  # fmt: skip


def test_conversations_come_newest_first_and_page_by_cursor(api, agency, other_agency):
    made = [make_conversation(agency, created_at=NOON - timedelta(hours=n // 2)) for n in range(5)]
    make_conversation(other_agency)

    shown = ids_of(api.get("/api/v1/conversations"))

    by_age = sorted(made, key=lambda c: (c.created_at, str(c.id)), reverse=True)
    assert shown == [str(c.id) for c in by_age]
    assert follow(api, "/api/v1/conversations?limit=2") == shown
    assert follow(api, "/api/v1/conversations?limit=2&channel=website") == shown


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("channel=sms", ["sms"]),
        ("status=closed", ["closed"]),
        ("channel=sms&status=open", []),
        ("lead_id={lead}", ["of the lead"]),
        ("since=2026-06-01T12:00:00Z", ["new"]),
        ("updated_since=2026-06-01T12:00:00Z", ["new", "changed"]),
        ("", ["new", "sms", "closed", "of the lead", "changed"]),
    ],
)
def test_filters_narrow_the_list_and_its_total(api, agency, query, expected):
    old = {"created_at": NOON - timedelta(days=1), "updated_at": NOON - timedelta(days=1)}
    lead = make_lead(agency)
    made = {
        "sms": make_conversation(agency, channel="sms", status="closed", **old),
        "closed": make_conversation(agency, channel="email", status="closed", **old),
        "of the lead": make_conversation(agency, lead, **old),
        "changed": make_conversation(agency, **old | {"updated_at": NOON}),
        "new": make_conversation(agency, created_at=NOON, updated_at=NOON),
    }
    if "channel=sms" not in query and "status=closed" in query:
        expected = ["sms", "closed"]
    if "status=open" in query:
        expected = []

    page = api.get(f"/api/v1/conversations?{query.format(lead=lead.id)}&count=exact").json()

    assert {row["id"] for row in page["data"]} == {str(made[name].id) for name in expected}
    assert page["total"] == len(expected)


def test_another_agencys_lead_id_finds_nothing(api, agency, other_agency):
    make_conversation(agency)
    theirs = make_conversation(other_agency)

    page = api.get(f"/api/v1/conversations?lead_id={theirs.lead_id}&count=exact").json()

    assert (page["data"], page["total"]) == ([], 0)


# --- Messages ------------------------------------------------------------------------------------
def messages_address(conversation) -> str:
    return f"/api/v1/conversations/{conversation.id}/messages"


def test_messages_come_in_the_order_of_time_and_then_of_position(api, agency):
    conversation = make_conversation(agency)
    later = make_message(conversation, position=0, content="later", created_at=NOON)
    earlier = NOON - timedelta(minutes=1)
    second = make_message(conversation, position=2, content="second", created_at=earlier)
    first = make_message(
        conversation,
        position=1,
        content="first\n\u2028 “é” 😀",
        role="assistant",
        created_at=earlier,
    )

    page = api.get(messages_address(conversation)).json()

    assert [row["id"] for row in page["data"]] == [str(m.id) for m in (first, second, later)]
    assert page["data"][0] == {
        "id": str(first.id), "role": "assistant", "content": "first\n\u2028 “é” 😀",
        "created_at": "2026-06-01T11:59:00.000000Z",
    }  # fmt: skip
    assert (page["limit"], page["has_more"], page["next_cursor"]) == (1000, False, None)


def test_messages_page_by_cursor_and_by_offset(api, agency):
    conversation = make_conversation(agency, messages=7)
    make_conversation(agency, messages=3)
    whole = ids_of(api.get(messages_address(conversation)))

    assert len(whole) == 7
    assert follow(api, f"{messages_address(conversation)}?limit=3") == whole
    page = api.get(f"{messages_address(conversation)}?limit=3&offset=3&count=exact").json()
    assert [row["id"] for row in page["data"]] == whole[3:6]
    assert (page["has_more"], page["total"]) == (True, 7)


def test_messages_since_an_instant(api, agency):
    conversation = make_conversation(agency, created_at=NOON, messages=3)  # a minute apart

    page = api.get(
        f"{messages_address(conversation)}?since=2026-06-01T12:01:00Z&count=exact&limit=1"
    ).json()

    assert page["data"][0]["content"] == "Message 1"
    assert (page["total"], page["has_more"]) == (2, True)


@pytest.mark.parametrize("query", ["", "count=exact", "since=2030-01-01&count=exact", "offset=9"])
def test_a_conversation_without_such_messages_is_an_empty_page_and_no_404(api, agency, query):
    conversation = make_conversation(agency)

    page = api.get(f"{messages_address(conversation)}?{query}").json()

    assert page["data"] == []
    assert page.get("total", 0) == 0


def test_messages_of_a_conversation_that_is_not_there_are_404(api, agency, other_agency):
    theirs = make_conversation(other_agency, messages=2)

    assert api.get(messages_address(theirs)).status_code == 404
    assert api.get(f"{messages_address(theirs)}?count=exact").status_code == 404
    assert api.get(f"/api/v1/conversations/{uuid7()}/messages").status_code == 404
