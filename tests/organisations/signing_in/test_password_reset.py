"""A forgotten password."""

import re
from datetime import datetime, timedelta

import pytest
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.test import Client

from organisations.agency import account
from organisations.models import AuditEntry, Session
from tests.factories import PASSWORD, make_user
from tests.signing_in import answer_only

NEW = "a wholly different phrase"


def ask(client, email):
    return client.post("/password-reset/", {"email": email})


def link_in(mail) -> str:
    return re.search(r"http://testserver(/password-reset/\S+)", mail.body)[1]


def test_the_link_from_the_mail_sets_a_new_password_once(client, agency, letters):
    person = make_user(agency, email="Priya@example.com", name="Priya Shah")
    ask(client, " priya@EXAMPLE.com")
    (mail,) = letters()
    link = link_in(mail)

    form = client.get(link, follow=True)
    address = form.redirect_chain[-1][0]
    answer = client.post(address, {"new_password1": NEW, "new_password2": NEW}, follow=True)

    assert mail.to == ["Priya@example.com"]
    assert "Your new password is set" in answer.content.decode()
    person.refresh_from_db()
    assert person.check_password(NEW)
    assert "no longer works" in client.get(link, follow=True).content.decode()


def test_asking_gets_one_answer_whoever_asks(client, agency, other_agency, letters):
    make_user(agency, email="known@example.com")
    make_user(other_agency, email="closed@example.com")
    account.close(other_agency)

    answers = [ask(client, f"{name}@example.com") for name in ("known", "nobody", "closed")]

    assert {(answer.status_code, answer["Location"]) for answer in answers} == {
        (302, "/password-reset/sent/")
    }
    assert [mail.to for mail in letters()] == [["known@example.com"]]


@pytest.mark.parametrize("weak", ["short", "1q2w3e4r5t6y", "different"])
def test_a_weak_password_or_two_that_differ_change_nothing(client, agency, letters, weak):
    person = make_user(agency, email="priya@example.com")
    ask(client, person.email)
    address = client.get(link_in(letters()[0]), follow=True).redirect_chain[-1][0]

    again = NEW if weak == "different" else weak
    answer = client.post(address, {"new_password1": weak, "new_password2": again})

    assert answer.status_code == 422
    person.refresh_from_db()
    assert person.check_password(PASSWORD)


def test_a_new_password_ends_the_sessions_of_the_old(signed_in, agent):
    assert signed_in.get("/").status_code == 200

    agent.set_password(NEW)
    agent.save(update_fields=["password"])

    assert signed_in.get("/")["Location"].startswith("/sign-in/")


def test_whether_an_account_exists_shows_in_nothing_done_before_the_answer(
    agent, letters, statements_of
):
    def attempt(email: str) -> int:
        return statements_of(lambda: answer_only("/password-reset/", {"email": email}))

    assert attempt("nobody@example.com") == attempt(agent.email) == 0
    assert letters() == []


def new_password_page(client, person, letters) -> str:
    """The address of the form that the person's newest link leads to."""
    ask(client, person.email)
    return client.get(link_in(letters()[-1]), follow=True).redirect_chain[-1][0]


def set_new(client, address):
    return client.post(address, {"new_password1": NEW, "new_password2": NEW})


def test_a_reset_ends_every_session_and_begins_none(signed_in, agent, letters):
    stranger = Client()
    address = new_password_page(stranger, agent, letters)

    answer = set_new(stranger, address)

    assert answer["Location"] == "/sign-in/"
    assert not Session.objects.exists()
    assert signed_in.get("/")["Location"].startswith("/sign-in/")
    assert stranger.get("/")["Location"].startswith("/sign-in/")


def test_a_reset_is_told_by_letter_and_kept(client, agent, agency, letters):
    set_new(client, new_password_page(client, agent, letters))

    assert letters()[-1].subject == "A new password was set by a link from this mailbox"
    trail = AuditEntry.objects.for_organisation(agency).newest_first()
    assert [entry.action for entry in trail] == ["password_reset", "password_reset_asked"]


@pytest.mark.parametrize(("minutes", "works"), [(59, True), (61, False)])
def test_a_link_works_for_an_hour(client, agent, letters, monkeypatch, minutes, works):
    ask(client, agent.email)
    late = datetime.now() + timedelta(minutes=minutes)  # noqa: DTZ005 - as Django has it
    monkeypatch.setattr(PasswordResetTokenGenerator, "_now", lambda self: late)

    page = client.get(link_in(letters()[-1]), follow=True).content.decode()

    assert ("New password" in page) is works
    assert ("no longer works" in page) is not works


def test_a_link_of_a_person_who_may_not_sign_in_any_more_sets_nothing(client, agent, letters):
    address = new_password_page(client, agent, letters)
    agent.is_active = False
    agent.save(update_fields=["is_active"])

    page = set_new(client, address).content.decode()

    assert "no longer works" in page
    agent.refresh_from_db()
    assert agent.check_password(PASSWORD)


def test_a_mailbox_is_not_flooded_and_nobody_is_told(client, agent, letters):
    answers = [ask(client, agent.email) for _ in range(5)]

    assert {answer["Location"] for answer in answers} == {"/password-reset/sent/"}
    assert len(letters()) == 3
    assert "New password" in client.get(link_in(letters()[0]), follow=True).content.decode()


def test_one_address_cannot_ask_for_one_mailbox_after_another(client, db):
    answers = [ask(client, f"person{n}@example.com").status_code for n in range(21)]

    assert answers == [302] * 20 + [429]


@pytest.mark.parametrize("long", [256, 257])
def test_a_password_may_be_a_long_phrase_but_not_a_book(client, agent, letters, long):
    address = new_password_page(client, agent, letters)
    phrase = ("many words " * 30)[:long]

    answer = client.post(address, {"new_password1": phrase, "new_password2": phrase})

    assert (answer.status_code == 302) is (long == 256)
