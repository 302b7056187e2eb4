"""Signing in and out, and what ends a session."""

import pytest
from django.contrib.auth.hashers import make_password
from django.db import connection
from django.test import Client

from organisations.agency import account
from organisations.models import AuditEntry, Session
from sift_site.settings import PASSWORD_HASHERS
from tests.factories import PASSWORD, make_user
from tests.signing_in import answer_only

WRONG = "This e-mail and password do not match."
HTMX = {"HX-Request": "true", "HX-Current-URL": "http://testserver/leads/?status=hot"}


def sign_in(client, email, password=PASSWORD, **more):
    return client.post("/sign-in/", {"username": email, "password": password} | more)


def test_a_person_signs_in_by_e_mail_whatever_its_case(client, agency):
    make_user(agency, email="Priya@example.com")

    answer = sign_in(client, " pRIYA@example.com ")

    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert client.get("/").status_code == 200


@pytest.mark.parametrize(
    ("email", "password"),
    [("priya@example.com", "not the password"), ("nobody@example.com", PASSWORD)],
)
def test_a_wrong_password_and_an_unknown_e_mail_get_one_and_the_same_answer(
    client, agency, email, password
):
    make_user(agency, email="priya@example.com")

    answer = sign_in(client, email, password)

    assert answer.status_code == 422
    assert answer.context["form"].non_field_errors() == [f"{WRONG} Check both and try again."]
    assert f'value="{email}"' in answer.content.decode()
    assert password not in answer.content.decode()


def test_an_inactive_person_and_one_of_a_closed_agency_get_that_answer_too(
    client, agency, other_agency
):
    gone = make_user(agency, email="gone@example.com")
    gone.is_active = False
    gone.save(update_fields=["is_active"])
    make_user(other_agency, email="closed@example.com")
    account.close(other_agency)

    answers = [sign_in(client, f"{name}@example.com") for name in ("gone", "closed")]

    assert [answer.status_code for answer in answers] == [422, 422]
    assert all(WRONG in answer.content.decode() for answer in answers)


def test_sign_in_leads_back_to_the_page_that_asked_for_it(client, agent):
    refused = client.get("/leads/?status=hot")
    assert refused["Location"] == "/sign-in/?next=/leads/%3Fstatus%3Dhot"

    answer = sign_in(client, agent.email, next="/leads/?status=hot")

    assert answer["Location"] == "/leads/?status=hot"


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/", "javascript:1"])
def test_sign_in_never_leads_out_of_the_site(client, agent, elsewhere):
    assert sign_in(client, agent.email, next=elsewhere)["Location"] == "/"


def test_signing_out_takes_a_post_and_ends_the_session(signed_in):
    assert signed_in.get("/sign-out/").status_code == 405

    assert signed_in.post("/sign-out/")["Location"] == "/sign-in/"
    assert signed_in.get("/")["Location"].startswith("/sign-in/")


def test_closing_the_agency_ends_its_sessions_at_the_next_request(signed_in, agency):
    assert signed_in.get("/leads/").status_code == 200

    account.close(agency)

    assert signed_in.get("/leads/")["Location"].startswith("/sign-in/")


def test_deactivating_a_person_ends_their_session_at_the_next_request(signed_in, agent):
    agent.is_active = False
    agent.save(update_fields=["is_active"])

    assert signed_in.get("/leads/")["Location"].startswith("/sign-in/")


def test_a_session_that_ran_out_sends_htmx_to_sign_in_and_back_to_its_page(client, db):
    answer = client.get("/leads/?status=warm", headers=HTMX)

    assert answer.status_code == 200
    assert answer.content == b""
    assert answer["HX-Redirect"] == "/sign-in/?next=/leads/%3Fstatus%3Dhot"


def test_a_form_sent_after_the_session_ran_out_leads_back_to_its_page(client, db):
    address = "/leads/01890000-0000-7000-8000-000000000000/"

    back = client.post(f"{address}status/", headers={"Referer": f"http://testserver{address}"})
    elsewhere = client.post(f"{address}status/", headers={"Referer": "http://evil.example/x"})

    assert back["Location"] == f"/sign-in/?next={address}"
    assert elsewhere["Location"] == "/sign-in/?next=/"


def test_a_form_without_its_token_is_refused_in_the_shell(agent):
    client = Client(enforce_csrf_checks=True)
    client.force_login(agent)

    answer = client.post("/sign-out/")

    assert answer.status_code == 403
    assert "This form is too old" in answer.content.decode()
    assert client.get("/").status_code == 200


