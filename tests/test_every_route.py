"""What holds for every route, those not yet written included: the URL table itself is walked.

A new route is covered the day it is added. One that takes an object of a kind not known here fails
the walk until it is said below which object of another agency it is to be tried with.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from conversations.csv_import.bringing_in import upload
from leads.acts import Act, do
from leads.bulk import Move, change_matching
from leads.models import Lead
from leads.models.choices import LeadStatus
from leads.models.saved_view import SavedView
from organisations.actors import Actor
from organisations.changes.numbering import numbered_last
from organisations.models import Organisation, User
from tests.factories import (
    make_conversation,
    make_delivery,
    make_device,
    make_endpoint,
    make_held_back,
    make_intake,
    make_invitation,
    make_key,
    make_lead,
    make_organisation,
    make_passkey,
    make_session,
    make_user,
)
from tests.shared_rows import shared_rows

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
API = "api/v1/"
# Parameters that name an object, and the object of an agency that each stands for.
OBJECTS = (
    *("lead_id", "conversation_id", "key_id", "view_id", "bulk_id", "act_id"),
    *("person_id", "invitation_id", "session_id", "device_id", "passkey_id"),
    *("endpoint_id", "delivery_id", "intake_id", "post_id", "import_id"),
)
# Routes that answer anybody: each is meant to.
OPEN_TO_ALL = (
    "sign-in/",
    "password-reset/",
    "invitation/",
    "account-closed/",
    "f/",
    "intake/",
    "api/docs/",
    "api/v1/openapi.json",
    ".well-known/security.txt",
    "healthz",
    "readyz",
)


@dataclass(frozen=True)
class Route:
    """One line of the URL table: its whole pattern, its parameters, its view."""

    pattern: str
    parameters: tuple[str, ...]
    view: Any

    @property
    def is_api(self) -> bool:
        return self.pattern.startswith(API)

    def address(self, values: dict[str, Any]) -> str:
        """The path with its parameters filled in."""
        path = self.pattern
        for name in self.parameters:
            before, _, rest = path.partition("<")
            converter_and_name, _, after = rest.partition(">")
            assert converter_and_name.split(":")[-1] == name
            path = f"{before}{values[name]}{after}"
        return f"/{path}"


def walk(resolver: URLResolver, before: str = "") -> Iterator[Route]:
    for entry in resolver.url_patterns:
        pattern = before + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from walk(entry, pattern)
        else:
            assert isinstance(entry, URLPattern)
            yield Route(pattern, tuple(entry.pattern.converters), entry.callback)


ROUTES = list(walk(get_resolver()))
PAGES = [route for route in ROUTES if not route.is_api]
CLOSED_PAGES = [route for route in PAGES if not route.pattern.startswith(OPEN_TO_ALL)]
OBJECT_ROUTES = [route for route in ROUTES if set(route.parameters) & set(OBJECTS)]


def named(routes):
    return pytest.mark.parametrize("route", routes, ids=lambda route: f"/{route.pattern}")


@dataclass(frozen=True)
class Furnished:
    """An agency with an admin, and the id of an object of each kind."""

    agency: Organisation
    admin: User
    objects: dict[str, Any]


@pytest.fixture(scope="module")
def two_agencies(django_db_setup, django_db_blocker) -> Iterator[tuple[Furnished, Furnished]]:
    with shared_rows(django_db_blocker):
        yield furnished("Ours"), furnished("Theirs")


@pytest.fixture
def us(two_agencies, db) -> Furnished:
    """The agency that asks."""
    return two_agencies[0]


@pytest.fixture
def theirs(two_agencies, db) -> dict[str, Any]:
    """An object of each kind, all of another agency."""
    return two_agencies[1].objects


def furnished(name: str) -> Furnished:
    agency = make_organisation(name=name)
    admin = make_user(agency, role="admin")
    return Furnished(agency, admin, objects_of(agency, admin, name))


def objects_of(agency, person, name: str) -> dict[str, Any]:
    lead = make_lead(agency, name=name, status="hot")
    conversation = make_conversation(agency, lead, messages=1)
    key, _ = make_key(agency, name=name)
    leads = Lead.objects.for_organisation(agency)
    with numbered_last():
        locked = leads.select_for_update().get(id=lead.id)
        act = Act(status=LeadStatus.CONTACTED)
        act_id = do(locked, act, person=person, by=Actor.for_person(person))
    endpoint = make_endpoint(agency)
    intake = make_intake(agency)
    bulk = change_matching(leads, Move(LeadStatus.LOST), by=Actor.for_person(person))
    return {
        "lead_id": lead.id,
        "conversation_id": conversation.id,
        "key_id": key.id,
        "view_id": SavedView.objects.keep(person, name, "status=hot").id,
        "act_id": act_id,
        "bulk_id": bulk.bulk_id,
        "person_id": make_user(agency, name=name).id,
        "invitation_id": make_invitation(agency)[0].id,
        "session_id": make_session(person).id,
        "device_id": make_device(person).id,
        "passkey_id": make_passkey(person).id,
        "endpoint_id": endpoint.id,
        "delivery_id": make_delivery(endpoint).id,
        "intake_id": intake.id,
        "post_id": make_held_back(intake).id,
        "import_id": upload(agency, person, "leads.csv", b"name\nAda\n").id,
    }


def test_the_walk_finds_the_routes_there_are():
    assert {"", "leads/", "leads/<uuid:lead_id>/"} <= {route.pattern for route in ROUTES}
    assert len(OBJECT_ROUTES) >= 4


@named(ROUTES)
def test_every_parameter_that_names_an_object_is_known_here(route):
    unknown = {name for name in route.parameters if name.endswith("id")} - set(OBJECTS)

    assert not unknown, f"say in OBJECTS what {unknown} stands for"


@named(CLOSED_PAGES)
def test_a_page_needs_a_person_unless_it_is_meant_for_all(client, theirs, route):
    values = theirs | dict.fromkeys(set(route.parameters) - set(OBJECTS), "x")

    for method in METHODS:
        answer = client.generic(method, route.address(values))

        assert answer.status_code == 302, method
        assert answer["Location"].startswith("/sign-in/"), method


@named(PAGES)
def test_only_pages_meant_for_all_are_marked_as_needing_no_sign_in(route):
    needs_sign_in = getattr(route.view, "login_required", True)

    assert needs_sign_in != route.pattern.startswith(OPEN_TO_ALL)


@named([route for route in CLOSED_PAGES if not route.parameters])
def test_no_cache_keeps_what_a_signed_in_person_sees(client, admin, route):
    client.force_login(admin)

    assert client.get(route.address({}))["Cache-Control"] == "private, no-store"


@named(OBJECT_ROUTES)
def test_another_agencys_object_is_not_found_by_any_method(client, us, theirs, route):
    """Each method that the route takes, shown by what it answers for an object of one's own."""
    ask = asker(client, us.admin, us.agency, route)
    answered = {method: ask(method, theirs) for method in METHODS}
    taken = [method for method, status in answered.items() if status != 405]

    assert taken
    assert {method: answered[method] for method in taken} == dict.fromkeys(taken, 404)
    # The refusals above are for the object's sake: one's own is there.
    assert ask(taken[0], us.objects) != 404


def asker(client: Client, admin, agency, route):
    """A person of the agency on pages, the agency's key on the API, each allowed all there is."""
    headers = {}
    if route.is_api:
        _, text = make_key(agency)
        headers["Authorization"] = f"Bearer {text}"
    else:
        client.force_login(admin)

    def ask(method: str, values: dict[str, Any]) -> int:
        return client.generic(
            method, route.address(values), "{}", content_type="application/json", headers=headers
        ).status_code

    return ask
