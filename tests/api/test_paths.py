"""Paths below /api/ that are none: one problem for all of them, which tells a slip from a guess."""

import pytest
from django.test import Client

from tests.factories import make_lead

METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
NONE = [
    *["/api", "/api/v1", "/api/v2/leads", "/api/leads", "/api/v1x", "/api/v1/nothing"],
    *["/api/docs/nothing", "/api/docsx", "/api/openapi.json", "/api/.env", "/api/v1/LEADS"],
    *["/api/v1/leads/x/y/z", "/api/v1/leads%00", "/api/v1/leads%0A", "/api/%ff"],
]
SLASH_AT_THE_END = [
    *["/api/", "/api/v1/", "/api/v1/leads/", "/api/v1/leads/x/", "/api/v1/leads/x/status/"],
    *["/api/v1/openapi.json/", "/api/nothing/"],
]
SLASHES_IN_A_ROW = [
    *["/api//v1/leads", "//api/v1/leads", "/api/v1//leads", "/api/v1/leads//status"],
    *["/api/v1/leads//", "//api/docs/", "/api//docs/", "///api"],
]


def ask(client: Client, path: str, method: str = "GET"):
    """What is answered to the path as it stands: Client would take `//` for a host's beginning."""
    return client.generic(method, f"http://testserver{path}")


@pytest.mark.parametrize("path", [*NONE, *SLASH_AT_THE_END, *SLASHES_IN_A_ROW])
def test_a_path_that_is_none_is_one_404_problem_without_a_key(client, path):
    for method in METHODS:
        answer = ask(client, path, method)

        assert answer.status_code == 404, method
        assert answer["Content-Type"] == "application/problem+json"
        assert answer["X-Request-Id"]
        if method != "HEAD":
            assert answer.json()["type"] == "/api/docs/#not-found"
            assert answer.json()["title"] == "Not found"


@pytest.mark.django_db
def test_a_path_that_is_none_and_an_id_that_is_none_have_one_body(api):
    headers = {"X-Request-Id": "same"}
    bodies = {
        api.get(path, headers=headers).content
        for path in ("/api/v2/leads", "/api/v1/nothing", "/api/v1/leads/nonsense")
    }

    assert len(bodies) == 1


@pytest.mark.parametrize("path", SLASH_AT_THE_END)
def test_a_slash_at_the_end_is_told_as_what_it_is(client, path):
    assert "ends with a slash" in ask(client, path).json()["detail"]


@pytest.mark.parametrize("path", SLASHES_IN_A_ROW)
def test_slashes_in_a_row_are_told_as_what_they_are(client, path):
    assert "slashes in a row" in ask(client, path).json()["detail"]


@pytest.mark.parametrize("path", NONE)
def test_a_path_without_such_a_slip_is_not_said_to_have_one(client, path):
    assert "slash" not in ask(client, path).json()["detail"]


def test_the_path_is_not_repeated_for_it_may_hold_a_key(client):
    assert b"sk_live" not in ask(client, "/api/v1/sk_live_abc//").content


@pytest.mark.django_db
def test_a_slash_too_many_counts_nowhere(api, agency, settings):
    settings.SIFT_RATE_GROWTH = "1/m"
    lead = make_lead(agency)

    assert [api.get("/api/v1/leads/").status_code for _ in range(3)] == [404] * 3
    assert api.get(f"/api/v1/leads/{lead.id}").status_code == 200


def test_the_reference_is_a_page_and_its_address_without_the_slash_leads_there(client):
    assert client.get("/api/docs/")["Content-Type"].startswith("text/html")
    assert client.get("/api/docs")["Location"] == "/api/docs/"


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/apix", "/api-v1/leads", "/leads/api/v1", "/x/api/"])
def test_what_does_not_lie_below_it_is_a_page_that_is_not_there(client, path):
    answer = ask(client, path)

    assert answer.status_code == 404
    assert answer["Content-Type"].startswith("text/html")
