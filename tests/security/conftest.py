"""What the attacks share: a route's address, its good form, and what they must leave as it was."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.apps import apps
from django.db import transaction

from leads.bulk import Move, change_matching
from leads.models import Lead, LeadStatus, SavedView
from organisations.actors import Actor
from tests.factories import (
    make_conversation,
    make_invitation,
    make_key,
    make_lead,
    make_session,
    make_user,
)
from tests.test_every_route import Route


@contextmanager
def taken_back() -> Iterator[None]:
    """Whatever is done within is rolled back, so that one test can attack every route in turn."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def address_of(route: Route, objects: dict[str, Any]) -> str:
    """The route with an object of the agency for each id, and a word for other parameters."""
    return route.address(dict.fromkeys(route.parameters, "x") | objects)


def everything_of(organisation: Any) -> dict[str, list[dict[str, Any]]]:
    """Every row of every table that belongs to the agency, itself included."""
    rows = {"organisation": list(type(organisation).objects.filter(pk=organisation.pk).values())}
    for model in apps.get_models():
        if any(field.attname == "organisation_id" for field in model._meta.concrete_fields):
            every = model._default_manager.filter(organisation_id=organisation.pk)
            rows[model._meta.label] = list(every.order_by("pk").values())
    return rows


def objects_of(agency: Any, person: Any, name: str) -> dict[str, Any]:
    """One of each kind that a route or a form can name; two leads, the second to be merged."""
    lead = make_lead(agency, name=name, status="hot")
    run = change_matching(
        Lead.objects.for_organisation(agency), Move(LeadStatus.LOST), by=Actor.for_person(person)
    )
    return {
        "lead_id": lead.id,
        "other_id": make_lead(agency, name=f"{name} too").id,
        "event_id": lead.events.get().id,
        "conversation_id": make_conversation(agency, lead, messages=1).id,
        "key_id": make_key(agency, name=name)[0].id,
        "view_id": SavedView.objects.keep(person, name, "status=hot").id,
        "bulk_id": run.bulk_id,
        "person_id": person.id,
        "invitation_id": make_invitation(agency)[0].id,
        "session_id": make_session(person).id,
    }


@pytest.fixture
def ours(agency, admin) -> dict[str, Any]:
    return objects_of(agency, admin, "Ours")


@pytest.fixture
def theirs(other_agency) -> dict[str, Any]:
    return objects_of(other_agency, make_user(other_agency, role="admin"), "Theirs")


def forms_of(objects: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """A form that each route takes, by its pattern; of routes not named here, an empty one."""
    lead, person = "leads/<uuid:lead_id>/", objects["person_id"]
    return {
        "settings/profile/": {"theme": "dark", "shortcuts": "on"},
        "settings/api-keys/": {"name": "Another", "scope": "read", "expires": "never"},
        "settings/team/": {"email": "new@example.com", "role": "agent"},
        "leads/views/": {"name": "A view", "query": "status=hot"},
        "leads/views/<uuid:view_id>/": {"name": "A better name"},
        "leads/bulk/": {
            "act": "move", "to_status": "archived", "lead": f"{objects['lead_id']} lost ",
        },
        f"{lead}status/": {"status": "contacted", "seen": "lost"},
        f"{lead}status/in-list/": {"status": "contacted", "seen": "lost"},
        f"{lead}assignee/": {"assignee": person, "seen": "nobody"},
        f"{lead}follow-up/": {"preset": "tomorrow"},
        f"{lead}notes/": {"text": "A note"},
        f"{lead}merge/": {"other": objects["other_id"]},
        f"{lead}erase/": {"typed": "erase"},
    }  # fmt: skip
