"""Changing one's password."""

import pytest
from django.test import Client

from organisations.models import AuditEntry, Session
from tests.factories import PASSWORD

PAGE = "/settings/profile/password/"
NEW = "a wholly different phrase"


def change(client, old=PASSWORD, new=NEW, again=None):
    form = {"old_password": old, "new_password1": new, "new_password2": again or new}
    return client.post(PAGE, form)


def test_the_new_password_holds_and_the_session_goes_on_under_another_key(signed_in, agent):
    key = signed_in.cookies["sift_session"].value

    assert change(signed_in)["Location"] == "/settings/profile/"

    agent.refresh_from_db()
    assert agent.check_password(NEW)
    assert signed_in.get("/").status_code == 200
    assert signed_in.cookies["sift_session"].value != key


def test_every_other_session_ends(signed_in, agent):
    elsewhere = Client()
    elsewhere.force_login(agent)

    change(signed_in)

    assert elsewhere.get("/")["Location"].startswith("/sign-in/")
    assert Session.objects.of(agent).count() == 1


def test_it_is_told_by_letter_and_kept(signed_in, agent, agency, letters):
    change(signed_in)

    (letter,) = letters()
    assert (letter.to, letter.subject) == ([agent.email], "The password was changed")
    assert "from 127.0.0.1" in letter.body
    (entry,) = AuditEntry.objects.for_organisation(agency)
    assert (entry.action, entry.actor_id) == ("password_changed", agent.pk)


@pytest.mark.parametrize(
    ("old", "new", "again", "said"),
    [
        ("guessed", NEW, NEW, "This is not your password."),
        (PASSWORD, NEW, "another long phrase", "didn’t match"),
        (PASSWORD, "short phrase"[:11], None, "too short"),
        (PASSWORD, "1q2w3e4r5t6y", None, "too common"),
        (PASSWORD, "amir agent 1", None, "too similar"),
        (PASSWORD, "harbour-vale-2026", None, "agency&#x27;s name"),
        (PASSWORD, "long " * 52, None, "at most 256"),
    ],
)
def test_what_cannot_be_is_refused_in_words_beside_its_field(
    signed_in, agent, old, new, again, said
):
    answer = change(signed_in, old, new, again)

    assert answer.status_code == 422
    assert said in answer.content.decode()
    agent.refresh_from_db()
    assert agent.check_password(PASSWORD)


def test_the_password_of_now_cannot_be_guessed_on_and_on(signed_in):
    answers = [change(signed_in, "guessed").status_code for _ in range(11)]

    assert answers == [422] * 10 + [429]


def test_no_page_gives_a_password_back(signed_in):
    page = change(signed_in, "guessed").content.decode()

    assert "guessed" not in page
    assert NEW not in page
