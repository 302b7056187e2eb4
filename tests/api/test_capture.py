"""POST of conversations and of messages: exactly once, every fault named, nothing opened."""

import json

import pytest

from conversations.models import Conversation, Message
from leads.models import Lead, LeadEvent
from tests.api.conftest import client_of
from tests.factories import make_conversation, make_lead, make_message

pytestmark = pytest.mark.django_db

CONVERSATIONS = "/api/v1/conversations"
TWICE = '{"channel": "sms", "channel": "sms", "messages": [{"role": "user", "content": "Hello"}]}'


def chat(**members) -> dict:
    return {"channel": "website", "messages": [message("Hello"), message("Hi", "assistant")]} | (
        members
    )


def message(content="Hello", role="user", **members) -> dict:
    return {"role": role, "content": content} | members


def post(client, body, path=CONVERSATIONS, **headers):
    text = body if isinstance(body, bytes | str) else json.dumps(body)
    return client.post(path, text, content_type="application/json", headers=headers)


def errors_of(response) -> dict[str, str]:
    assert response.status_code in (409, 422), response.content
    return {fault["field"]: fault["message"] for fault in response.json()["errors"]}


# --- Conversations -------------------------------------------------------------------------------
def test_a_conversation_is_captured_and_shown_as_the_lists_have_it(api):
    said = {"name": "Ada", "email": "ada@example.com", "budget_max": 350000.0, "area": ""}
    answer = post(
        api,
        chat(
            external_id="chat-1", language="cy", lead=said, status="closed",
            started_at="2020-01-01T00:00:00Z",
            origin={"url": "https://x.uk/elm", "campaign": "Spring", "property_ref": "HV-1"},
            consent={"marketing": "granted", "wording": "Yes please"},
        ),
    )  # fmt: skip

    body = answer.json()
    assert answer.status_code == 201
    assert list(body) == ["conversation", "lead", "messages_added"]
    assert body["messages_added"] == 2
    assert api.get(CONVERSATIONS).json()["data"] == [body["conversation"]]
    assert api.get("/api/v1/leads").json()["data"] == [body["lead"]]
    assert api.get(answer["Location"]).json() == body["conversation"]
    assert (body["conversation"]["status"], body["conversation"]["languages_used"]) == (
        "open",
        ["cy"],
    )
    assert body["conversation"]["created_at"] > "2026"
    shown = {"budget_max": 350_000, "area": None, "campaign": "Spring", "property_ref": "HV-1",
             "origin_url": "https://x.uk/elm", "marketing_consent": "granted"}  # fmt: skip
    assert body["lead"] | shown == body["lead"]
    assert "Idempotent-Replayed" not in answer


def test_what_has_just_arrived_was_not_changed_before_it_was_there(api):
    body = post(api, chat()).json()

    for made in (body["conversation"], body["lead"]):
        assert made["updated_at"] >= made["created_at"]


def test_the_same_again_has_the_same_body_and_says_so(api):
    first = post(api, chat(external_id="chat-1"))
    again = post(api, chat(external_id="chat-1", lead=None, consent=None))

    assert (first.status_code, again.status_code) == (201, 200)
    assert again.content == first.content
    assert again["Idempotent-Replayed"] == "true"
    assert "Location" not in again
    assert Conversation.objects.count() == Lead.objects.count() == 1


def test_an_idempotency_key_does_for_a_body_without_a_name(api):
    first = post(api, chat(), **{"Idempotency-Key": "k ~1"})
    again = post(api, chat(), **{"Idempotency-Key": "k ~1"})
    other = post(api, chat(), **{"Idempotency-Key": "k-2"})

    assert [answer.status_code for answer in (first, again, other)] == [201, 200, 201]
    assert again.content == first.content


@pytest.mark.parametrize("key", ["", "x" * 201, "é", "a\tb"])
def test_an_idempotency_key_is_1_to_200_printable_characters(api, key):
    answer = post(api, chat(channel="fax"), **{"Idempotency-Key": key})

    assert list(errors_of(answer)) == ["Idempotency-Key", "channel"]


def test_a_post_that_was_refused_used_nothing_up(api):
    name = {"Idempotency-Key": "k-1"}
    refused = post(api, chat(messages=[]), **name)

    assert refused.status_code == 422
    assert post(api, chat(), **name).status_code == 201


