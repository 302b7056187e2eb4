"""GET /api/v1/leads/{id}: the lead, its entity tag, and the one 404."""

import pytest

from foundation.ids import uuid7
from tests.factories import make_conversation, make_lead

pytestmark = pytest.mark.django_db


def url_of(lead) -> str:
    return f"/api/v1/leads/{lead.id}"


def test_one_lead_is_what_the_list_shows_of_it(api, agency):
    lead = make_lead(agency, name="Zoë", score=55, status="warm")

    shown = api.get(url_of(lead))

    assert shown.status_code == 200
    assert shown.json() == api.get("/api/v1/leads").json()["data"][0]


def test_an_id_in_upper_case_is_the_same_id(api, agency):
    lead = make_lead(agency)

    assert api.get(f"/api/v1/leads/{str(lead.id).upper()}").json()["id"] == str(lead.id)


def test_a_missing_anothers_malformed_and_merged_id_are_one_and_the_same_404(
    api, agency, other_agency
):
    ours = make_lead(agency)
    lead_ids = [
        uuid7(), make_lead(other_agency).id, make_lead(agency, merged_into=ours).id, "nonsense",
        "%00", "é", "1' OR '1'='1", str(ours.id).replace("-", ""), f"{{{ours.id}}}", f"{ours.id}0",
    ]  # fmt: skip
    theirs = make_conversation(other_agency, messages=1).id
    addresses = [f"/api/v1/leads/{i}" for i in lead_ids]
    addresses += [f"/api/v1/conversations/{i}/messages" for i in (theirs, uuid7(), "nonsense")]
    addresses += ["/api/v1/nothing", "/api/v1", "/api/v1/", "/api/v1/leads/", "/api/v1//leads"]

    answers = [api.get(address, headers={"X-Request-Id": "same"}) for address in addresses]

    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    assert {answer["Content-Type"] for answer in answers} == {"application/problem+json"}


def test_the_same_ids_are_one_404_for_a_change_too(api, agency, other_agency):
    ours = make_lead(agency)
    ids = [uuid7(), make_lead(other_agency).id, make_lead(agency, merged_into=ours).id, "nonsense"]

    answers = [
        api.patch(
            f"/api/v1/leads/{i}/status",
            {"status": "contacted"},
            content_type="application/json",
            headers={"X-Request-Id": "same"},
        )
        for i in ids
    ]

    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1


def test_the_entity_tag_is_strong_and_changes_with_the_lead(api, agency):
    lead, other = make_lead(agency), make_lead(agency)
    before = api.get(url_of(lead))["ETag"]

    assert before.startswith('"')
    assert api.get(url_of(lead))["ETag"] == before
    assert api.get(url_of(other))["ETag"] != before
    lead.area = "Didsbury"
    lead.save(update_fields=["area"])
    assert api.get(url_of(lead))["ETag"] != before


@pytest.mark.parametrize(
    "form",
    [
        *["{0}", "W/{0}", '"other", {0}', "*", 'W/"other", W/{0}'],
        *['"{within}-gzip"', 'W/"{within}-br"'],  # as proxies that compress have it sent back
    ],
)
def test_what_the_caller_has_already_is_not_sent_again(api, agency, form):
    lead = make_lead(agency)
    etag = api.get(url_of(lead))["ETag"]
    known = form.format(etag, within=etag.strip('"'))

    answer = api.get(url_of(lead), headers={"If-None-Match": known})

    assert answer.status_code == 304
    assert answer.content == b""
    assert answer["ETag"] == etag
    assert answer["Cache-Control"] == "private, no-store"
    assert "RateLimit" in answer


@pytest.mark.parametrize("form", ['"other"', "nonsense", ""])
def test_what_the_caller_has_not_is_sent(api, agency, form):
    lead = make_lead(agency)

    assert api.get(url_of(lead), headers={"If-None-Match": form}).status_code == 200
