"""GET /api/v1/conversations?include=messages: each conversation with what was said first in it."""

import pytest

from tests.api.test_lead_list import follow, ids_of
from tests.factories import at, make_conversation, make_message

pytestmark = pytest.mark.django_db

LIST = "/api/v1/conversations"
NOON = at("2026-06-01 12:00")


def with_messages(api, more: str = "") -> list[dict]:
    answer = api.get(f"{LIST}?include=messages{more}")

    assert answer.status_code == 200, answer.content
    return answer.json()["data"]


def test_each_conversation_brings_its_messages_as_their_own_list_has_them(api, agency):
    conversation = make_conversation(agency, messages=3, created_at=NOON)
    make_message(conversation, content='"Quoted"\n\\u0041 – Łódź 🏡\x7f\u2028', created_at=NOON)

    [row] = with_messages(api)

    messages = api.get(f"{LIST}/{conversation.id}/messages").json()["data"]
    assert row["messages"] == messages
    assert [m["content"] for m in messages if "Quoted" in m["content"]] == [
        '"Quoted"\n\\u0041 – Łódź 🏡\x7f\u2028'
    ]
    assert row["more_messages"] is False
    [plain] = api.get(LIST).json()["data"]
    assert row == plain | {"messages": messages, "more_messages": False}


def test_messages_come_in_the_order_of_time_and_among_equals_of_their_position(api, agency):
    conversation = make_conversation(agency)
    for position, minute in [(2, 1), (0, 2), (1, 2), (3, 0)]:
        make_message(
            conversation, position=position, created_at=at(f"2026-06-01 12:0{minute}"),
            content=f"{minute} {position}",
        )  # fmt: skip

    [row] = with_messages(api)

    assert [m["content"] for m in row["messages"]] == ["0 3", "1 2", "2 0", "2 1"]


@pytest.mark.parametrize(("said", "more"), [(0, False), (199, False), (200, False), (201, True)])
def test_the_first_200_come_and_whether_there_are_more(api, agency, said, more):
    make_conversation(agency, messages=said)

    [row] = with_messages(api)

    assert [m["content"] for m in row["messages"]] == [f"Message {n}" for n in range(said)][:200]
    assert row["more_messages"] is more


def test_messages_are_those_of_each_and_of_nobody_else(api, agency, other_agency):
    made = [make_conversation(agency, messages=n) for n in (1, 2, 3)]
    make_conversation(other_agency, messages=4)

    rows = with_messages(api)

    assert {row["id"]: len(row["messages"]) for row in rows} == {
        str(conversation.id): n for n, conversation in enumerate(made, 1)
    }


@pytest.mark.parametrize(
    "more",
    [
        *["&limit=1", "&limit=100", "&offset=1", "&count=exact", "&offset=1&count=exact&limit=1"],
        *["&channel=website", "&channel=website&status=open", "&updated_since=2020-01-01"],
        "&count=exact&channel=sms",
    ],
)
def test_every_way_to_ask_gives_the_same_rows_with_their_messages(api, agency, more):
    for n in range(3):
        make_conversation(agency, messages=n, created_at=at(f"2026-06-01 1{n}:00"))

    rows = with_messages(api, more)

    without = api.get(f"{LIST}?{more[1:]}").json()
    assert [row["id"] for row in rows] == [row["id"] for row in without["data"]]
    for row in rows:
        said = api.get(f"{LIST}/{row['id']}/messages").json()["data"]
        assert (row["messages"], row["more_messages"]) == (said, False)
    if "count" in more:
        assert api.get(f"{LIST}?include=messages{more}").json()["total"] == without["total"]


def test_the_list_pages_by_cursor_and_a_cursor_goes_on_with_messages_or_without(api, agency):
    for _ in range(5):
        make_conversation(agency, messages=1)
    every = ids_of(api.get(LIST))
    plain = api.get(f"{LIST}?limit=2").json()

    assert follow(api, f"{LIST}?include=messages&limit=2") == every
    assert ids_of(api.get(f"{LIST}?include=messages&cursor={plain['next_cursor']}")) == every[2:]
    assert "include=messages" in api.get(f"{LIST}?include=messages&limit=2")["Link"]


@pytest.mark.parametrize("limit", ["101", "500", "501", "0", "x"])
def test_a_page_with_messages_has_at_most_100_conversations(api, limit):
    answer = api.get(f"{LIST}?include=messages&limit={limit}")

    assert answer.status_code == 422
    assert answer.json()["errors"] == [
        {
            "field": "limit",
            "message": "must be a whole number from 1 to 100 with include=messages",
        }
    ]
    assert limit not in {"101", "500"} or api.get(f"{LIST}?limit={limit}").status_code == 200


def test_a_page_with_messages_has_50_conversations_where_nothing_is_said(api):
    assert api.get(f"{LIST}?include=messages").json()["limit"] == 50


@pytest.mark.parametrize("include", ["", "message", "Messages", "messages,lead", "messages%00"])
def test_nothing_else_can_be_included(api, include):
    answer = api.get(f"{LIST}?include={include}")

    assert answer.status_code == 422
    assert answer.json()["errors"] == [{"field": "include", "message": "must be messages"}]


def test_it_is_said_once_and_on_this_list_alone(api, agency):
    twice = api.get(f"{LIST}?include=messages&include=messages&limit=101")
    leads = api.get("/api/v1/leads?include=messages")

    assert [fault["field"] for fault in twice.json()["errors"]] == ["include", "limit"]
    assert [fault["field"] for fault in leads.json()["errors"]] == ["include"]
