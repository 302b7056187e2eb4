"""What every admin hears of by letter, whoever did it: what an intruder would do first."""

import io
import sys

import pytest
from django.core.management import call_command
from django.test import Client

from organisations.actors import SYSTEM, Actor
from organisations.models import AuditEntry, Authenticator, Role, User
from organisations.signing_in import authentication, two_step
from organisations.team import people
from tests.factories import make_invitation, make_lead, make_user

LOCK_OUTS = "Sign-in was locked ten times within an hour"


@pytest.fixture(autouse=True)
def _others(agency, admin, other_agency):
    """Who must hear of nothing."""
    make_user(agency, role="agent")
    deactivated(agency, role="admin")
    make_user(other_agency, role="admin")


def deactivated(agency, **fields) -> User:
    person = make_user(agency, **fields)
    person.is_active = False
    person.save(update_fields=["is_active"])
    return person


@pytest.fixture
def second(agency):
    return make_user(agency, role="admin", name="Bo Admin")


@pytest.fixture
def told(letters, admin, second):
    """The subjects of what both admins, and they alone, were sent; their texts."""

    def subjects() -> list[str]:
        sent = [letter for letter in letters() if "every admin of" in letter.body]
        for letter in sent:
            assert letter.to in ([admin.email], [second.email])
        texts = sorted({(letter.subject, letter.body) for letter in sent})
        assert len(sent) == 2 * len(texts)
        return [subject for subject, _ in texts]

    return subjects


# --- A new admin ----------------------------------------------------------------------------------
def test_somebody_is_made_an_admin(told, admin, agent, letters):
    people.change_role(agent, Role.ADMIN, by=Actor.for_person(admin, "203.0.113.7"))

    assert told() == ["“Amir Agent” is now an admin of “Harbour & Vale”"]
    assert "“Ada Admin”" in letters()[0].body
    assert "from 203.0.113.7" in letters()[0].body


def test_an_admin_comes_by_an_invitation(told, agency):
    _, token = make_invitation(agency, role="admin", email="eve@example.com")
    client = Client()
    client.get(f"/invitation/{token}/")
    new = dict.fromkeys(("new_password1", "new_password2"), "a wholly different phrase")
    assert client.post("/invitation/", {"name": "Eve"} | new).status_code == 303

    assert told() == ["“Eve” is now an admin of “Harbour & Vale”"]


def test_an_admin_is_reactivated(told, agency, admin):
    former = deactivated(agency, role="admin", name="Cy")

    people.reactivate(former, by=Actor.for_person(admin))

    assert told() == ["“Cy” is now an admin of “Harbour & Vale”"]


def test_an_admin_is_added_from_the_server(told, monkeypatch, letters):
    monkeypatch.setattr(sys, "stdin", io.StringIO("lighthouse by the sea\n"))

    call_command(
        "create_user", "eve@example.com", organisation="harbour-vale", role="admin", name="Eve",
        stdout=io.StringIO(),
    )  # fmt: skip

    assert told() == ["“Eve” is now an admin of “Harbour & Vale”"]
    assert "by whoever runs Sift for you" in letters()[0].body


def test_agents_and_admins_who_stay_so_are_nobodys_news(told, agency, admin, agent, second):
    by = Actor.for_person(admin)
    people.change_role(second, Role.ADMIN, by=by)
    people.change_role(second, Role.AGENT, by=by)
    people.reactivate(deactivated(agency), by=by)

    assert told() == []


# --- Two-step sign-in -----------------------------------------------------------------------------
def test_two_step_sign_in_is_turned_off(told, agent, letters):
    Authenticator.objects.create(user=agent, organisation_id=agent.organisation_id)

    two_step.turn_off(agent, by=SYSTEM)

    assert told() == ["Two-step sign-in is off for “Amir Agent” of “Harbour & Vale”"]
    assert [agent.email] in [letter.to for letter in letters()]  # by a letter of their own


# --- An export of everything ----------------------------------------------------------------------
@pytest.fixture
def leads(agency):
    return [make_lead(agency, status="hot") for _ in range(10)]


def test_all_leads_are_exported(told, signed_in, leads, letters):
    signed_in.head("/leads/export.csv")
    assert told() == []

    signed_in.get("/leads/export.csv")

    assert told() == ["10 leads, all or nearly all of “Harbour & Vale”, were exported"]
    assert "by “Amir Agent”" in letters()[0].body


@pytest.mark.parametrize(("hot", "is_told"), [(10, True), (9, True), (8, False), (0, False)])
def test_nearly_all_are_all_whatever_the_filters(told, signed_in, leads, hot, is_told):
    for lead in leads[hot:]:
        lead.status = "lost"
        lead.save(update_fields=["status"])

    signed_in.get("/leads/export.csv?status=hot")

    assert bool(told()) == is_told


# --- Lock-outs ------------------------------------------------------------------------------------
def lock_out(person, times: int = 1) -> None:
    for _ in range(times):
        authentication.record_lock_out(person.pk, "198.51.100.9")


def test_ten_lock_outs_in_an_hour_are_told_once(told, agent, admin, letters):
    lock_out(agent, 5)
    lock_out(admin, 4)
    assert told() == []

    lock_out(agent)
    assert told() == [f"{LOCK_OUTS} at “Harbour & Vale”"]
    lock_out(agent, 12)
    assert len(told()) == 1


def test_lock_outs_of_hours_and_of_other_agencies_are_not_added_up(
    told, agent, other_agency, monkeypatch
):
    monkeypatch.setattr(authentication, "LOCK_OUT_PERIOD", authentication.LOCK_OUT_PERIOD * 0)
    lock_out(agent, 12)
    lock_out(make_user(other_agency), 9)

    assert told() == []


def test_what_is_refused_at_sign_in_is_a_lock_out(told, agent, admin):
    lock_out(admin, 9)
    stranger = Client()
    for _ in range(11):
        stranger.post("/sign-in/", {"username": agent.email, "password": "guessed"})

    assert AuditEntry.objects.filter(action="sign_in_refused").count() == 10
    assert told() == [f"{LOCK_OUTS} at “Harbour & Vale”"]
