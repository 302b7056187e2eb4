"""Settings, Team: people and their roles."""

import pytest
from django.test import Client

from leads.models import Lead
from organisations.models import AuditEntry, User
from tests.factories import make_invitation, make_lead, make_user
from tests.markup import without_layout

HTMX = {"HX-Request": "true"}


def trail_of(agency) -> list[tuple]:
    """What was written down, oldest first."""
    entries = AuditEntry.objects.for_organisation(agency).order_by("created_at", "id")
    return [(each.action, each.actor_id, each.target_id, each.details) for each in entries]


def role(client, person, to, **headers):
    return client.post(f"/settings/team/{person.id}/role/", {"role": to}, **headers)


@pytest.fixture
def second(agency) -> User:
    """Another admin, without whom the first can neither leave nor become an agent."""
    return make_user(agency, role="admin", name="Beth Second")


# --- What the tab shows ---------------------------------------------------------------------------
def test_the_tab_lists_people_with_role_last_sign_in_and_state(
    signed_in_admin, admin, agent, agency
):
    gone = make_user(agency, name="Gus <b>Gone</b>", email="gus@example.com")
    gone.is_active = False
    gone.save(update_fields=["is_active"])

    page = signed_in_admin.get("/settings/team/").content.decode()

    assert page.index("Ada Admin") < page.index("Amir Agent") < page.index("Gus &lt;b&gt;Gone")
    assert "gus@example.com" in page
    assert "Never signed in" in page
    assert "Last sign-in" in page
    assert page.count("Deactivated") == 1
    # The only admin's role is offered to nobody, nor is their leaving.
    assert f"/settings/team/{admin.id}/role/" not in page
    assert f"/settings/team/{admin.id}/deactivate/" not in page
    assert f"/settings/team/{agent.id}/role/" in page


def test_another_agencys_people_are_not_on_it(signed_in_admin, other_agency):
    make_user(other_agency, name="Stranger")

    assert "Stranger" not in signed_in_admin.get("/settings/team/").content.decode()


@pytest.mark.parametrize("more", [0, 40])
def test_statements_do_not_grow_with_people_and_invitations(
    signed_in_admin, agency, statements_of, more
):
    inviter = make_user(agency, role="admin")
    for _ in range(1 + more):
        make_user(agency)
        make_invitation(agency, invited_by=inviter)

    assert statements_of(lambda: signed_in_admin.get("/settings/team/")) == 4


@pytest.mark.parametrize("address", ["/settings/team/", "/settings/close/"])
def test_an_agent_is_refused_the_admins_tabs_and_sees_none(signed_in, address):
    refused = [signed_in.get(address), signed_in.post(address, {"name": "Mine"})]

    assert [answer.status_code for answer in refused] == [403, 403]
    profile = without_layout(signed_in.get("/settings/profile/").content.decode())
    assert 'href="/settings/team/"' not in profile
    assert 'aria-current="page">Profile' in profile


# --- Roles ----------------------------------------------------------------------------------------
def test_a_role_is_changed_and_written_down(signed_in_admin, admin, agent, agency):
    answer = role(signed_in_admin, agent, "admin")

    assert (answer.status_code, answer["Location"]) == (303, "/settings/team/")
    agent.refresh_from_db()
    assert agent.role == "admin"
    assert trail_of(agency) == [
        ("role_changed", admin.id, agent.id, {"was": "agent", "role": "admin"})
    ]


def test_the_role_that_stands_is_set_without_a_trace(signed_in_admin, agent, agency):
    assert role(signed_in_admin, agent, "agent").status_code == 303

    assert trail_of(agency) == []


def test_with_htmx_the_people_come_back_and_the_change_is_said(signed_in_admin, agent):
    answer = role(signed_in_admin, agent, "admin", headers=HTMX)

    assert answer.status_code == 200
    part = without_layout(answer.content.decode())
    assert part.lstrip().startswith('<section class="results settings-part" id="team-')
    assert "Amir Agent is now an admin." in answer["HX-Trigger"]


@pytest.mark.parametrize("forged", ["superuser", "", "ADMIN", "admin\x00"])
def test_a_role_that_there_is_not_is_refused_beside_its_person(signed_in_admin, agent, forged):
    answer = role(signed_in_admin, agent, forged)

    assert answer.status_code == 422
    assert 'aria-describedby="person-fault"' in answer.content.decode()
    agent.refresh_from_db()
    assert agent.role == "agent"


