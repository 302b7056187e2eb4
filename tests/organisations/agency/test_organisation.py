"""Settings, Organisation: name, plan, use of the API, and closing the account."""

from datetime import timedelta

import pytest
from django.test import Client

from apikeys.calls import DailyCalls
from apikeys.revoking import revoke
from foundation.days import today
from organisations.agency import account
from organisations.models import AuditEntry, Invitation
from tests.factories import make_invitation, make_key, make_user
from tests.markup import without_layout


def actions_of(agency) -> list[str]:
    entries = AuditEntry.objects.for_organisation(agency).order_by("created_at", "id")
    return list(entries.values_list("action", flat=True))


# --- The tab --------------------------------------------------------------------------------------
def test_settings_are_the_organisations_for_an_admin_and_the_profile_for_an_agent(admin, agent):
    browsers = []
    for person in (admin, agent):
        browser = Client()
        browser.force_login(person)
        browsers.append(browser)
    by_admin, by_agent = (browser.get("/settings/") for browser in browsers)

    assert by_admin.status_code == 200
    assert 'aria-current="page">Organisation' in without_layout(by_admin.content.decode())
    assert by_agent["Location"] == "/settings/profile/"
    assert browsers[1].post("/settings/", {"name": "Mine"}).status_code == 403


@pytest.mark.parametrize(
    ("plan", "calls"), [("growth", "120 calls a minute"), ("scale", "600 calls a minute")]
)
def test_the_plan_is_marked_and_its_limit_said(signed_in_admin, agency, plan, calls):
    agency.plan = plan
    agency.save(update_fields=["plan"])
    make_key(agency)

    answer = signed_in_admin.get("/settings/")

    assert [row.name.lower() for row in answer.context["plans"] if row.is_own] == [plan]
    assert answer.context["api_use"].allowance == calls
    assert answer.context["api_use"].keys == 1
    assert without_layout(answer.content.decode()).count("Your plan<") == 1


def test_calls_of_today_and_this_month_are_told_over_all_keys_deleted_ones_too(
    signed_in_admin, agency, other_agency
):
    first, second, theirs = (make_key(owner)[0] for owner in (agency, agency, other_agency))
    month = today().replace(day=1)
    for key, day, counts in [
        (first, today(), (1200, 30, 7)),
        (second, today(), (34, 0, 0)),
        (first, month - timedelta(days=1), (500, 500, 500)),
        (theirs, today(), (9999, 9999, 9999)),
    ]:
        calls, refused, over_limit = counts
        DailyCalls.objects.create(
            organisation=key.organisation,
            api_key=key,
            day=day,
            calls=calls,
            refused=refused,
            over_limit=over_limit,
        )
    if today() > month:
        DailyCalls.objects.create(organisation=agency, api_key=first, day=month, calls=1)
    revoke(second)

    use = signed_in_admin.get("/settings/")

    shown = " ".join(use.content.decode().split())
    assert "1,234 calls, 30 refused, 7 of them over the limit" in shown
    earlier = 1 if today() > month else 0
    assert use.context["api_use"].calls.this_month.calls == 1234 + earlier


def test_statements_do_not_grow_with_people_and_keys(signed_in_admin, agency, statements_of):
    for _ in range(3):
        make_user(agency)
        make_key(agency)

    assert statements_of(lambda: signed_in_admin.get("/settings/")) == 5


def test_starter_says_what_it_lacks(signed_in_admin, agency):
    agency.plan = "starter"
    agency.save(update_fields=["plan"])

    answer = signed_in_admin.get("/settings/")

    assert answer.context["api_use"] is None
    assert "The Starter plan has no API" in answer.content.decode()


def test_the_agency_is_renamed_once(signed_in_admin, agency, other_agency):
    forged = {"name": " Harbour <i>& Sons ", "plan": "scale", "id": str(other_agency.id)}
    for _ in range(2):
        assert signed_in_admin.post("/settings/", forged).status_code == 303

    agency.refresh_from_db()
    other_agency.refresh_from_db()
    assert (agency.name, agency.plan) == ("Harbour <i>& Sons", "growth")
    assert other_agency.name == "Northgate Homes"
    assert actions_of(agency) == ["organisation_renamed"]
    assert "Harbour &lt;i&gt;&amp; Sons" in signed_in_admin.get("/settings/").content.decode()


@pytest.mark.parametrize("name", ["", "  ", "x" * 201, "a\u202eb", "a\x00b"])
def test_a_name_that_will_not_do_is_said_beside_its_field(signed_in_admin, agency, name):
    answer = signed_in_admin.post("/settings/", {"name": name})

    assert answer.status_code == 422
    assert answer.context["form"].errors["name"]
    agency.refresh_from_db()
    assert agency.name == "Harbour & Vale"


# --- Closing --------------------------------------------------------------------------------------
def test_the_account_is_closed_for_who_types_its_name(
    signed_in_admin, admin, agent, agency, other_agency, letters_of
):
    second = make_user(agency, role="admin")
    gone = make_user(agency, role="admin")
    gone.is_active = False
    gone.save(update_fields=["is_active"])
    make_user(other_agency, role="admin")
    theirs = Client()
    theirs.force_login(agent)
    _, text = make_key(agency)
    bearer = {"Authorization": f"Bearer {text}"}
    assert theirs.get("/api/v1/leads", headers=bearer).status_code == 200

    own_session = signed_in_admin.session

    answer, letters = letters_of(
        lambda: signed_in_admin.post("/settings/close/", {"typed": " harbour  & vale"}, follow=True)
    )

    assert answer.redirect_chain == [("/account-closed/", 303)]
    assert "Nothing was deleted" in answer.content.decode()
    agency.refresh_from_db()
    other_agency.refresh_from_db()
    assert agency.closed_at is not None
    assert other_agency.closed_at is None
    assert theirs.get("/leads/")["Location"].startswith("/sign-in/")
    assert signed_in_admin.get("/leads/")["Location"].startswith("/sign-in/")
    assert not own_session.exists(own_session.session_key)
    assert theirs.get("/api/v1/leads", headers=bearer).status_code == 401
    assert actions_of(agency) == ["key_created", "organisation_closed"]
    assert sorted(letter.to[0] for letter in letters) == sorted([admin.email, second.email])
    assert "closed by “Ada Admin”" in letters[0].body


@pytest.mark.parametrize("typed", ["", "Northgate Homes", "yes", "Harbour & Vale!"])
def test_another_word_closes_nothing(signed_in_admin, agency, letters_of, typed):
    answer, letters = letters_of(lambda: signed_in_admin.post("/settings/close/", {"typed": typed}))

    assert answer.status_code == 422
    assert "Nothing was closed" in answer.content.decode()
    agency.refresh_from_db()
    assert agency.closed_at is None
    assert letters == []


def test_a_closed_agencys_invitations_are_of_no_use(client, agency):
    _, token = make_invitation(agency)
    assert client.get(f"/invitation/{token}/", follow=True).status_code == 200

    account.close(agency)

    assert client.get("/invitation/").status_code == 404
    assert Invitation.objects.open().exists()  # it would work again in an account opened again
