"""One person's requests to the pages are counted, whatever they ask for; nobody else's are."""

import pytest
from django.test import Client

from tests.factories import make_user


@pytest.fixture(autouse=True)
def _three_a_minute(settings):
    settings.SIFT_RATE_PAGES = "3/m"


def test_who_asks_too_often_is_told_how_long_to_wait(signed_in):
    statuses = [signed_in.get(path).status_code for path in ("/leads/", "/", "/nothing-here/")]

    answer = signed_in.get("/leads/")

    assert statuses == [200, 200, 404]
    assert answer.status_code == 429
    assert 1 <= int(answer["Retry-After"]) <= 60
    assert "Sift answers at most 3 requests a minute of one person." in answer.text
    assert f"Wait {answer['Retry-After']} second" in answer.text
    assert "Amir Agent" in answer.text


def test_so_is_who_asks_by_htmx_and_by_another_browser(signed_in, agent):
    other = Client()
    other.force_login(agent)
    for browser in (signed_in, other, signed_in):
        browser.get("/leads/")

    answer = other.get("/leads/", headers={"HX-Request": "true"})

    assert (answer.status_code, "Retry-After" in answer.headers) == (429, True)


def test_colleagues_and_visitors_are_served_meanwhile(signed_in, agency):
    colleague = Client()
    colleague.force_login(make_user(agency))
    for _ in range(4):
        signed_in.get("/leads/")

    assert colleague.get("/leads/").status_code == 200
    assert [Client().get("/sign-in/").status_code for _ in range(5)] == [200] * 5
