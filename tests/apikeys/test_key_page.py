"""A key's own page with its requests, and the pages on which it is edited and rolled."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from apikeys import call_log
from apikeys.calls import DAYS_CALLS_ARE_KEPT
from apikeys.models import ApiKey
from foundation.ids import uuid7
from organisations.models import AuditEntry
from tests.api.conftest import client_with
from tests.apikeys.test_secrecy import shown_key
from tests.factories import make_calls, make_key, make_user
from tests.letters import send_letters

TAB = "/settings/api-keys/"


def recorded(agency) -> list[str]:
    entries = AuditEntry.objects.for_organisation(agency).order_by("created_at", "id")
    return list(entries.values_list("action", flat=True))


@pytest.fixture
def letters(mailoutbox, django_capture_on_commit_callbacks):
    """Subjects of the letters that an act sends."""

    def of(act) -> list[str]:
        send_letters()  # what came before is none of it
        mailoutbox.clear()
        with django_capture_on_commit_callbacks(execute=True):
            act()
        send_letters()
        return [letter.subject for letter in mailoutbox]

    return of


# --- The log --------------------------------------------------------------------------------------
def test_the_log_shows_each_request_newest_first(signed_in_admin, agency):
    key, text = make_key(agency, name="CRM sync")
    client_with(text).get("/api/v1/leads", headers={"X-Request-Id": "call-1"})
    client_with(text).get("/api/v1/leads/x", headers={"X-Request-Id": "call-2"})
    call_log.flush()

    page = signed_in_admin.get(f"{TAB}{key.id}/").content.decode()

    assert page.index("call-2") < page.index("call-1")
    for shown in ("GET /api/v1/leads/{lead_id}", "404 Not Found", "200 OK", "127.0.0.1", " ms<"):
        assert shown in page
    assert "2 calls in the last 30 days, 1 of them refused" in page


def test_the_log_has_pages_that_do_not_overlap(signed_in_admin, agency):
    key, _ = make_key(agency)
    make_calls(key, 120)

    seen, address = [], f"{TAB}{key.id}/"
    while address:
        page = signed_in_admin.get(address, headers={"HX-Request": "true"}).context["page"]
        seen += [call.request_id for call in page.rows]
        address = page.older and f"{TAB}{key.id}/?after={page.older}"

    assert seen == [f"r-{n}" for n in range(120)]
    lost = signed_in_admin.get(f"{TAB}{key.id}/?after=nowhere")
    assert "The place in the list was not understood" in lost.content.decode()


def test_the_log_is_of_this_key_and_these_thirty_days_alone(signed_in_admin, agency, other_agency):
    key, _ = make_key(agency)
    make_calls(key, 1, status=418)
    make_calls(make_key(agency)[0], 1, status=451)
    make_calls(make_key(other_agency)[0], 1, status=451)
    key.calls.create(
        organisation=agency, created_at=timezone.now() - timedelta(days=DAYS_CALLS_ARE_KEPT + 1),
        method="GET", route="/", status=451, microseconds=1, request_id="old",
    )  # fmt: skip

    page = signed_in_admin.get(f"{TAB}{key.id}/").content.decode()

    said = re.sub(r"<[^>]*>", " ", page).split()  # an id of an address may hold any number
    assert "418" in said
    assert "451" not in said


def test_a_long_log_takes_no_more_statements_than_a_short_one(
    signed_in_admin, agency, statements_of
):
    key, _ = make_key(agency)
    make_calls(key, 1)
    short = statements_of(lambda: signed_in_admin.get(f"{TAB}{key.id}/"))
    make_calls(key, 60)

    long = statements_of(lambda: signed_in_admin.get(f"{TAB}{key.id}/"))

    assert short == long <= 5


# --- Editing --------------------------------------------------------------------------------------
def test_a_key_is_renamed_and_held_to_networks_while_its_users_go_on(signed_in_admin, agency):
    key, text = make_key(agency, name="CRM")
    address = f"{TAB}{key.id}/edit/"

    answer = signed_in_admin.post(address, {"name": "CRM 2", "allowed_from": "127.0.0.0/8"})

    assert (answer.status_code, answer["Location"]) == (303, TAB)
    key.refresh_from_db()
    assert (key.name, key.allowed_networks) == ("CRM 2", ["127.0.0.0/8"])
    assert client_with(text).get("/api/v1/leads").status_code == 200
    assert recorded(agency) == ["key_created", "key_renamed", "key_changed"]
    assert 'value="CRM 2"' in signed_in_admin.get(address).content.decode()


def test_saving_what_stands_changes_and_records_nothing(signed_in_admin, agency):
    key, _ = make_key(agency, name="CRM")

    signed_in_admin.post(f"{TAB}{key.id}/edit/", {"name": "CRM", "allowed_from": ""})

    assert recorded(agency) == ["key_created"]


def test_a_key_may_be_named_as_before_in_another_case_but_not_as_another(signed_in_admin, agency):
    make_key(agency, name="Dashboards")
    key, _ = make_key(agency, name="CRM")
    address = f"{TAB}{key.id}/edit/"

    taken = signed_in_admin.post(address, {"name": "DASHBOARDS", "allowed_from": "203.0.113.7"})
    recased = signed_in_admin.post(address, {"name": "crm", "allowed_from": ""})

    assert (taken.status_code, recased.status_code) == (422, 303)
    assert "Another key has this name" in taken.content.decode()
    key.refresh_from_db()
    assert (key.name, key.allowed_networks) == ("crm", [])


@pytest.mark.parametrize(
    ("field", "value"), [("name", ""), ("name", "x" * 81), ("allowed_from", "office")]
)
def test_a_faulty_edit_comes_back_with_its_fault(signed_in_admin, agency, field, value):
    key, _ = make_key(agency, name="CRM")

    answer = signed_in_admin.post(
        f"{TAB}{key.id}/edit/", {"name": "New", "allowed_from": "", field: value}
    )

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert ApiKey.objects.get().name == "CRM"


def test_nothing_else_of_a_key_can_be_set(signed_in_admin, agency):
    key, _ = make_key(agency, scope="read")

    signed_in_admin.post(
        f"{TAB}{key.id}/edit/",
        {"name": "New", "scope": "read_write", "expires_at": "", "organisation": str(uuid7())},
    )

    key.refresh_from_db()
    assert (key.name, key.scope, key.organisation_id) == ("New", "read", agency.id)


# --- Rolling --------------------------------------------------------------------------------------
def test_rolling_asks_first_then_shows_the_new_key_in_its_answer(signed_in_admin, agency):
    key, text = make_key(agency, name="CRM")
    address = f"{TAB}{key.id}/roll/"
    part = signed_in_admin.get(address, headers={"HX-Request": "true"}).content.decode()

    answer = signed_in_admin.post(address, {"hours": "24", "expires": "90"})

    new = shown_key(answer)
    assert "<html" not in part
    assert key.shown in part
    assert new != text
    assert "The old key is now “<bdi>CRM (until " in answer.content.decode()
    rolled = ApiKey.objects.get(name="CRM")
    assert rolled.prefix == new[:16]
    assert abs(rolled.expires_at - timezone.now() - timedelta(days=90)) < timedelta(minutes=1)


@pytest.mark.parametrize(
    ("lives", "proposed"), [(None, "never"), (90, "90"), (40, "date"), (0.001, "date")]
)
def test_the_new_key_is_proposed_to_live_as_long_as_the_old_one(
    signed_in_admin, agency, lives, proposed
):
    end = None if lives is None else timezone.now() + timedelta(days=lives)
    key, _ = make_key(agency, expires_at=end)

    form = signed_in_admin.get(f"{TAB}{key.id}/roll/").context["form"]

    assert form["expires"].value() == proposed


@pytest.mark.parametrize("faulty", [{"hours": "5"}, {"hours": ""}, {"expires": "soon"}])
def test_a_faulty_roll_does_nothing(signed_in_admin, agency, faulty):
    key, _ = make_key(agency)

    answer = signed_in_admin.post(
        f"{TAB}{key.id}/roll/", {"hours": "24", "expires": "never"} | faulty
    )

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == list(faulty)
    assert ApiKey.objects.count() == 1


# --- Who hears of it ------------------------------------------------------------------------------
def test_admins_hear_of_every_key_that_is_made_rolled_or_deleted(
    signed_in_admin, agency, other_agency, letters, mailoutbox
):
    make_user(other_agency, role="admin")
    form = {"name": "CRM", "scope": "read", "expires": "never", "hours": "1"}

    made = letters(lambda: signed_in_admin.post(TAB, form))
    key = ApiKey.objects.get()
    rolled = letters(lambda: signed_in_admin.post(f"{TAB}{key.id}/roll/", form))
    deleted = letters(lambda: signed_in_admin.post(f"{TAB}{key.id}/delete/"))

    key.refresh_from_db()
    assert made == ["API key “CRM” was created"]
    assert rolled == ["API key “CRM” was rolled"]
    assert deleted == [f"API key “{key.name}” was deleted"]
    assert "“Ada Admin” (from 127.0.0.1)" in mailoutbox[0].body
    assert recorded(agency)[0] == "key_created"
    assert recorded(agency)[-2:] == ["key_rolled", "key_deleted"]


def test_a_key_that_was_not_made_is_told_of_to_nobody(signed_in_admin, agency, letters):
    make_key(agency, name="CRM")
    form = {"name": "crm", "scope": "read", "expires": "never"}

    assert letters(lambda: signed_in_admin.post(TAB, form)) == []
    assert recorded(agency) == ["key_created"]
