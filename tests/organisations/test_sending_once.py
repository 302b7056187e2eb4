"""A second press of a form does nothing, and shows what the first one was answered."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.contrib.messages import get_messages
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone

from apikeys.models import ApiKey
from leads.merging import last_merge
from leads.models import Lead, LeadEvent
from leads.models.saved_view import SavedView
from organisations.models import AuditEntry, Authenticator, SentForm
from organisations.models.recovery_code import CODES
from organisations.signing_in import two_step
from tests.api.conftest import client_with
from tests.apikeys.test_secrecy import shown_key
from tests.factories import make_invitation, make_key, make_lead, make_session, make_user
from tests.organisations.signing_in.test_two_step import code_of
from tests.waiting import wait_until_somebody_waits_for

KEYS = "/settings/api-keys/"
TEAM = "/settings/team/"
TWO_STEP = "/settings/profile/two-step/"
NEW_KEY = {"name": "CRM sync", "scope": "read", "expires": "never"}
ROLL = {"hours": "24", "expires": "never"}
ID = {"form_id": "kq3J1-5Yc0wE_f9dZpTtNA"}


def done() -> int:
    """How many things were done, by the trail and the leads' histories."""
    return AuditEntry.objects.count() + LeadEvent.objects.count()


def said(answer) -> list[str]:
    return [str(message) for message in get_messages(answer.wsgi_request)]


# --- Every such form ------------------------------------------------------------------------------
def invite(agency, admin):
    return TEAM, {"email": "new@example.com", "role": "agent"}


def resend(agency, admin):
    return f"{TEAM}invitations/{make_invitation(agency)[0].id}/resend/", {}


def withdraw(agency, admin):
    return f"{TEAM}invitations/{make_invitation(agency)[0].id}/withdraw/", {}


def turn_off_for_a_colleague(agency, admin):
    colleague = make_user(agency)
    Authenticator.objects.create(user=colleague, organisation=agency, confirmed=True)
    return f"{TEAM}{colleague.id}/two-step/off/", {}


def turn_off(agency, admin):
    Authenticator.objects.create(user=admin, organisation=agency, confirmed=True)
    return f"{TWO_STEP}off/", {}


def revoke(agency, admin):
    return f"{KEYS}{make_key(agency)[0].id}/delete/", {}


def end_a_session(agency, admin):
    return f"/settings/profile/sessions/{make_session(admin).id}/", {}


def write_a_note(agency, admin):
    return f"/leads/{make_lead(agency).id}/notes/", {"text": "Called back."}


def merge(agency, admin):
    return f"/leads/{make_lead(agency).id}/merge/", {"other": make_lead(agency).id}


def unmerge(agency, admin):
    older, newer = make_lead(agency), make_lead(agency)
    client = Client()
    client.force_login(admin)
    client.post(f"/leads/{older.id}/merge/", {"other": newer.id})
    return f"/leads/{older.id}/unmerge/", {"event": last_merge(Lead.objects.get(pk=older.pk)).id}


def erase(agency, admin):
    return f"/leads/{make_lead(agency).id}/erase/", {"typed": "erase"}


def save_a_view(agency, admin):
    return "/leads/views/", {"name": "Hot", "query": "status=hot"}


def delete_a_view(agency, admin):
    return f"/leads/views/{SavedView.objects.keep(admin, 'Hot', 'status=hot').id}/delete/", {}


@pytest.mark.parametrize(
    "form",
    [
        invite, resend, withdraw, turn_off_for_a_colleague, turn_off, revoke, end_a_session,
        write_a_note, merge, unmerge, erase, save_a_view, delete_a_view,
    ],
)  # fmt: skip
def test_a_form_pressed_twice_acts_once_and_leads_where_the_first_led(
    signed_in_admin, agency, admin, letters, form
):
    address, fields = form(agency, admin)
    first = signed_in_admin.post(address, fields | ID)
    acts, sent = done(), len(letters())

    again = signed_in_admin.post(address, fields | ID)

    assert (first.status_code, again.status_code) == (303, 303)
    assert again["Location"] == first["Location"]
    assert said(again) == said(first) != []
    assert (done(), len(letters())) == (acts, sent)


@pytest.mark.parametrize(
    "page",
    [
        KEYS, f"{KEYS}{{key}}/roll/", f"{KEYS}{{key}}/delete/", TEAM, TWO_STEP, "/leads/{lead}/",
        "/leads/{lead}/merge/?other={other}", "/leads/{lead}/erase/", "/leads/views/", "/leads/",
        "/settings/profile/",
    ],
)  # fmt: skip
def test_pages_give_such_forms_an_id_of_their_own(signed_in_admin, agency, admin, page):
    Authenticator.objects.create(user=admin, organisation=agency, confirmed=True)
    make_invitation(agency)
    make_session(admin)
    SavedView.objects.keep(admin, "Hot", "status=hot")
    lead, other = make_lead(agency), make_lead(agency)
    address = page.format(key=make_key(agency)[0].id, lead=lead.id, other=other.id)

    ids = [
        re.findall(r'name="form_id" value="([\w-]{22})"', signed_in_admin.get(address).text)
        for _ in range(2)
    ]

    assert ids[0]
    assert len({*ids[0], *ids[1]}) == 2 * len(ids[0])