def test_an_agent_cannot_make_themselves_an_admin(signed_in, agent, second):
    assert role(signed_in, agent, "admin").status_code == 403
    # Nor by what they may send: the form of their own choices knows no role.
    signed_in.post("/settings/profile/", {"theme": "dark", "role": "admin", "is_active": "on"})

    agent.refresh_from_db()
    assert (agent.theme, agent.role) == ("dark", "agent")


def test_a_form_that_is_not_from_this_site_changes_nothing(admin, agent):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(admin)
    token = browser.get("/settings/team/").context["csrf_token"]

    assert role(browser, agent, "admin").status_code == 403
    address = f"/settings/team/{agent.id}/role/"
    assert browser.post(address, {"role": "admin", "csrfmiddlewaretoken": token}).status_code == 303


def test_whoever_becomes_an_agent_by_their_own_hand_is_led_out_of_the_tab(
    signed_in_admin, admin, second
):
    answer = role(signed_in_admin, admin, "agent")

    assert answer["Location"] == "/settings/profile/"
    assert signed_in_admin.get("/settings/team/").status_code == 403


def test_with_htmx_too(signed_in_admin, admin, second):
    answer = role(signed_in_admin, admin, "agent", headers=HTMX)

    assert answer["HX-Redirect"] == "/settings/profile/"


# --- The last admin -------------------------------------------------------------------------------
@pytest.mark.parametrize("act", ["role", "deactivate"])
def test_the_last_admin_can_neither_be_demoted_nor_leave(
    signed_in_admin, admin, agent, agency, act
):
    inactive = make_user(agency, role="admin")
    inactive.is_active = False
    inactive.save(update_fields=["is_active"])

    answer = signed_in_admin.post(f"/settings/team/{admin.id}/{act}/", {"role": "agent"})

    assert answer.status_code == 422
    assert "only admin" in answer.content.decode()
    admin.refresh_from_db()
    assert admin.is_admin
    assert admin.is_active
    assert trail_of(agency) == []


def test_with_another_admin_either_goes(signed_in_admin, admin, second):
    assert signed_in_admin.post(f"/settings/team/{second.id}/deactivate/").status_code == 303

    second.refresh_from_db()
    assert not second.is_active


# --- Deactivating and reactivating ----------------------------------------------------------------
def test_a_deactivated_person_is_out_at_their_next_request_and_back_when_reactivated(
    signed_in_admin, admin, agent, agency
):
    theirs = Client()
    theirs.force_login(agent)
    assert theirs.get("/leads/").status_code == 200

    asked = signed_in_admin.get(f"/settings/team/{agent.id}/deactivate/")
    answer = signed_in_admin.post(f"/settings/team/{agent.id}/deactivate/")

    assert "Deactivate <bdi>Amir Agent</bdi>?" in asked.content.decode()
    assert answer.status_code == 303
    assert theirs.get("/leads/")["Location"].startswith("/sign-in/")
    signed_in_admin.post(f"/settings/team/{agent.id}/reactivate/")
    agent.refresh_from_db()
    assert agent.is_active
    assert theirs.get("/leads/")["Location"].startswith("/sign-in/")  # they sign in anew
    assert [entry[:3] for entry in trail_of(agency)] == [
        ("person_deactivated", admin.id, agent.id),
        ("person_reactivated", admin.id, agent.id),
    ]


def test_asking_changes_nothing_and_comes_as_a_dialog_for_htmx(signed_in_admin, agent):
    whole = signed_in_admin.get(f"/settings/team/{agent.id}/deactivate/")
    part = signed_in_admin.get(f"/settings/team/{agent.id}/deactivate/", headers=HTMX)

    assert b"<html" in whole.content
    assert b"<html" not in part.content
    assert b'id="question-heading"' in part.content
    agent.refresh_from_db()
    assert agent.is_active


def test_an_admin_who_leaves_is_signed_out_at_once(signed_in_admin, admin, second):
    answer = signed_in_admin.post(f"/settings/team/{admin.id}/deactivate/", follow=True)

    assert answer.redirect_chain == [("/sign-in/", 303)]
    assert "You left Harbour &amp; Vale" in answer.content.decode()
    admin.refresh_from_db()
    assert not admin.is_active


def test_a_deactivated_persons_leads_stay_theirs_and_no_new_one_can_be(
    signed_in_admin, agent, agency
):
    lead = make_lead(agency, name="Lee Lead", assignee=agent)

    signed_in_admin.post(f"/settings/team/{agent.id}/deactivate/")

    page = signed_in_admin.get(f"/leads/{lead.id}/").content.decode()
    assert Lead.objects.get().assignee == agent
    assert "Amir Agent" in page
    another = make_lead(agency)
    assert "Amir Agent" not in signed_in_admin.get(f"/leads/{another.id}/").content.decode()
