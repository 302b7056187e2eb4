"""An agency requires two-step sign-in of its people: a week's grace, then before anything else."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from organisations.actors import Actor
from organisations.models import AuditEntry, Organisation
from organisations.signing_in import two_step
from organisations.team import people
from tests.audit.test_page import words
from tests.factories import make_key, make_lead, make_user
from tests.signing_in import code_of, let_proof_grow_old
from tests.statements import statements_sent
from tests.test_rules_in_the_database import refused

RULE = "/settings/two-step/"
SET_UP = "/settings/profile/two-step/"
BANNER = "Your agency requires two-step sign-in from"
WEEK = timedelta(days=7)


def require(agency, **ago: timedelta) -> None:
    """Of the roles named, since so long."""
    dates = {f"{role}_two_step_from": timezone.now() - since for role, since in ago.items()}
    Organisation.objects.filter(pk=agency.pk).update(**dates)


@pytest.fixture
def overdue(agency):
    """It is required of everybody, and the grace is over."""
    require(agency, admins=timedelta(0), agents=timedelta(0))


def turn_on(person) -> None:
    two_step.begin(person)
    device = two_step.unconfirmed_of(person)
    device.confirmed = True
    device.save(update_fields=["confirmed"])


def browser_of(person) -> Client:
    browser = Client()
    browser.force_login(person)
    return browser


# --- The rule -------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("rule", "of_admins", "of_agents"),
    [("nobody", False, False), ("admins", True, False), ("everybody", True, True)],
)
def test_an_admin_chooses_of_whom_it_is_required(
    signed_in_admin, agency, rule, of_admins, of_agents
):
    signed_in_admin.post(RULE, {"rule": "everybody" if rule == "nobody" else "nobody"})
    before = timezone.now()

    answer = signed_in_admin.post(RULE, {"rule": rule})

    assert (answer.status_code, answer["Location"]) == (303, "/settings/")
    agency.refresh_from_db()
    for from_, is_required in [
        (agency.admins_two_step_from, of_admins),
        (agency.agents_two_step_from, of_agents),
    ]:
        assert (from_ is not None) is is_required
        assert from_ is None or WEEK <= from_ - before < WEEK + timedelta(minutes=1)
    shown = signed_in_admin.get("/settings/").content.decode()
    assert f'value="{rule}"' in shown[: shown.index(" checked")].rsplit("<input", 1)[1]


def test_admins_may_be_first_and_their_grace_does_not_begin_anew(signed_in_admin, agency):
    signed_in_admin.post(RULE, {"rule": "admins"})
    agency.refresh_from_db()
    first = agency.admins_two_step_from

    signed_in_admin.post(RULE, {"rule": "everybody"})

    agency.refresh_from_db()
    assert agency.admins_two_step_from == first < agency.agents_two_step_from


def test_each_change_of_the_rule_stands_in_the_trail_once(signed_in_admin, agency, admin):
    for rule in ("admins", "admins", "nobody"):
        signed_in_admin.post(RULE, {"rule": rule})

    entries = AuditEntry.objects.filter(action="two_step_rule_changed").order_by("position")
    assert [(each.actor_id, each.details) for each in entries] == [
        (admin.id, {"was": "nobody", "rule": "admins"}),
        (admin.id, {"was": "admins", "rule": "nobody"}),
    ]
    told = words(signed_in_admin.get("/settings/audit/"))
    assert "Ada Admin made two-step sign-in required of admins" in told


def test_the_rule_is_changed_by_admins_soon_after_a_proof_alone(client, agency, admin, agent):
    for person, status in [(agent, 403), (admin, 422)]:
        client.force_login(person)
        let_proof_grow_old(client)
        assert client.post(RULE, {"rule": "everybody"}).status_code == status

    agency.refresh_from_db()
    assert agency.two_step_rule == "nobody"


@pytest.mark.parametrize("form", [{}, {"rule": "me"}])
def test_a_rule_that_is_none_is_named(signed_in_admin, agency, form):
    answer = signed_in_admin.post(RULE, form)

    assert answer.status_code == 422
    assert 'id="rule-faults"' in answer.content.decode()
    agency.refresh_from_db()
    assert agency.two_step_rule == "nobody"


def test_the_tab_says_how_many_have_it(signed_in_admin, agency, admin):
    turn_on(make_user(agency))
    make_user(agency)
    people.deactivate(make_user(agency), by=Actor.for_person(admin))

    shown = " ".join(signed_in_admin.get("/settings/").content.decode().split())

    assert "Set up so far by 0 of 1 admins and 1 of 2 agents" in shown


def test_it_is_not_required_of_agents_alone(agency):
    refused(
        "organisations_organisation_two_step_of_admins_first",
        "UPDATE organisations_organisation SET agents_two_step_from = now() WHERE id = %s",
        agency.id,
    )


# --- During the grace -----------------------------------------------------------------------------
def test_during_the_grace_pages_open_and_say_until_when(agency, admin, agent):
    require(agency, admins=-WEEK)

    to_admin, to_agent = (browser_of(person).get("/leads/") for person in (admin, agent))

    assert (to_admin.status_code, to_agent.status_code) == (200, 200)
    assert BANNER in to_admin.content.decode()
    assert BANNER not in to_agent.content.decode()


def test_who_has_it_already_is_told_nothing(agency, agent):
    require(agency, admins=-WEEK, agents=-WEEK)
    turn_on(agent)

    assert BANNER not in browser_of(agent).get("/leads/").content.decode()


# --- Afterwards -----------------------------------------------------------------------------------
@pytest.mark.parametrize("page", ["/", "/leads/", "/settings/profile/", "/leads/export.csv"])
def test_afterwards_every_page_leads_to_setting_it_up(signed_in, overdue, page):
    answer = signed_in.get(page)

    assert (answer.status_code, answer["Location"]) == (302, SET_UP)
    assert "set it up to go on" in signed_in.get(SET_UP).content.decode()


def test_nothing_is_changed_before_it_is_set_up(signed_in, agency, overdue):
    lead = make_lead(agency, status="hot")
    address, form = f"/leads/{lead.id}/status/", {"status": "contacted"}

    posted = signed_in.post(address, form)
    by_htmx = signed_in.post(address, form, headers={"HX-Request": "true"})

    assert (posted.status_code, posted["Location"]) == (303, SET_UP)
    assert (by_htmx["HX-Redirect"], by_htmx["Sift-Refusal"]) == (SET_UP, "two-step")
    lead.refresh_from_db()
    assert lead.status == "hot"


def test_once_it_is_set_up_pages_open(signed_in, agent, overdue):
    signed_in.post(f"{SET_UP}begin/")
    assert signed_in.get(f"{SET_UP}set-up/").status_code == 200
    done = signed_in.post(f"{SET_UP}set-up/", {"code": code_of(agent)})

    assert done.status_code == 200
    assert signed_in.get("/leads/").status_code == 200


def test_a_session_that_went_on_when_it_was_turned_off_sets_it_up_anew(signed_in, agent, overdue):
    turn_on(agent)
    assert signed_in.get("/leads/").status_code == 200

    signed_in.post(f"{SET_UP}off/")

    assert signed_in.get("/leads/")["Location"] == SET_UP


def test_who_is_made_an_admin_is_asked_as_one(signed_in, agency, agent):
    require(agency, admins=timedelta(0))
    assert signed_in.get("/leads/").status_code == 200

    agent.role = "admin"
    agent.save(update_fields=["role"])

    assert signed_in.get("/leads/")["Location"] == SET_UP


@pytest.mark.parametrize("page", ["/api/docs/", "/account-closed/", "/form-token/"])
def test_what_is_open_to_all_stays_so(signed_in, overdue, page):
    assert signed_in.get(page).status_code == 200


def test_who_will_not_set_it_up_can_sign_out(signed_in, overdue):
    assert signed_in.post("/sign-out/")["Location"] == "/sign-in/"


def test_the_api_goes_on(client, agency, overdue):
    _, key = make_key(agency)

    answer = client.get("/api/v1/leads", headers={"Authorization": f"Bearer {key}"})

    assert answer.status_code == 200


def test_another_agencys_rule_is_not_ones_own(other_agency, overdue):
    assert browser_of(make_user(other_agency)).get("/leads/").status_code == 200


def test_where_it_is_not_required_no_statement_is_spent_on_it(signed_in, agency, agent):
    def statements() -> int:
        with statements_sent() as sent:
            assert signed_in.get("/leads/").status_code == 200
        return len(sent)

    turn_on(agent)
    statements()
    without = statements()
    require(agency, admins=timedelta(0), agents=timedelta(0))

    assert statements() == without + 1