# --- What is shown once ---------------------------------------------------------------------------
def test_a_key_made_by_two_presses_is_one_and_both_answers_show_it(signed_in_admin, agency):
    first, again = (signed_in_admin.post(KEYS, NEW_KEY | ID) for _ in range(2))

    assert (first.status_code, again.status_code) == (200, 200)
    assert shown_key(again) == shown_key(first)
    assert again["Cache-Control"] == "private, no-store"
    assert ApiKey.objects.get().name == "CRM sync"
    assert AuditEntry.objects.get().action == "key_created"
    assert client_with(shown_key(again)).get("/api/v1/leads").status_code == 200


def test_so_it_is_with_a_key_that_is_rolled(signed_in_admin, agency):
    key, _ = make_key(agency, name="CRM sync")

    first, again = (signed_in_admin.post(f"{KEYS}{key.id}/roll/", ROLL | ID) for _ in range(2))

    assert shown_key(again) == shown_key(first)
    assert "The old key is now" in again.text
    assert ApiKey.objects.count() == 2


def test_a_key_deleted_meanwhile_is_not_shown_again(signed_in_admin, agency):
    signed_in_admin.post(KEYS, NEW_KEY | ID)
    signed_in_admin.post(f"{KEYS}{ApiKey.objects.get().id}/delete/")

    again = signed_in_admin.post(KEYS, NEW_KEY | ID)

    assert (again.status_code, again["Location"]) == (303, KEYS)


def codes_in(answer) -> list[str]:
    return re.findall(r"(?:\w{4}-){5}\w{4}", unescape(answer.text))


def test_recovery_codes_of_two_presses_are_the_same_and_good(signed_in_admin, agency, admin):
    Authenticator.objects.create(user=admin, organisation=agency, confirmed=True)

    first, again = (signed_in_admin.post(f"{TWO_STEP}recovery-codes/", ID) for _ in range(2))

    assert len(set(codes_in(first))) == CODES
    assert codes_in(again) == codes_in(first)
    assert two_step.use(admin, codes_in(again)[0], address=None) is two_step.Step.RECOVERY_CODE
    assert AuditEntry.objects.filter(action="recovery_codes_made").count() == 1


def test_two_presses_turn_two_step_sign_in_on_and_show_its_codes(signed_in_admin, agency, admin):
    two_step.begin(admin)
    form = {"code": code_of(admin)} | ID

    first, again = (signed_in_admin.post(f"{TWO_STEP}set-up/", form) for _ in range(2))

    assert (first.status_code, again.status_code) == (200, 200)
    assert codes_in(again) == codes_in(first) != []


# --- What is another form -------------------------------------------------------------------------
def test_after_a_minute_the_form_is_a_new_one(signed_in_admin, agency):
    signed_in_admin.post(KEYS, NEW_KEY | ID)
    SentForm.objects.update(sent_at=timezone.now() - timedelta(seconds=61))

    again = signed_in_admin.post(KEYS, NEW_KEY | ID)

    assert again.status_code == 422
    assert "Another key has this name" in again.text
    assert not SentForm.objects.exists()


@pytest.mark.parametrize(
    "other", [{"name": "Another"}, {"form_id": "x" * 22}, {"name": "Another", "form_id": "x" * 22}]
)
def test_what_was_typed_anew_is_done_though_it_comes_from_the_same_page(
    signed_in_admin, agency, other
):
    signed_in_admin.post(KEYS, NEW_KEY | ID)

    changed = signed_in_admin.post(KEYS, NEW_KEY | ID | other)

    assert changed.status_code == (200 if "name" in other else 422)
    assert ApiKey.objects.count() == (2 if "name" in other else 1)


def test_the_same_id_at_another_address_is_another_form(signed_in_admin, agency):
    for _ in range(2):
        signed_in_admin.post(f"/leads/{make_lead(agency).id}/notes/", {"text": "Hello"} | ID)

    assert LeadEvent.objects.count() == 2


def test_nobody_is_shown_what_somebody_elses_form_made(client, signed_in_admin, agency):
    first = signed_in_admin.post(KEYS, NEW_KEY | ID)
    client.force_login(make_user(agency, role="admin"))

    theirs = client.post(KEYS, NEW_KEY | ID)

    assert theirs.status_code == 422
    assert shown_key(first) not in theirs.text


@pytest.mark.parametrize("id_", [{}, {"form_id": ""}, {"form_id": "x" * 65}])
def test_a_form_without_an_id_acts_each_time(signed_in_admin, agency, id_):
    lead = make_lead(agency)

    for _ in range(2):
        signed_in_admin.post(f"/leads/{lead.id}/notes/", {"text": "Hello"} | id_)

    assert LeadEvent.objects.count() == 2
    assert not SentForm.objects.exists()


