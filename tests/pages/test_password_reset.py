"""A forgotten password."""

import re

import pytest

from tests.factories import PASSWORD, make_user

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
    other_agency.close()

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
