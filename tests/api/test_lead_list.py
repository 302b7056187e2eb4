"""GET /api/v1/leads: order, paging, filters, total."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest

from leads.models import FACT_FIELDS, Lead
from tests.factories import at, make_lead

pytestmark = pytest.mark.django_db


def ids_of(response) -> list[str]:
    assert response.status_code == 200, response.content
    return [row["id"] for row in response.json()["data"]]


def follow(api, address: str) -> list[str]:
    """Every id of a list, page by page, as the Link headers lead."""
    ids = []
    while True:
        response = api.get(address)
        ids += ids_of(response)
        if "Link" not in response:
            assert response.json()["next_cursor"] is None
            return ids
        parts = urlsplit(response["Link"].partition(">")[0].lstrip("<"))
        address = f"{parts.path}?{parts.query}"


def test_a_lead_is_shown_with_every_field_of_the_contract(api, agency):
    lead = make_lead(
        agency, name="Zoë Ackroyd", email="zoe@example.com", phone="+447700900123", status="hot",
        score=81, source="sms", summary="A flat near the canal", intent="buy", budget_min=200_000,
        budget_max=350_000, bedrooms_min=1, bedrooms_max=2, area="Ancoats", property_type="flat",
        timeline="asap", chain_status="chain_free", financing_status="dip_held",
        buyer_scheme="first_homes", stamp_duty_position="first_time_buyer",
        viewing_requested=True, property_ref="HV-2041",
        origin_url="https://harbour-vale.example/elm", campaign="spring",
        marketing_consent="denied", created_at=at("2026-06-01 09:30"),
        updated_at=at("2026-06-02 10:00:00.120000"),
    )  # fmt: skip

    response = api.get("/api/v1/leads")

    assert response["Content-Type"] == "application/json"
    assert response.json() == {
        "data": [
            {
                "id": str(lead.id), "name": "Zoë Ackroyd", "email": "zoe@example.com",
                "phone": "+447700900123", "status": "hot", "score": 81, "source": "sms",
                "summary": "A flat near the canal", "intent": "buy", "budget_min": 200_000,
                "budget_max": 350_000, "bedrooms_min": 1, "bedrooms_max": 2, "area": "Ancoats",
                "property_type": "flat", "timeline": "asap", "chain_status": "chain_free",
                "financing_status": "dip_held", "buyer_scheme": "first_homes",
                "stamp_duty_position": "first_time_buyer", "viewing_requested": True,
                "property_ref": "HV-2041", "origin_url": "https://harbour-vale.example/elm",
                "campaign": "spring", "marketing_consent": "denied",
                "created_at": "2026-06-01T09:30:00.000000Z",
                "updated_at": "2026-06-02T10:00:00.120000Z",
            }
        ],
        "limit": 50, "offset": 0, "has_more": False, "next_cursor": None,
    }  # fmt: skip


def test_what_is_not_known_is_null(api, agency):
    make_lead(agency)

    [shown] = api.get("/api/v1/leads").json()["data"]

    unknown = [field for field in FACT_FIELDS if field != "viewing_requested"] + ["score"]
    assert all(shown[field] is None for field in unknown)
    assert shown["viewing_requested"] is False


def test_leads_come_newest_first_and_ties_by_id(api, agency):
    noon = at("2026-06-01 12:00")
    leads = [make_lead(agency, created_at=noon) for _ in range(3)]
    late = make_lead(agency, created_at=noon + timedelta(microseconds=1))

    shown = ids_of(api.get("/api/v1/leads"))

    assert shown == [str(late.id), *sorted((str(lead.id) for lead in leads), reverse=True)]


def test_only_the_keys_own_organisation_is_shown_whatever_the_query_names(
    api, agency, other_agency
):
    ours = make_lead(agency)
    make_lead(other_agency)

    for name in ("organisation_id", "organization_id"):
        assert ids_of(api.get("/api/v1/leads", {name: str(other_agency.id)})) == [str(ours.id)]


def test_a_merged_lead_is_not_listed_nor_counted(api, agency):
    kept = make_lead(agency)
    make_lead(agency, merged_into=kept)

    page = api.get("/api/v1/leads?count=exact").json()

    assert [row["id"] for row in page["data"]] == [str(kept.id)]
    assert page["total"] == 1


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("status=hot", {"hot"}),
        ("status=hot&status=lost", {"hot", "lost"}),
        ("status=hot,lost", {"hot", "lost"}),
        ("status=hot,lost&status=new&status=hot", {"hot", "lost", "new"}),
    ],
)
def test_status_narrows_to_one_or_several(api, agency, query, expected):
    for status in ("new", "hot", "warm", "lost"):
        make_lead(agency, status=status)

    page = api.get(f"/api/v1/leads?{query}&count=exact").json()

    assert {row["status"] for row in page["data"]} == expected
    assert page["total"] == len(expected)


@pytest.mark.parametrize(
    "since",
    [
        "2026-06-01T09:30:00Z",
        "2026-06-01T10:30:00%2B01:00",
        "2026-06-01T10:30:00+01:00",  # a + that arrives as a space
        "2026-06-01t09:30:00z",
        "2026-06-01T09:30",
        "2026-06-01%2009:30:00.000000",
        "2026-06-01T04:30:00-05:00",
    ],
)
def test_since_takes_rows_created_at_or_after_it(api, agency, since):
    exactly = make_lead(agency, created_at=at("2026-06-01 09:30"))
    make_lead(agency, created_at=at("2026-06-01 09:30") - timedelta(microseconds=1))

    assert ids_of(api.get(f"/api/v1/leads?since={since}")) == [str(exactly.id)]


def test_a_date_is_its_first_moment_in_utc(api, agency):
    # The agency's own day, in summer, would begin an hour before.
    make_lead(agency, created_at=at("2026-05-31 23:30"))
    on_it = make_lead(agency, created_at=at("2026-06-01 00:00"))

    assert ids_of(api.get("/api/v1/leads?since=2026-06-01")) == [str(on_it.id)]


def test_updated_since_goes_by_the_last_change(api, agency):
    make_lead(agency, updated_at=at("2026-06-01 09:29"))
    changed = make_lead(agency, updated_at=at("2026-06-01 09:30"))

    assert ids_of(api.get("/api/v1/leads?updated_since=2026-06-01T09:30:00Z")) == [str(changed.id)]


def test_updated_since_catches_the_lead_that_polling_status_and_since_misses(api, agency):
    older = make_lead(agency, created_at=at("2026-06-01 09:00"))
    newer = make_lead(agency, created_at=at("2026-06-01 10:00"), status="qualified")
    [seen] = api.get("/api/v1/leads?status=qualified").json()["data"]
    assert seen["id"] == str(newer.id)
    api.patch(
        f"/api/v1/leads/{older.id}/status", {"status": "qualified"}, content_type="application/json"
    )

    tip = api.get("/api/v1/leads", {"status": "qualified", "since": seen["created_at"]})
    recommended = api.get(
        "/api/v1/leads", {"status": "qualified", "updated_since": seen["updated_at"]}
    )

    assert str(older.id) not in ids_of(tip)
    assert str(older.id) in ids_of(recommended)


@pytest.mark.parametrize("query", ["limit=2", "limit=2&count=exact", "limit=2&status=new,hot"])
def test_cursors_lead_through_the_whole_list_once(api, agency, query):
    noon = at("2026-06-01 12:00")
    leads = [make_lead(agency, created_at=noon - timedelta(hours=n // 3)) for n in range(7)]

    walked = follow(api, f"/api/v1/leads?{query}")

    assert walked == ids_of(api.get("/api/v1/leads"))
    assert set(walked) == {str(lead.id) for lead in leads}


def test_a_cursor_goes_on_after_its_row_though_newer_ones_came(api, agency):
    for hour in range(4):
        make_lead(agency, created_at=at(f"2026-06-01 0{hour}:00"))
    everything = ids_of(api.get("/api/v1/leads"))
    first = api.get("/api/v1/leads?limit=2").json()
    make_lead(agency, created_at=at("2026-06-01 09:00"))

    second = api.get("/api/v1/leads", {"limit": 2, "cursor": first["next_cursor"]})

    assert ids_of(second) == everything[2:]
    assert second.json()["has_more"] is False


@pytest.mark.parametrize("query", ["", "&status=new", "&count=exact", "&since=2026-01-01"])
def test_offset_skips_rows(api, agency, query):
    for hour in range(5):
        make_lead(agency, created_at=at(f"2026-06-01 0{hour}:00"))
    everything = ids_of(api.get("/api/v1/leads"))

    page = api.get(f"/api/v1/leads?limit=2&offset=2{query}")

    assert ids_of(page) == everything[2:4]
    assert page.json()["offset"] == 2
    assert page.json()["has_more"] is True
    # A cursor may take over from there.
    last = api.get(f"/api/v1/leads?cursor={page.json()['next_cursor']}{query}")
    assert ids_of(last) == everything[4:]


@pytest.mark.parametrize("offset", [5, 6, 2**63 - 1])
def test_an_offset_past_the_end_is_an_empty_page_with_its_total(api, agency, offset):
    for _ in range(5):
        make_lead(agency)

    page = api.get(f"/api/v1/leads?offset={offset}&count=exact").json()

    assert page == {
        "data": [], "limit": 50, "offset": offset, "has_more": False, "next_cursor": None,
        "total": 5,
    }  # fmt: skip


def test_the_total_is_of_the_filters_on_every_page_and_only_when_asked_for(api, agency):
    for _ in range(3):
        make_lead(agency, status="hot")
    make_lead(agency)

    first = api.get("/api/v1/leads?status=hot&limit=2&count=exact").json()
    second = api.get(
        f"/api/v1/leads?status=hot&limit=2&count=exact&cursor={first['next_cursor']}"
    ).json()

    assert first["total"] == second["total"] == 3
    assert len(second["data"]) == 1
    assert "total" not in api.get("/api/v1/leads").json()


def test_the_link_header_leads_to_the_next_page_with_the_same_filters(api, agency):
    for _ in range(3):
        make_lead(agency, status="hot")
    make_lead(agency)
    query = "status=hot&since=2020-01-01T00:00:00+01:00&limit=2&count=exact"

    first = api.get(f"/api/v1/leads?{query}")

    address, rel = first["Link"].split("; ")
    assert rel == 'rel="next"'
    assert address.startswith("<http://testserver/api/v1/leads?")
    parts = urlsplit(address.strip("<>"))
    second = api.get(f"{parts.path}?{parts.query}")
    assert len(ids_of(second)) == 1
    assert set(ids_of(second)).isdisjoint(ids_of(first))
    assert second.json()["total"] == 3
    assert second.json()["limit"] == 2
    assert "Link" not in second


def test_five_hundred_rows_come_in_one_page(api, agency):
    Lead.objects.bulk_create(Lead(organisation=agency, source="website") for _ in range(501))

    page = api.get("/api/v1/leads?limit=500").json()

    assert len(page["data"]) == 500
    assert page["has_more"] is True