# --- What was not done ----------------------------------------------------------------------------
def test_a_form_that_was_refused_may_be_sent_again(signed_in_admin, agency):
    taken, _ = make_key(agency, name="CRM sync")
    refused = signed_in_admin.post(KEYS, NEW_KEY | ID)
    signed_in_admin.post(f"{KEYS}{taken.id}/delete/")

    again = signed_in_admin.post(KEYS, NEW_KEY | ID)

    assert (refused.status_code, again.status_code) == (422, 200)


def test_a_form_that_failed_is_undone_and_may_be_sent_again(signed_in_admin, agency, monkeypatch):
    signed_in_admin.raise_request_exception = False
    with monkeypatch.context() as patch:
        patch.delattr("apikeys.views.letters.key_created")
        failed = signed_in_admin.post(KEYS, NEW_KEY | ID)
    assert not ApiKey.objects.exists()

    again = signed_in_admin.post(KEYS, NEW_KEY | ID)

    assert (failed.status_code, again.status_code) == (500, 200)


def test_a_wrong_code_counts_though_its_form_is_forgotten(signed_in_admin, agency, admin):
    two_step.begin(admin)

    signed_in_admin.post(f"{TWO_STEP}set-up/", {"code": "000000"} | ID)

    assert Authenticator.objects.get().throttling_failure_count == 1


# --- HTMX -----------------------------------------------------------------------------------------
def test_a_note_whose_answer_was_lost_is_shown_when_it_is_sent_again(signed_in_admin, agency):
    lead = make_lead(agency)
    note = (f"/leads/{lead.id}/notes/", {"text": "Called back."} | ID)

    first, again = (signed_in_admin.post(*note, headers={"HX-Request": "true"}) for _ in range(2))

    assert (first.status_code, again.status_code) == (200, 200)
    assert "Note added" in again["HX-Trigger"]
    assert again.text.count("Called back.") == first.text.count("Called back.") == 1
    assert LeadEvent.objects.count() == 1


# --- At once --------------------------------------------------------------------------------------
@pytest.mark.django_db(transaction=True)
def test_a_second_press_waits_for_the_first_and_shows_its_key(
    signed_in_admin, agency, admin, meanwhile, monkeypatch
):
    """The first is held up in the middle until the second is seen to wait for it."""
    issue = ApiKey.save
    seconds = []

    def second_press():
        client = Client()
        client.cookies.update(signed_in_admin.cookies)
        return client.post(KEYS, NEW_KEY | ID)

    def save(key, **how):
        issue(key, **how)
        if not seconds:
            seconds.append(meanwhile(second_press))
            wait_until_somebody_waits_for("transactionid")

    monkeypatch.setattr(ApiKey, "save", save)
    first = signed_in_admin.post(KEYS, NEW_KEY | ID)
    second = seconds[0]()

    assert (first.status_code, second.status_code) == (200, 200)
    assert shown_key(second) == shown_key(first)
    assert ApiKey.objects.count() == 1


# --- What is kept ---------------------------------------------------------------------------------
def test_what_is_kept_of_a_form_tells_neither_its_id_nor_the_key(signed_in_admin, agency):
    text = shown_key(signed_in_admin.post(KEYS, NEW_KEY | ID))

    with connection.cursor() as cursor:
        cursor.execute("SELECT row::text FROM organisations_sentform AS row")
        (kept,) = cursor.fetchone()

    assert ID["form_id"] not in kept
    assert text[8:] not in kept
    assert "CRM sync" not in kept


def test_an_erasure_forgets_what_forms_were_answered(signed_in_admin, agency):
    lead, other = make_lead(agency), make_lead(agency, name="Zoë Byrne")
    merging = (f"/leads/{lead.id}/merge/", {"other": other.id} | ID)
    assert said(signed_in_admin.post(*merging)) == [
        "Merged with Zoë Byrne. The history can undo it."
    ]

    signed_in_admin.post(f"/leads/{lead.id}/erase/", {"typed": "erase"} | ID)

    assert [
        kept for kept in SentForm.objects.values_list("said", flat=True) if "Byrne" in str(kept)
    ] == []


def test_forms_of_a_minute_ago_go_with_the_next_that_is_sent(signed_in_admin, agency):
    lead = make_lead(agency)
    signed_in_admin.post(f"/leads/{lead.id}/notes/", {"text": "One"} | ID)
    SentForm.objects.update(sent_at=timezone.now() - timedelta(seconds=61))

    signed_in_admin.post(f"/leads/{lead.id}/notes/", {"text": "Two"} | ID)

    assert SentForm.objects.count() == 1


def test_a_form_belongs_to_a_person_of_its_agency(agency, other_agency, admin):
    form = SentForm(organisation=other_agency, person=admin, digest="0" * 64, half=b"0" * 32)

    with pytest.raises(IntegrityError, match="person_same_organisation"), transaction.atomic():
        form.save()
