"""Pages that outlive the session in which they were made."""

import pytest
from django.conf import settings
from django.test import Client

from leads.models import LeadEvent
from tests.factories import PASSWORD, make_lead

HTMX = {"HX-Request": "true"}


@pytest.fixture
def lead(agency):
    return make_lead(agency, name="Siân Hughes")


@pytest.fixture
def browser() -> Client:
    """One in which tokens are asked for."""
    return Client(enforce_csrf_checks=True)


def sign_in(browser, person) -> None:
    browser.get("/sign-in/")
    token = browser.cookies[settings.CSRF_COOKIE_NAME].value
    form = {"username": person.email, "password": PASSWORD, "csrfmiddlewaretoken": token}
    assert browser.post("/sign-in/", form).status_code == 302


def token_of(browser) -> dict:
    return browser.get("/form-token/").json()


def write_note(browser, lead, token: str, **headers):
    sent = HTMX | {"X-CSRFToken": token} | headers
    return browser.post(f"/leads/{lead.id}/notes/", {"text": "Rang"}, headers=sent)


def test_it_says_whose_token_it_is_and_is_kept_by_no_cache(browser, agent):
    sign_in(browser, agent)

    answer = browser.get("/form-token/")

    assert answer["Cache-Control"] == "private, no-store"
    assert "Access-Control-Allow-Origin" not in answer
    said = answer.json()
    assert (said["person"], said["name"]) == (str(agent.id), "Amir Agent")


def test_a_token_from_before_a_new_sign_in_is_refused_and_a_fresh_one_taken(browser, agent, lead):
    sign_in(browser, agent)
    stale = token_of(browser)["token"]
    sign_in_again = Client(enforce_csrf_checks=True)
    sign_in(sign_in_again, agent)
    browser.cookies = sign_in_again.cookies  # another tab of the same browser

    refused = write_note(browser, lead, stale)
    taken = write_note(browser, lead, token_of(browser)["token"])

    assert (refused.status_code, refused["Sift-Refusal"]) == (403, "stale-form")
    assert taken.status_code == 200
    assert "Sift-Refusal" not in taken
    assert LeadEvent.objects.filter(kind="note").count() == 1


def test_who_was_signed_out_is_told_apart_from_who_sent_something(client, lead):
    answer = client.post(f"/leads/{lead.id}/notes/", {"text": "Rang"}, headers=HTMX)

    assert answer["HX-Redirect"].startswith("/sign-in/")
    assert answer["Sift-Refusal"] == "signed-out"


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_page_made_for_somebody_else_is_answered_nothing(client, agent, admin, lead, method):
    client.force_login(agent)
    ask = getattr(client, method)
    address = f"/leads/{lead.id}/facts/"

    theirs = ask(address, headers=HTMX | {"Sift-Person": str(admin.id)})
    own = ask(address, headers=HTMX | {"Sift-Person": str(agent.id)})

    assert (theirs.status_code, theirs["Sift-Refusal"]) == (403, "other-person")
    assert theirs.content == b""
    assert own.status_code in (200, 422)


def test_pages_say_for_whom_they_were_made(client, agent):
    client.force_login(agent)

    assert f'"Sift-Person": "{agent.id}"' in client.get("/leads/").content.decode()
