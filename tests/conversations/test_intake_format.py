"""The import format: what a line may say, each refusal beside what is taken."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from conversations.intake_format import ImportedConversation
from foundation.validation import Faulty, decode
from leads.facts import LeadFacts


def line(**changes) -> dict:
    return {
        "external_id": "chat-1",
        "channel": "website",
        "started_at": "2026-06-01T09:30:00Z",
        "messages": [{"role": "user", "content": "Hello", "created_at": "2026-06-01T09:30:00Z"}],
    } | changes


def message(**changes) -> dict:
    return line()["messages"][0] | changes


def read(body: dict) -> ImportedConversation:
    return decode(ImportedConversation, json.dumps(body))


def faults_of(body: dict) -> dict[str, str]:
    with pytest.raises(Faulty) as caught:
        read(body)
    return {fault.field: fault.message for fault in caught.value.faults}


def test_the_least_that_a_line_says_is_enough():
    conversation = read(line())

    assert (conversation.status, conversation.language) == ("open", "en")
    assert conversation.facts.name is None
    assert conversation.visitor_messages == 1


@pytest.mark.parametrize("member", ["external_id", "channel", "started_at", "messages"])
def test_what_is_required_is_missed_by_name(member):
    body = line()
    del body[member]

    assert faults_of(body)[member].startswith("is required: ")


@pytest.mark.parametrize("member", ["role", "content", "created_at"])
def test_what_a_message_requires_is_missed_by_name(member):
    body = line(messages=[message(), message()])
    del body["messages"][1][member]

    assert list(faults_of(body)) == [f"messages[1].{member}"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (line(external_id=""), "external_id"),
        (line(external_id="x" * 201), "external_id"),
        (line(external_id=7), "external_id"),
        (line(channel="fax"), "channel"),
        (line(status="paused"), "status"),
        (line(language="english!"), "language"),
        (line(language="en\n"), "language"),
        (line(language="en__GB"), "language"),
        (line(messages=[]), "messages"),
        (line(messages=None), "messages"),
        (line(messages=[message(role="agent")]), "messages[0].role"),
        (line(messages=[message(content="")]), "messages[0].content"),
        (line(messages=[message(content="x" * 20_001)]), "messages[0].content"),
        (line(messages=[message(content="a\0b")]), "messages[0].content"),
        (line(messages=[message(external_id="m")]), "messages[0].external_id"),
        (line(lead={"name": "x" * 201}), "lead.name"),
        (line(lead={"name": "a\0"}), "lead.name"),
        (line(lead={"area": "x" * 201}), "lead.area"),
        (line(lead={"email": "x" * 255}), "lead.email"),
        (line(lead={"phone": "1" * 51}), "lead.phone"),
        (line(lead={"summary": "x" * 2001}), "lead.summary"),
        (line(lead={"intent": "lease"}), "lead.intent"),
        (line(lead={"budget_min": -1}), "lead.budget_min"),
        (line(lead={"budget_max": 2_147_483_648}), "lead.budget_max"),
        (line(lead={"budget_max": "300000"}), "lead.budget_max"),
        (line(lead={"budget_max": 1.5}), "lead.budget_max"),
        (line(lead={"bedrooms_max": 51}), "lead.bedrooms_max"),
        (line(lead={"budget_min": 2, "budget_max": 1}), "lead.budget_min"),
        (line(lead={"bedrooms_min": 2, "bedrooms_max": 1}), "lead.bedrooms_min"),
        (line(lead={"viewing_requested": "yes"}), "lead.viewing_requested"),
        (line(lead={"status": "hot"}), "lead.status"),
        (line(lead=[]), "lead"),
        (line(agent="Ada"), "agent"),
        (line(started_at="1999-12-31T23:59:59"), "started_at"),
        (line(started_at=None), "started_at"),
        (line(lead={"budget_max": 350_000.5}), "lead.budget_max"),
        (line(lead={"budget_max": 2_147_483_648.0}), "lead.budget_max"),
        (line(lead={"bedrooms_min": True}), "lead.bedrooms_min"),
        (line(lead={"bugdet_max": ""}), "lead.bugdet_max"),
        (line(nickname=None), "nickname"),
        (line(started_at="1999-12-31T23:59:59Z"), "started_at"),
        (line(started_at="0001-01-01T00:00:00+14:00"), "started_at"),
        (line(started_at="9999-12-31T23:59:59-14:00"), "started_at"),
        (line(messages=[message(created_at="1999-12-31T23:59:59Z")]), "messages[0].created_at"),
        (line(messages=[message(created_at="tomorrow")]), "messages[0].created_at"),
    ],
)
def test_what_cannot_be_taken_is_named(body, field):
    assert list(faults_of(body)) == [field]


@pytest.mark.parametrize(
    "body",
    [
        line(external_id="x" * 200),
        line(language="zh-Hant-TW", status="closed", lead=None),
        line(messages=[message(content="x" * 20_000)]),
        line(messages=[message(content="\U0001f3e0\n\t\u202e \\u0000")]),
        line(lead={"budget_min": 2_147_483_647, "bedrooms_min": 50, "bedrooms_max": 50}),
        line(lead={"name": "x" * 200, "email": "x" * 254, "phone": "1" * 50, "area": "x" * 200}),
        line(started_at="2000-01-01T00:00:00Z"),
    ],
)
def test_what_is_at_the_limits_is_taken(body):
    assert read(body).external_id == body["external_id"]


def test_a_time_may_be_a_day_ahead_and_no_more():
    now = datetime.now(UTC)

    assert read(line(started_at=(now + timedelta(hours=23)).isoformat()))
    assert list(faults_of(line(started_at=(now + timedelta(hours=25)).isoformat()))) == [
        "started_at"
    ]


# --- Trifles -------------------------------------------------------------------------------------
@pytest.mark.parametrize("nothing", [None, "", "  "])
def test_null_and_blank_text_are_unknown_for_every_optional_member(nothing):
    facts = dict.fromkeys(LeadFacts.__struct_fields__, nothing)

    conversation = read(line(lead=facts, language=nothing, status=nothing))

    assert conversation.digest() == read(line()).digest()
    assert read(line(lead=nothing)).digest() == read(line()).digest()


def test_a_whole_number_may_be_written_with_a_point():
    facts = read(line(lead={"budget_min": 350000.0, "budget_max": 4e5, "bedrooms_min": 0.0})).facts

    assert (facts.budget_min, facts.budget_max, facts.bedrooms_min) == (350_000, 400_000, 0)
    assert all(type(value) is int for value in (facts.budget_min, facts.bedrooms_min))


@pytest.mark.parametrize(("given", "kept"), [("en_GB", "en-GB"), ("zh_Hant_TW", "zh-Hant-TW")])
def test_a_language_may_be_written_with_an_underscore(given, kept):
    assert read(line(language=given)).language == kept


def test_a_time_without_a_zone_is_utc():
    told = message(created_at="2026-06-01T09:31:00")
    conversation = read(line(started_at="2026-06-01T09:30:00", messages=[told]))

    assert conversation.started_at == datetime(2026, 6, 1, 9, 30, tzinfo=UTC)
    assert conversation.messages[0].created_at == datetime(2026, 6, 1, 9, 31, tzinfo=UTC)


def test_a_trifle_hides_no_other_fault():
    body = line(language="en_GB", lead={"intent": "", "budget_max": 350000.0, "timeline": "soon"})

    assert list(faults_of(body)) == ["lead.timeline"]


def test_texts_lose_their_outer_spaces_and_blank_ones_are_unknown():
    facts = read(
        line(lead={"name": " Ada ", "area": "\tRoath\n", "email": "  ", "phone": ""})
    ).facts

    assert (facts.name, facts.area, facts.email, facts.phone) == ("Ada", "Roath", None, None)


def test_the_digest_is_of_what_is_said_and_not_of_its_spelling():
    plain = read(line(lead={"area": "Roath"}, started_at="2026-06-01T09:30:00Z"))
    spelt = read(
        line(
            lead={"name": None, "area": "Roath", "viewing_requested": False},
            started_at="2026-06-01T10:30:00+01:00",
            language="en",
        )
    )
    other = read(line(lead={"area": "Leith"}))

    assert plain.digest() == spelt.digest()
    assert plain.digest() != other.digest()
