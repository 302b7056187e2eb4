"""POST of a batch: each conversation for itself, counted as so many, in short transactions."""

import json

import pytest
from django.db import connection

from conversations.models import Conversation
from leads.models import Lead
from sift_site.api.batch import AT_ONCE
from tests.api.conftest import client_of
from tests.api.test_capture import CONVERSATIONS, TWICE, chat, errors_of, message, post

pytestmark = pytest.mark.django_db

BATCH = f"{CONVERSATIONS}/batch"


def send(api, *conversations, **headers):
    return post(api, {"conversations": list(conversations)}, BATCH, **headers)


def results_of(response) -> list[dict]:
    assert response.status_code == 200, response.content
    return response.json()["results"]


def test_each_conversation_is_for_itself_in_the_order_in_which_it_was_sent(api):
    post(api, chat(external_id="known"))
    post(api, chat(external_id="other"))

    results = results_of(
        send(
            api,
            chat(external_id="new", lead={"name": "Ada"}),
            chat(external_id="known"),
            chat(external_id="other", messages=[message("Else")]),
            chat(external_id="bad", channel="fax", messages=[message(), {"role": "user"}]),
            7,
            chat(external_id="last"),
        )
    )

    assert [each["status"] for each in results] == [201, 200, 409, 422, 422, 201]
    assert results[0]["lead"]["name"] == "Ada"
    assert list(results[0]) == ["status", "conversation", "lead", "messages_added"]
    assert results[1]["messages_added"] == 2
    assert [each["field"] for each in results[2]["errors"]] == ["messages[0]"]
    assert [each["field"] for each in results[3]["errors"]] == ["channel", "messages[1].content"]
    assert [each["field"] for each in results[4]["errors"]] == ["body"]
    assert list(results[3]) == ["status", "errors"]


def test_the_same_batch_again_makes_nothing_twice(api):
    batch = [chat(external_id=f"chat-{n}", lead={"email": f"{n}@x.uk"}) for n in range(100)]

    first, again = send(api, *batch), send(api, *batch)

    assert {each["status"] for each in results_of(first)} == {201}
    assert {each["status"] for each in results_of(again)} == {200}
    bodies = [[{**each, "status": None} for each in results_of(a)] for a in (first, again)]
    assert bodies[0] == bodies[1]
    assert Conversation.objects.count() == Lead.objects.count() == 100


def test_a_name_twice_in_a_batch_is_one_conversation(api):
    more = [*chat()["messages"], message("More")]
    results = results_of(send(api, chat(external_id="1"), chat(external_id="1", messages=more)))

    assert [(each["status"], each["messages_added"]) for each in results] == [(201, 2), (200, 1)]


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({"conversations": []}, {"conversations"}),
        ({"conversations": [{}] * 101}, {"conversations"}),
        ({"conversations": {}}, {"conversations"}),
        ({}, {"conversations"}),
        ({"conversations": [chat()], "all": 1}, {"all"}),
        ([], {"body"}),
    ],
)
def test_what_is_no_batch_is_refused_whole(api, body, fields):
    assert fields <= set(errors_of(post(api, body, BATCH)))


def test_an_idempotency_key_names_no_batch(api):
    answer = send(api, chat(), **{"Idempotency-Key": "k"})

    assert list(errors_of(answer)) == ["Idempotency-Key"]


def test_a_member_named_twice_spoils_its_own_conversation_alone(api):
    text = f'{{"conversations": [{TWICE}, {json.dumps(chat())}]}}'

    assert [each["status"] for each in results_of(post(api, text, BATCH))] == [422, 201]


def test_what_the_database_refuses_spoils_no_other(api):
    with connection.cursor() as cursor:
        cursor.execute(
            "ALTER TABLE conversations_conversation"
            " ADD CONSTRAINT refused_by_the_test CHECK (external_id <> 'chat-7')"
        )

    results = results_of(send(api, *(chat(external_id=f"chat-{n}") for n in range(AT_ONCE + 5))))

    statuses = [each["status"] for each in results]
    assert statuses[7] == 422
    assert set(statuses[:7] + statuses[8:]) == {201}
    assert Conversation.objects.count() == AT_ONCE + 4


def test_a_batch_counts_as_its_conversations(agency, settings):
    settings.SIFT_RATE_CAPTURE = "10/m"
    api = client_of(agency)

    answer = send(api, *[chat() for _ in range(7)])
    refused = send(api, *[chat() for _ in range(4)])

    assert answer["RateLimit-Policy"] == '"capture";q=10;w=60'
    assert answer["RateLimit"].startswith('"capture";r=3;')
    assert refused.status_code == 429
    assert Conversation.objects.count() == 7


def test_captures_are_counted_apart_from_other_calls(agency, settings):
    settings.SIFT_RATE_CAPTURE, settings.SIFT_RATE_GROWTH = "2/m", "1/m"
    api, website = client_of(agency), client_of(agency, scope="capture")

    captures = [post(client, chat()) for client in (api, website, api)]
    reads = [api.get(CONVERSATIONS), website.get(CONVERSATIONS)]

    assert [answer.status_code for answer in captures] == [201, 201, 429]
    assert captures[2]["RateLimit"].startswith('"capture";r=0;')
    assert int(captures[2]["Retry-After"]) >= 1
    assert [answer.status_code for answer in reads] == [200, 429]
    assert reads[0]["RateLimit-Policy"] == '"default";q=1;w=60'
