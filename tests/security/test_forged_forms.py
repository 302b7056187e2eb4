"""Forms that another site sends, and forms with fields that are none of theirs."""

from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from apikeys.models import ApiKey
from leads.models import Lead
from organisations.models import Organisation, User
from tests.security.conftest import everything_of, forms_of, taken_back, url_of
from tests.test_every_route import PAGES, ROUTES, Route

REFUSED = "This form is too old"
# Strangers post here without a session, so there is nothing for another site to misuse. None of
# them finds a person's agency: a token in the path says whose leads they are.
FOR_STRANGERS = ("f/<str:token>", "intake/<str:token>")


def browser_of(person) -> Client:
    """A signed-in person's browser, in which tokens are asked for."""
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    client.force_login(person)
    client.get("/settings/profile/")
    return client


def is_refused(answer) -> bool:
    return answer.status_code == 403 and REFUSED in answer.content.decode()


def test_every_form_takes_the_token_of_its_own_browser(admin, ours):
    """The success beside the refusals below."""
    forms, refused = forms_of(ours), []
    client = browser_of(admin)
    token = client.cookies[settings.CSRF_COOKIE_NAME].value
    for route in PAGES:
        with taken_back(client):
            answer = client.post(
                url_of(route, ours),
                forms.get(route.pattern, {}),
                headers={"X-CSRFToken": token},
            )
        if is_refused(answer):
            refused.append(route.pattern)

    assert refused == []


def let_through(client: Client, routes: list[Route], ours, **with_token: str) -> list[Any]:
    """Those of the routes that did not refuse the good form of theirs, with what they answered."""
    forms, answers = forms_of(ours), []
    for route in routes:
        form = forms.get(route.pattern, {}) | with_token
        answers.append((route.pattern, client.post(url_of(route, ours), form)))
    return [(pattern, it.status_code) for pattern, it in answers if not is_refused(it)]


def test_a_form_with_another_browsers_token_is_refused_on_every_route_and_changes_nothing(
    agency, admin, agent, ours
):
    theirs = browser_of(agent).cookies[settings.CSRF_COOKIE_NAME].value
    client, before = browser_of(admin), everything_of(agency)
    routes = [route for route in PAGES if not route.pattern.startswith(FOR_STRANGERS)]

    assert let_through(client, routes, ours, csrfmiddlewaretoken=theirs) == []
    assert everything_of(agency) == before


@pytest.mark.parametrize("token", [{}, {"csrfmiddlewaretoken": "x" * 64}], ids=["none", "made up"])
def test_so_is_a_form_without_one_wherever_there_is_something_to_do(agency, admin, ours, token):
    client, before = browser_of(admin), everything_of(agency)
    routes = [route for route in PAGES if route.pattern in forms_of(ours)]

    assert let_through(client, routes, ours, **token) == []
    assert everything_of(agency) == before


def test_signing_in_takes_a_token_too(agent):
    """Else another site could sign a person in as somebody else."""
    client = Client(enforce_csrf_checks=True)
    form = {"username": agent.email, "password": "correct horse battery staple"}

    refused = client.post("/sign-in/", form)
    client.get("/sign-in/")
    token = client.cookies[settings.CSRF_COOKIE_NAME].value
    taken = client.post("/sign-in/", form, headers={"X-CSRFToken": token})

    assert is_refused(refused)
    assert (taken.status_code, taken["Location"]) == (302, "/")


def test_the_api_heeds_no_session(signed_in_admin, ours):
    for route in (route for route in ROUTES if route.is_api):
        if "openapi" in route.pattern:
            continue
        for method in ("GET", "POST", "PATCH"):
            answer = signed_in_admin.generic(method, url_of(route, ours), "{}",
                                             content_type="application/json")  # fmt: skip
            assert answer.status_code in (401, 405), (method, route.pattern)


# --- Fields that are none of the form's -----------------------------------------------------------
def stuffing(theirs, other_agency) -> dict[str, object]:
    """Every column that decides who somebody is or whose a thing is."""
    return {
        "id": theirs["lead_id"], "pk": theirs["lead_id"], "organisation": other_agency.id,
        "organisation_id": other_agency.id, "organization": other_agency.id, "plan": "scale",
        "slug": "taken", "closed_at": "2026-01-01", "is_admin": "on", "is_active": "",
        "is_superuser": "on", "is_staff": "on", "password": "known to me", "person": "x",
        "person_id": theirs["person_id"], "user": theirs["person_id"], "created_by": "x",
        "created_by_id": theirs["person_id"], "digest": "0" * 64, "prefix": "sk_live_mine0000",
        "last_four": "mine", "revoked_at": "2026-01-01", "last_used_at": "2026-01-01",
        "merged_into": theirs["lead_id"], "merged_into_id": theirs["lead_id"], "moved_on": "",
        "created_at": "2001-01-01", "updated_at": "2001-01-01", "source": "sms",
        "search": "x", "actor_id": theirs["person_id"], "lead_id": "x",
    }  # fmt: skip


def protected(agency) -> list[object]:
    """What no form may change but one that is for it, and none of those is posted here."""
    people = User.objects.filter(organisation=agency).order_by("id")
    leads = Lead.objects.for_organisation(agency).order_by("id")
    keys = ApiKey.objects.for_organisation(agency).filter(name="Ours")
    return [
        list(people.values_list("id", "organisation_id", "email", "role", "is_active", "password")),
        list(Organisation.objects.order_by("id").values()),
        list(leads.values_list("id", "organisation_id", "source", "created_at")),
        list(keys.values_list("id", "organisation_id", "prefix", "digest", "created_by_id")),
    ]


@pytest.mark.parametrize("who", ["admin", "agent"])
def test_fields_that_are_none_of_a_forms_change_nothing(
    request, agency, other_agency, ours, theirs, who
):
    person = request.getfixturevalue(who)
    forms, extra = forms_of(ours), stuffing(theirs, other_agency)
    del forms["leads/<uuid:lead_id>/erase/"]
    if who == "agent":
        extra["role"] = "admin"
    patterns = forms if who == "admin" else [route.pattern for route in PAGES]
    before, their_rows = protected(agency), everything_of(other_agency)
    changed, worked = [], 0

    client = Client(raise_request_exception=False)
    client.force_login(person)
    for route in (route for route in PAGES if route.pattern in patterns):
        with taken_back(client):
            form = forms.get(route.pattern, {})
            answer = client.post(url_of(route, ours), extra | form)
            if protected(agency) != before or everything_of(other_agency) != their_rows:
                changed.append(route.pattern)
            worked += answer.status_code in (200, 303)

    assert changed == []
    assert worked >= 8  # the forms themselves were good


def test_a_new_key_is_of_its_maker_and_agency_whatever_the_form_says(
    signed_in_admin, agency, admin, other_agency, theirs
):
    form = {"name": "Mine", "scope": "read", "expires": "never"}
    signed_in_admin.post("/settings/api-keys/", stuffing(theirs, other_agency) | form)

    key = ApiKey.objects.get(name="Mine")

    assert (key.organisation, key.created_by, key.scope) == (agency, admin, "read")
    assert key.revoked_at is key.last_used_at is None
    assert key.digest != "0" * 64