def test_another_agency_may_use_the_same_name(api, other_api):
    post(api, chat(external_id="chat-1"))

    assert post(other_api, chat(external_id="chat-1")).status_code == 201


def test_what_goes_on_is_appended(api):
    first = post(api, chat(external_id="chat-1"))
    more = [*chat()["messages"], message("A flat, please")]
    answer = post(api, chat(external_id="chat-1", messages=more, lead={"area": "Roath"}))

    assert answer.status_code == 200
    assert answer.json()["messages_added"] == 1
    assert answer.json()["lead"]["area"] == "Roath"
    assert answer.json()["conversation"]["id"] == first.json()["conversation"]["id"]
    assert "Idempotent-Replayed" not in answer


def test_what_contradicts_is_refused_with_the_first_message_that_differs(api):
    post(api, chat(external_id="chat-1"))
    answer = post(api, chat(external_id="chat-1", messages=[message("Hello"), message("Hi")]))

    assert answer.status_code == 409
    assert answer.json()["type"] == "/api/docs/#contradiction"
    assert list(errors_of(answer)) == ["messages[1]"]
    assert Message.objects.count() == 2


def test_every_fault_is_named_at_once(api):
    body = chat(
        external_id="x" * 201, language="english!", started_at="yesterday", status="paused",
        messages=[message(), message("", "agent"), message(external_id="", extra=1), "hello"],
        lead={"budget_min": 5, "budget_max": 1, "name": "x" * 201},
        origin={"url": "x" * 501, "utm": "?"}, consent={"marketing": "maybe", "wording": 1},
        surprise=True,
    )  # fmt: skip
    del body["channel"]

    assert set(errors_of(post(api, body))) == {
        "channel", "external_id", "language", "started_at", "status", "messages[1].role",
        "messages[1].content", "messages[2].extra", "messages[3]", "lead.name",
        "origin.url", "origin.utm", "consent.marketing", "consent.wording", "surprise",
    }  # fmt: skip
    assert "lead.budget_min" in errors_of(post(api, chat(lead={"budget_min": 5, "budget_max": 1})))


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ("[]", "body"),
        ("{", "body"),
        (TWICE, "channel"),
        (chat(messages=[message()] * 501), "messages"),
        (chat(messages=[message("x" * 20_001)]), "messages[0].content"),
        (chat(messages=[message("a\0b")]), "messages[0].content"),
        (chat(messages=[message("\ud800")]), "messages[0].content"),
        (chat(messages=[message(external_id="x" * 201)]), "messages[0].external_id"),
        (chat(lead={"summary": "x" * 2001}), "lead.summary"),
        (chat(consent={"marketing": "denied", "wording": "x" * 1001}), "consent.wording"),
        (chat(consent={}), "consent.marketing"),
    ],
)  # fmt: skip
def test_a_fault_is_named_where_it_is(api, body, field):
    assert field in errors_of(post(api, body))
    assert not Conversation.objects.exists()


def test_what_is_longest_is_taken(api):
    body = chat(
        external_id="é" * 200, messages=[message("x" * 20_000), *[message("Hm")] * 499],
        lead={"name": "n" * 200, "area": "a" * 200, "summary": "s" * 2000, "phone": "1" * 50},
        origin={"url": "u" * 500}, consent={"marketing": "denied", "wording": "w" * 1000},
    )  # fmt: skip

    assert post(api, body).json()["messages_added"] == 500


def test_a_body_of_a_mebibyte_is_taken_and_a_longer_one_is_not(api):
    text = json.dumps(chat())
    most = text[:-1] + " " * (1024 * 1024 - len(text)) + "}"

    assert post(api, most).status_code == 201
    assert post(api, most + " ").status_code == 413


def test_a_parameter_of_the_query_is_refused(api):
    answer = post(api, chat(), f"{CONVERSATIONS}?dry_run=1")

    assert list(errors_of(answer)) == ["dry_run"]


def test_the_capture_is_recorded_by_the_name_of_its_key(agency):
    post(client_of(agency, name="Website", scope="capture"), chat(lead={"area": "Roath"}))

    assert set(LeadEvent.objects.values_list("kind", "actor_name")) == {
        ("capture", "Website"),
        ("status", "System"),
    }


