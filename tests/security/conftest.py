"""What the attacks share: a route's address, its good form, and what they must leave as it was."""

from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.test import Client

from leads.models import LeadEvent
from tests.factories import make_lead, make_user
from tests.test_every_route import Route
from tests.test_every_route import objects_of as objects_in_paths


@contextmanager
def taken_back(*browsers: Client) -> Iterator[None]:
    """Whatever is done within is rolled back, so that one test can attack every route in turn.

    So are the browsers' cookies: who was signed out within is signed in again.
    """
    cookies = [deepcopy(browser.cookies) for browser in browsers]
    attack = transaction.atomic()
    attack._from_testcase = True  # as the test's own: what must be outermost may be within it
    with attack:
        yield
        transaction.set_rollback(True)
    for browser, before in zip(browsers, cookies, strict=True):
        browser.cookies = before


def url_of(route: Route, objects: dict[str, Any]) -> str:
    """The route with an object of the agency for each id, and a word for other parameters."""
    return route.address(dict.fromkeys(route.parameters, "x") | objects)


def everything_of(organisation: Any) -> dict[str, str]:
    """Every row of every table that belongs to the agency, itself included, as PostgreSQL writes
    it; by the table's name, in one statement, for walks ask it again and again."""
    tables = {type(organisation)._meta.db_table: "id"}
    for model in apps.get_models():
        if any(field.attname == "organisation_id" for field in model._meta.concrete_fields):
            tables[model._meta.db_table] = "organisation_id"
    rows = " UNION ALL ".join(
        f"SELECT '{table}', string_agg(t::text, '\n' ORDER BY t::text) FROM {table} t"
        f" WHERE t.{column} = %(organisation)s"
        for table, column in tables.items()
    )
    with connection.cursor() as cursor:
        cursor.execute(rows, {"organisation": organisation.pk})
        return dict(cursor.fetchall())


def objects_of(agency: Any, person: Any, name: str) -> dict[str, Any]:
    """One of each kind that a route or a form can name; two leads, the second to be merged."""
    objects = objects_in_paths(agency, person, name)
    return objects | {
        "other_id": make_lead(agency, name=f"{name} too").id,
        "event_id": LeadEvent.objects.filter(lead=objects["lead_id"]).latest("id").id,
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
