"""GET /api/v1/leads/{id}/score: the points, the words that gave them, and what to ask next."""

import pytest

from conversations.capture import capture
from foundation.ids import uuid7
from leads.models import Lead
from tests.conversations.test_live_capture import posted
from tests.factories import make_conversation, make_lead

pytestmark = pytest.mark.django_db


def url_of(lead) -> str:
    return f"/api/v1/leads/{lead.id}/score"


def captured(agency, *says, **lead) -> Lead:
    [done] = capture(agency, [posted(says=says, **lead)])
    return Lead.objects.get(conversations__id=done.conversation_id)


def points_of(body, fact):
    return next(line for line in body["points"] if line["fact"] == fact)


def test_each_point_has_the_words_that_gave_it(api, agency):
    lead = captured(agency, "\U0001f3e1 Hi, 3 beds, up to £350k", "Lovely", email="ada@example.com")

    body = api.get(url_of(lead)).json()

    assert body["value"] == lead.score == sum(line["points"] for line in body["points"])
    assert body["temperature"] == "cold"
    budget = points_of(body, "budget")
    assert (budget["said"], budget["points"]) == ("Up to £350,000", 14)
    message = api.get(f"/api/v1/conversations/{budget['evidence']['conversation_id']}/messages")
    said = message.json()["data"][0]
    assert budget["evidence"]["message_id"] == said["id"]
    place = slice(budget["evidence"]["start"], budget["evidence"]["end"])
    assert said["content"][place] == budget["evidence"]["quote"] == "£350k"
    assert points_of(body, "email")["evidence"] is None
    assert {"fact": "timeline", "points": 18} in body["would_add"]
    assert body["contradictions"] == []


def test_a_stated_fact_is_quoted_where_the_visitor_said_it_too(api, agency):
    lead = captured(agency, "3 beds please", "Sure", bedrooms_min=3, bedrooms_max=3)

    assert points_of(api.get(url_of(lead)).json(), "bedrooms")["evidence"]["quote"] == "3 beds"


def test_two_readings_that_disagree_are_told_with_both_quotes(api, agency):
    lead = captured(agency, "budget is £300k", "OK", "sorry, I meant up to £350k")

    body = api.get(url_of(lead)).json()

    [contradiction] = body["contradictions"]
    assert contradiction["fact"] == "budget"
    told = [(value["said"], value["evidence"]["quote"]) for value in contradiction["values"]]
    assert told == [("Up to £300,000", "£300k"), ("Up to £350,000", "£350k")]
    assert points_of(body, "budget")["said"] == "Up to £350,000"


def test_what_contradicts_a_stated_fact_is_told_beside_it(api, agency):
    lead = captured(agency, "4 bedrooms please", "OK", bedrooms_min=2, bedrooms_max=2)

    body = api.get(url_of(lead)).json()

    [contradiction] = body["contradictions"]
    assert [value["said"] for value in contradiction["values"]] == ["4", "2"]
    assert contradiction["values"][1]["evidence"] is None
    assert points_of(body, "bedrooms")["evidence"] is None


def test_readings_that_go_together_are_no_contradiction(api, agency):
    lead = captured(agency, "at least £300,000", "OK", "no more than £350,000")

    body = api.get(url_of(lead)).json()

    assert body["contradictions"] == []
    assert points_of(body, "budget")["said"] == "£300,000 to £350,000"


def test_a_lead_of_which_nothing_is_known_has_no_score(api, agency):
    body = api.get(url_of(make_lead(agency))).json()

    assert (body["value"], body["temperature"], body["points"]) == (None, None, [])


def test_the_score_is_known_by_an_entity_tag(api, agency):
    lead = captured(agency, "3 beds please", "Sure")
    etag = api.get(url_of(lead))["ETag"]

    assert api.get(url_of(lead), headers={"If-None-Match": etag}).status_code == 304
    make_conversation(agency, lead, messages=12)
    assert api.get(url_of(lead), headers={"If-None-Match": etag}).status_code == 200


def test_anothers_a_merged_and_a_malformed_lead_are_one_404(api, agency, other_agency):
    ours = make_lead(agency)
    ids = [uuid7(), make_lead(other_agency).id, make_lead(agency, merged_into=ours).id, "nonsense"]

    answers = [
        api.get(f"/api/v1/leads/{id_}/score", headers={"X-Request-Id": "same"}) for id_ in ids
    ]

    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    assert api.get(url_of(ours)).status_code == 200


def test_an_unknown_parameter_is_named(api, agency):
    answer = api.get(f"{url_of(make_lead(agency))}?limit=1")

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "limit"