# --- Messages ------------------------------------------------------------------------------------
def test_messages_are_added_and_told_as_they_stand(api, agency):
    conversation = make_conversation(agency, status="closed")
    make_message(conversation, content="One", external_id="m-1")
    path = f"{CONVERSATIONS}/{conversation.id}/messages"

    sent = [message("Other", external_id="m-1"), message("Two", "assistant", external_id="m-2")]
    answer = post(api, {"messages": sent}, path)
    again = post(api, {"messages": sent}, path)

    body = answer.json()
    assert (answer.status_code, again.status_code) == (201, 200)
    assert list(body) == ["conversation", "lead", "messages"]
    assert body["conversation"]["status"] == "open"
    assert api.get(path).json()["data"] == body["messages"] == again.json()["messages"]
    assert [each["content"] for each in body["messages"]] == ["One", "Two"]


def test_messages_of_nowhere_are_not_found_whatever_they_say(api, other_agency):
    theirs = make_conversation(other_agency)

    for id_ in (theirs.id, "nonsense"):
        for body in ({"messages": [message()]}, {"messages": []}):
            assert post(api, body, f"{CONVERSATIONS}/{id_}/messages").status_code == 404
    assert not Message.objects.exists()


def test_every_fault_of_messages_is_named(api, agency):
    path = f"{CONVERSATIONS}/{make_conversation(agency).id}/messages"
    answer = post(api, {"messages": [message(), {"role": "bot"}], "lead": {}}, path)

    assert set(errors_of(answer)) == {"messages[1].role", "messages[1].content", "lead"}


# --- One conversation ----------------------------------------------------------------------------
def test_a_conversation_is_closed_and_opened_again(api, agency):
    path = f"{CONVERSATIONS}/{make_conversation(agency).id}"

    def patch(status, **headers):
        return api.patch(path, {"status": status}, content_type="application/json", headers=headers)

    first = api.get(path)
    closed = patch("closed", **{"If-Match": first["ETag"]})
    same = patch("closed")

    assert closed.json()["status"] == "closed"
    assert api.get(path).json() == closed.json() == same.json()
    assert first["ETag"] != closed["ETag"] == api.get(path)["ETag"] == same["ETag"]
    assert api.get(path, headers={"If-None-Match": closed["ETag"]}).status_code == 304
    assert patch("open", **{"If-Match": first["ETag"]}).status_code == 412
    assert api.get(path).json()["status"] == "closed"
    assert list(errors_of(patch("paused"))) == ["status"]
    assert patch("open").json()["status"] == "open"


def test_a_message_changes_the_entity_tag_of_its_conversation(api):
    location = post(api, chat(external_id="1"))["Location"]
    before = api.get(location)["ETag"]

    post(api, {"messages": [message()]}, f"{location}/messages")

    assert api.get(location)["ETag"] != before


# --- Who may -------------------------------------------------------------------------------------
def test_a_key_that_captures_sends_and_sees_nothing(agency):
    lead = make_lead(agency, email="ada@example.com", phone="+447700900123", summary="Secret")
    website = client_of(agency, scope="capture")

    answer = post(website, chat(external_id="1", lead={"email": "ada@example.com"}))
    location = answer["Location"]
    more = post(website, {"messages": [message()]}, f"{location}/messages")
    closed = website.patch(location, {"status": "closed"}, content_type="application/json")

    assert [each.status_code for each in (answer, more, closed)] == [201, 201, 200]
    assert answer.json()["lead"] == more.json()["lead"] == {"id": str(lead.id)}
    for path in ("leads", f"leads/{lead.id}", "conversations", "events", location[8:],
                 f"{location[8:]}/messages"):  # fmt: skip
        refused = website.get(f"/api/v1/{path}")
        assert refused.status_code == 403, path
        assert refused.json()["type"] == "/api/docs/#capture-only-key"
    moved = website.patch(
        f"/api/v1/leads/{lead.id}/status", {"status": "contacted"}, content_type="application/json"
    )
    assert moved.status_code == 403


def test_a_key_that_reads_may_not_capture(agency):
    reader = client_of(agency, scope="read")
    conversation = make_conversation(agency)

    for path in (CONVERSATIONS, f"{CONVERSATIONS}/batch",
                 f"{CONVERSATIONS}/{conversation.id}/messages"):  # fmt: skip
        refused = post(reader, chat(), path)
        assert (refused.status_code, refused.json()["type"]) == (403, "/api/docs/#read-only-key")
