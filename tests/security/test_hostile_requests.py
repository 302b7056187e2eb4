"""Requests that no browser sends: whatever they hold, a page never fails over them."""

import base64

import pytest
from django.test import Client, RequestFactory

from sift_site.wsgi import Utf8Request
from tests.factories import make_conversation

BROKEN_ADDRESS = "http://["
HTMX = {"HX-Request": "true"}


def position(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


@pytest.mark.parametrize("parameter", ["after", "before"])
@pytest.mark.parametrize(
    "time",
    [
        "2026-06-01T00:00:00+20:00",  # further than PostgreSQL lets a zone be
        "2026-06-01T00:00:00-23:59",
        "0001-01-01T00:00:00+14:00",  # before the first year in UTC
        "9999-12-31T23:59:59-14:00",
    ],
)
def test_a_place_in_a_list_may_name_any_zone(signed_in, agency, parameter, time):
    conversation = make_conversation(agency, messages=1)
    by_id = position(f"{time}|{conversation.id}")
    by_position = position(f"{time}|0")

    answers = [
        signed_in.get("/leads/", {parameter: by_id}),
        signed_in.get("/conversations/", {parameter: by_id}),
        signed_in.get(f"/conversations/{conversation.id}/", {parameter: by_position}),
    ]

    assert [answer.status_code for answer in answers] == [200, 200, 200]


@pytest.mark.parametrize("cookie", [r'"\000abcdefgh"', r'"\377abcdefgh"', "x" * 3000, "short", ""])
def test_a_session_cookie_that_cannot_be_one_is_no_session(db, cookie):
    # As a header: an escaped NUL is legal there, and Python's cookies unescape it.
    headers = {"Cookie": f"sift_session={cookie}"}

    assert Client().get("/leads/", headers=headers)["Location"] == "/sign-in/?next=/leads/"
    assert Client().get("/sign-in/", headers=headers).status_code == 200
    assert Client().get("/nothing-here/", headers=headers).status_code == 404


@pytest.mark.parametrize("address", [BROKEN_ADDRESS, "http://testserver:port/", "%", "\\"])
def test_an_address_that_cannot_be_read_leads_back_to_the_overview(client, db, address):
    told_by_browser = client.post("/sign-out/", headers={"Referer": address})
    told_by_htmx = client.get("/leads/", headers=HTMX | {"HX-Current-URL": address})

    assert told_by_browser["Location"] == "/sign-in/?next=/"
    assert told_by_htmx["HX-Redirect"] == "/sign-in/?next=/"


@pytest.mark.parametrize("content_type", ["text/plain", "multipart/form-data"])
def test_a_content_type_with_words_in_no_known_charset_is_none(content_type):
    environ = RequestFactory().get("/").environ
    environ["CONTENT_TYPE"] = f"{content_type}; charset*=nonsense'en'%FF"

    request = Utf8Request(environ)

    assert (request.content_type, request.content_params) == ("", {})


def test_a_part_of_a_form_in_no_known_charset_is_a_bad_request(client, db):
    body = (
        b"--edge\r\nContent-Disposition: form-data; name=\"a\"; filename*=nonsense'en'%FF\r\n\r\n"
        b"x\r\n--edge--\r\n"
    )

    answer = client.post("/sign-in/", data=body, content_type="multipart/form-data; boundary=edge")

    assert answer.status_code in {400, 422}
