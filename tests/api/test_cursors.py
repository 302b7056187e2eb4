"""Cursors: to one list, of one organisation, with one set of filters; and complete."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conversations.models import Message
from leads.models import Lead
from tests.api.conftest import client_of
from tests.factories import at, make_conversation, make_lead, make_organisation

pytestmark = pytest.mark.django_db

NOON = at("2026-06-01 12:00")


@pytest.fixture
def hot_leads(agency) -> list[Lead]:
    return [make_lead(agency, status="hot", created_at=NOON - timedelta(hours=n)) for n in range(5)]


def cursor_of(api, query: str, path: str = "leads") -> str:
    return api.get(f"/api/v1/{path}?limit=2&{query}").json()["next_cursor"]


def test_a_cursor_of_another_organisation_is_refused(api, other_api, hot_leads):
    cursor = cursor_of(api, "")

    refusal = other_api.get(f"/api/v1/leads?cursor={cursor}")

    assert refusal.status_code == 422
    assert [fault["field"] for fault in refusal.json()["errors"]] == ["cursor"]
    assert api.get(f"/api/v1/leads?cursor={cursor}").status_code == 200


def test_another_key_of_the_same_organisation_goes_on(api, agency, hot_leads):
    cursor = cursor_of(api, "")

    assert client_of(agency).get(f"/api/v1/leads?cursor={cursor}").status_code == 200


@pytest.mark.parametrize(
    ("given_with", "used_with"),
    [
        ("", "status=hot"),
        ("status=hot", ""),
        ("status=hot", "status=hot,new"),
        ("since=2026-01-01", ""),
        ("since=2026-01-01", "since=2026-01-02"),
        ("since=2026-01-01", "updated_since=2026-01-01"),
    ],
)
def test_a_cursor_with_other_filters_is_refused(api, hot_leads, given_with, used_with):
    cursor = cursor_of(api, given_with)

    assert api.get(f"/api/v1/leads?cursor={cursor}&{used_with}").status_code == 422
    assert api.get(f"/api/v1/leads?cursor={cursor}&{given_with}").status_code == 200


@pytest.mark.parametrize(
    ("given_with", "used_with"),
    [
        ("status=hot,new", "status=new&status=hot&status=hot"),
        ("since=2026-01-01", "since=2026-01-01T01:00:00%2B01:00"),
        ("", "count=exact"),
        ("count=exact", "limit=1"),
        ("", "organisation_id=anything"),
    ],
)
def test_the_same_filters_in_other_words_are_the_same(api, hot_leads, given_with, used_with):
    cursor = cursor_of(api, given_with)

    assert api.get(f"/api/v1/leads?cursor={cursor}&{used_with}").status_code == 200


def test_a_cursor_of_another_list_is_refused(api, agency):
    for _ in range(3):
        make_conversation(agency, messages=3)
    ids = [row["id"] for row in api.get("/api/v1/conversations").json()["data"]]
    paths = ["leads", "conversations", *(f"conversations/{i}/messages" for i in ids[:2])]

    for path in paths:
        cursor = cursor_of(api, "", path)
        accepted = {
            other
            for other in paths
            if api.get(f"/api/v1/{other}?cursor={cursor}").status_code == 200
        }
        assert accepted == {path}


@pytest.mark.parametrize("offset", [0, 1])
def test_a_good_cursor_with_any_offset_is_refused(api, hot_leads, offset):
    cursor = cursor_of(api, "")

    assert api.get(f"/api/v1/leads?cursor={cursor}&offset={offset}").status_code == 422


def test_a_cursor_that_was_tampered_with_is_refused(api, hot_leads):
    cursor = cursor_of(api, "")

    for position in range(0, len(cursor), 7):
        other = "A" if cursor[position] != "A" else "B"
        changed = cursor[:position] + other + cursor[position + 1 :]
        assert api.get("/api/v1/leads", {"cursor": changed}).status_code == 422


def test_the_row_of_a_cursor_may_be_gone(api, hot_leads):
    cursor = cursor_of(api, "")
    Lead.objects.filter(pk=hot_leads[1].pk).update(merged_into=hot_leads[0])

    page = api.get(f"/api/v1/leads?cursor={cursor}").json()

    assert [row["id"] for row in page["data"]] == [str(lead.id) for lead in hot_leads[2:]]


def walk(api, address: str, between=lambda: None) -> list[str]:
    ids = []
    while True:
        response = api.get(address)
        ids += [row["id"] for row in response.json()["data"]]
        if "Link" not in response:
            return ids
        parts = urlsplit(response["Link"].partition(">")[0].lstrip("<"))
        address = f"{parts.path}?{parts.query}"
        between()


# Few moments, so that many rows share one; microseconds, so that their order is by the finest unit.
moments = st.lists(st.integers(0, 4).map(lambda n: NOON + timedelta(microseconds=n)), max_size=14)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(times=moments, limit=st.integers(1, 6), newer=st.integers(0, 2))
def test_pages_over_any_rows_are_the_whole_list_whatever_is_inserted_meanwhile(
    db, times, limit, newer
):
    agency = make_organisation()
    api = client_of(agency)
    Lead.objects.bulk_create(
        Lead(organisation=agency, source="website", created_at=time) for time in times
    )
    whole = [row["id"] for row in api.get("/api/v1/leads?limit=500").json()["data"]]

    def insert_newer() -> None:
        for _ in range(newer):
            make_lead(agency, created_at=NOON + timedelta(hours=1))

    walked = walk(api, f"/api/v1/leads?limit={limit}", between=insert_newer)

    assert len(whole) == len(times)
    assert walked == whole


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(times=moments, limit=st.integers(1, 6))
def test_messages_of_one_moment_keep_their_order_over_pages(db, times, limit):
    agency = make_organisation()
    api = client_of(agency)
    conversation = make_conversation(agency)
    Message.objects.bulk_create(
        Message(
            organisation=agency, conversation=conversation, position=n, role="user",
            content=f"{n}", created_at=time,
        )
        for n, time in enumerate(times)
    )  # fmt: skip
    expected = sorted(range(len(times)), key=lambda n: (times[n], n))

    ids = walk(api, f"/api/v1/conversations/{conversation.id}/messages?limit={limit}")
    positions = {str(m.id): m.position for m in Message.objects.for_organisation(agency)}

    assert [positions[i] for i in ids] == expected