def test_signing_in_renews_the_session_whoever_had_it_before(client, agent, admin):
    """Session fixation: a key that somebody planted is worth nothing afterwards."""
    planted = Client()
    planted.force_login(admin)
    key = planted.cookies["sift_session"].value
    client.cookies["sift_session"] = key
    client.post("/sign-out/")  # the page asks for it; the planter's browser may do it too
    client.cookies["sift_session"] = key

    sign_in(client, agent.email)

    assert client.cookies["sift_session"].value != key
    planted.cookies["sift_session"] = key
    assert planted.get("/").status_code == 302


def test_nothing_of_a_session_before_is_in_the_new_one(client, agent):
    before = client.session
    before["planted"] = "here"
    before.save()

    sign_in(client, agent.email)

    assert client.session["_auth_user_id"] == str(agent.pk)
    assert "planted" not in client.session
    assert client.cookies["sift_session"].value != before.session_key


def test_signing_in_and_out_and_failing_are_kept_with_address_and_person(client, agency, agent):
    sign_in(client, agent.email, "wrong")
    sign_in(client, "nobody@example.com", "wrong")
    sign_in(client, agent.email)
    client.post("/sign-out/")

    trail = AuditEntry.objects.for_organisation(agency).newest_first()
    assert [(e.action, e.actor_kind, e.actor_id, e.target_id) for e in trail][::-1] == [
        ("sign_in_failed", "system", None, agent.pk),
        ("sign_in", "person", agent.pk, agent.pk),
        ("sign_out", "person", agent.pk, agent.pk),
    ]
    assert {entry.address for entry in trail} == {"127.0.0.1"}


def test_nobody_is_signed_in_whose_sign_in_cannot_be_written_down(client, agent):
    with connection.cursor() as cursor:
        cursor.execute(
            "ALTER TABLE organisations_auditentry"
            " ADD CONSTRAINT full_up CHECK (action <> 'sign_in') NOT VALID"
        )
    client.raise_request_exception = False

    answer = sign_in(client, agent.email)

    agent.refresh_from_db()
    assert answer.status_code == 500
    assert (agent.last_login, Session.objects.count()) == (None, 0)
    assert client.get("/leads/").status_code == 302


def test_whether_an_account_exists_shows_in_nothing_done_before_the_answer(agent, statements_of):
    """Who it is, is asked before the tries are counted, and again with the password. The trail of a
    failure is written once the answer is out."""

    def attempt(email: str) -> int:
        form = {"username": email, "password": "wrong"}
        return statements_of(lambda: answer_only("/sign-in/", form))

    assert attempt("nobody@example.com") == attempt(agent.email) == 2


def test_a_password_hashed_as_of_old_is_hashed_anew_at_sign_in(client, agent, settings):
    settings.PASSWORD_HASHERS = PASSWORD_HASHERS
    agent.password = make_password(PASSWORD, hasher="pbkdf2_sha256")
    agent.save(update_fields=["password"])

    assert sign_in(client, agent.email).status_code == 302

    agent.refresh_from_db()
    assert agent.password.startswith("scrypt$16384$")


def test_a_name_that_is_no_host_of_ours_gets_no_page_and_no_letter(client, agent, letters):
    headers = {"Host": "evil.example"}
    answer = client.post("/password-reset/", {"email": agent.email}, headers=headers)

    assert answer.status_code == 400
    assert letters() == []
    forwarded = {"X-Forwarded-Host": "evil.example"}
    client.post("/password-reset/", {"email": agent.email}, headers=forwarded)
    assert "evil" not in letters()[0].body


def test_signing_out_clears_what_the_browser_keeps_but_for_its_cookies(signed_in):
    assert "Clear-Site-Data" not in signed_in.get("/leads/", secure=True).headers

    answer = signed_in.post("/sign-out/", secure=True)

    assert answer["Clear-Site-Data"] == '"cache", "storage"'


# --- A letter of a new browser --------------------------------------------------------------------
def test_a_letter_tells_of_a_sign_in_with_a_browser_not_used_before(agent, letters):
    first, second = Client(), Client(headers={"User-Agent": "Mozilla/5.0 (X11) Firefox/140.0"})
    sign_in(first, agent.email)  # nobody need be told of the very first
    sign_in(second, agent.email)
    for browser in (first, second):  # known from now on
        browser.post("/sign-out/")
        sign_in(browser, agent.email)

    [letter] = letters()

    assert (letter.to, letter.subject) == ([agent.email], "Signed in with a new browser")
    assert "Firefox" in letter.body
    assert "from 127.0.0.1" in letter.body


def test_a_browser_known_to_a_colleague_is_new_to_oneself(agent, admin, letters):
    for person in (agent, admin):
        sign_in(Client(), person.email)
    shared = Client()
    sign_in(shared, agent.email)
    shared.post("/sign-out/")
    sign_in(shared, admin.email)

    assert [letter.to for letter in letters()] == [[agent.email], [admin.email]]
