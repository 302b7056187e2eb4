"""Paths below /api/ that are none: one problem for all of them, which tells of slashes too."""

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


def ask(client: Client, path: str, method: str = "GET", **more):
    """What is answered to the path as it stands: Client would take `//` for a host's beginning."""
    return client.generic(method, f"http://testserver{path}", **more)


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
def test_all_of_them_have_the_body_of_an_id_that_is_none(api):
    headers = {"X-Request-Id": "same"}
    of_an_id = api.get("/api/v1/leads/nonsense", headers=headers).content

    for path in [*NONE, *SLASH_AT_THE_END, *SLASHES_IN_A_ROW]:
        assert ask(api, path, headers=headers).content == of_an_id, path


@pytest.mark.parametrize("path", [*SLASH_AT_THE_END, *SLASHES_IN_A_ROW])
def test_who_wrote_a_slash_too_many_is_told_of_slashes(client, path):
    assert "ends with a slash or has two slashes in a row" in ask(client, path).json()["detail"]


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
