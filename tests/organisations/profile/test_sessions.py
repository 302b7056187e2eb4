"""Where one is signed in: seen, and ended, by oneself alone."""

import re

import pytest
from django.test import Client

from foundation.web.user_agents import in_plain_words
from organisations.models import AuditEntry, Session
from tests.factories import PASSWORD, make_session, make_user

PAGE = "/settings/profile/"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
CHROME = (
    "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 "
    "Mobile Safari/537.36"
)


def sign_in(person, user_agent=FIREFOX, address="192.0.2.1") -> Client:
    client = Client(headers={"User-Agent": user_agent}, REMOTE_ADDR=address)
    client.post("/sign-in/", {"username": person.email, "password": PASSWORD})
    return client


def rows(client) -> list[str]:
    """The list's rows, as text."""
    page = client.get(PAGE).content.decode().partition('id="devices-heading"')[0]
    return [
        " ".join(re.sub(r"<[^>]+>", " ", row).split())
        for row in re.findall(r'<tr class="row".*?</tr>', page, re.S)
    ]


def test_each_session_says_browser_address_and_times_and_ones_own_is_marked(agent):
    sign_in(agent, CHROME, "2001:db8::7")
    here = sign_in(agent)

    mine, other = rows(here)

    assert mine.startswith("Firefox on Windows This one From 192.0.2.1 Signed in just now")
    assert other.startswith("Chrome on Android From 2001:db8::7")
    assert "This one" not in other


def test_one_is_shown_nobody_elses(agent, agency, other_agency):
    make_session(make_user(agency), browser="A colleague's")
    make_session(make_user(other_agency), browser="A stranger's")

    assert len(rows(sign_in(agent))) == 1


def test_a_session_ended_is_out_at_its_next_request_and_the_others_stay(agent, agency):
    here, there = sign_in(agent), sign_in(agent, CHROME)
    session = Session.objects.get(browser="Chrome on Android")

    answer = here.post(f"{PAGE}sessions/{session.id}/")

    assert answer["Location"] == PAGE
    assert there.get("/")["Location"].startswith("/sign-in/")
    assert here.get("/").status_code == 200
    assert AuditEntry.objects.for_organisation(agency).newest_first()[0].action == "sign_out"


def test_ending_the_session_one_is_in_signs_out(agent):
    here = sign_in(agent)
    session = Session.objects.get()

    assert here.post(f"{PAGE}sessions/{session.id}/")["Location"] == "/sign-in/"
    assert here.get("/").status_code == 302


def test_a_colleagues_session_cannot_be_ended_even_by_an_admin(admin, agent):
    theirs = make_session(agent)

    assert sign_in(admin).post(f"{PAGE}sessions/{theirs.id}/").status_code == 404
    assert Session.objects.filter(pk=theirs.pk).exists()


def test_signing_out_everywhere_ends_all_of_ones_own_and_nobody_elses(agent, admin, agency):
    here, there, colleague = sign_in(agent), sign_in(agent, CHROME), sign_in(admin)

    answer = here.post(f"{PAGE}sessions/", follow=True)

    assert "You are signed out everywhere." in answer.content.decode()
    assert [client.get("/").status_code for client in (here, there)] == [302, 302]
    assert colleague.get("/").status_code == 200
    assert AuditEntry.objects.for_organisation(agency).newest_first()[0].action == "sessions_ended"


def test_however_many_there_are_the_page_takes_as_many_statements(agent, statements_of):
    here = sign_in(agent)
    few = statements_of(lambda: here.get(PAGE))
    for _ in range(20):
        make_session(agent)

    assert statements_of(lambda: here.get(PAGE)) == few == 6


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        (FIREFOX, "Firefox on Windows"),
        (CHROME, "Chrome on Android"),
        (FIREFOX.replace("Firefox", "Edg"), "Edge on Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Safari/604.1", "Safari on iPhone"),
        ("<script>alert(1)</script>", "A browser"),
        ("", "A browser"),
    ],
)
def test_a_browser_is_named_in_plain_words_of_our_own(user_agent, words):
    assert in_plain_words(user_agent) == words
