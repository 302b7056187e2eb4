"""What a stolen session must not do: it asks again who is there, and is done after that."""

from html import unescape
from zlib import compress

import pytest
from django.test import Client

from apikeys.models import ApiKey
from conversations.csv_files import CsvState
from conversations.intake_addresses import IntakeAddress
from conversations.models import CsvImport
from leads.models import Lead, Retention
from leads.pages import bulk
from organisations.models import AuditEntry, Organisation, Session
from tests.factories import (
    PASSWORD,
    make_endpoint,
    make_intake,
    make_key,
    make_lead,
    make_session,
)
from tests.markup import without_layout
from tests.signing_in import let_proof_grow_old
from webhooks.models import Endpoint

ASKS = "Confirm that it is you"
PROOF = {"proof_of_identity": PASSWORD}


@pytest.fixture
def late(signed_in_admin) -> Client:
    let_proof_grow_old(signed_in_admin)
    return signed_in_admin


def erasing(agency, admin):
    lead = make_lead(agency)
    return f"/leads/{lead.id}/erase/", {"typed": "erase"}, Lead.objects.filter(pk=lead.pk)


def deleting_a_key(agency, admin):
    key, _ = make_key(agency)
    return f"/settings/api-keys/{key.id}/delete/", {}, ApiKey.objects.filter(revoked_at=None)


def ending_a_session(agency, admin):
    session = make_session(admin)
    address = f"/settings/profile/sessions/{session.id}/"
    return address, {}, Session.objects.filter(pk=session.pk)


def ending_every_session(agency, admin):
    session = make_session(admin)
    return "/settings/profile/sessions/", {}, Session.objects.filter(pk=session.pk)


def making_an_intake_address(agency, admin):
    unmade = Organisation.objects.exclude(pk__in=IntakeAddress.objects.values("organisation"))
    return "/settings/intake/", {"kind": "form", "name": "Site"}, unmade.filter(pk=agency.pk)


def rolling_an_intake_address(agency, admin):
    address = make_intake(agency)
    stands = IntakeAddress.objects.filter(digest=address.digest)
    return f"/settings/intake/{address.pk}/roll/", {}, stands


def brought_in(agency, admin, state: CsvState):
    file = CsvImport.objects.create(
        organisation=agency, person=admin, name="leads.csv", state=state, packed=compress(b"Name"),
        heads=[], fields=[],
    )  # fmt: skip
    stands = CsvImport.objects.filter(pk=file.pk, state=state)
    return f"/settings/data/import/{file.pk}/", stands


def bringing_leads_in(agency, admin):
    address, stands = brought_in(agency, admin, CsvState.CHECKED)
    return address, {"act": "import"}, stands


def undoing_what_was_brought_in(agency, admin):
    address, stands = brought_in(agency, admin, CsvState.DONE)
    return address, {"act": "undo"}, stands


def having_leads_go_by_themselves(agency, admin):
    kept_for_ever = Organisation.objects.exclude(
        pk__in=Retention.objects.exclude(months=None).values("organisation")
    )
    return "/settings/data/", {"act": "save", "months": "24"}, kept_for_ever.filter(pk=agency.pk)


def making_a_webhook(agency, admin):
    untold = Organisation.objects.exclude(pk__in=Endpoint.objects.values("organisation"))
    form = {"url": "https://crm.example.co.uk/sift", "include": "lead", "told": "all"}
    return "/settings/webhooks/", form, untold.filter(pk=agency.pk)


def rolling_a_webhooks_secret(agency, admin):
    endpoint = make_endpoint(agency)
    stands = Endpoint.objects.filter(pk=endpoint.pk, former_until=None)
    return f"/settings/webhooks/{endpoint.pk}/roll/", {}, stands


def deleting_a_webhook(agency, admin):
    endpoint = make_endpoint(agency)
    return f"/settings/webhooks/{endpoint.pk}/delete/", {}, Endpoint.objects.filter(pk=endpoint.pk)


ACTS = [
    *(erasing, deleting_a_key, ending_a_session, ending_every_session),
    *(making_an_intake_address, rolling_an_intake_address),
    *(bringing_leads_in, undoing_what_was_brought_in, having_leads_go_by_themselves),
    *(making_a_webhook, rolling_a_webhooks_secret, deleting_a_webhook),
]


@pytest.mark.parametrize("act", ACTS)
def test_it_is_done_once_the_person_has_proved_again_who_they_are(late, agency, admin, act):
    address, form, stands = act(agency, admin)

    asked = late.post(address, form)
    assert (asked.status_code, ASKS in asked.content.decode()) == (422, True)
    assert stands.exists()

    done = late.post(address, form | PROOF)
    assert done.status_code in (200, 303)  # a secret is shown in the answer itself
    assert not stands.exists()


# --- Downloads ------------------------------------------------------------------------------------
def files_of(agency) -> list[tuple[str, str]]:
    """Their addresses, and what the trail says of each."""
    return [
        ("/leads/export.csv?status=new&sort=score", "leads_exported"),
        (f"/leads/{make_lead(agency).id}/export.json", "person_data_exported"),
        ("/settings/audit/export.csv?action=sign_in", "audit_exported"),
    ]


@pytest.fixture(params=[0, 1, 2], ids=["leads", "person", "trail"])
def file(request, agency) -> tuple[str, str]:
    return files_of(agency)[request.param]


def exports(action: str) -> int:
    return AuditEntry.objects.filter(action=action).count()


def test_a_file_is_asked_about_and_neither_made_nor_recorded_before(late, file):
    address, action = file

    asked = late.get(address, headers={"Referer": "http://testserver/leads/?status=new"})
    page = asked.content.decode()

    assert asked.status_code == 403
    assert ASKS in page
    assert "Content-Disposition" not in asked.headers
    assert f'<form method="post" action="{address}"' in unescape(page)
    assert '<a class="button" href="/leads/?status=new">Cancel</a>' in page
    assert late.head(address).status_code == 403
    assert exports(action) == 0


def test_the_proof_leads_on_to_the_file_and_back_to_where_it_was_asked_for(late, file):
    address, action = file

    answer = late.post(address, PROOF | {"back": "/leads/?status=new"})
    page = unescape(without_layout(answer.content.decode()))

    assert answer.status_code == 200
    assert answer["Refresh"] == f"0; url={address}"
    assert f'<a href="{address}">download the file</a>' in page
    assert '<a class="button" href="/leads/?status=new">Go back</a>' in page
    assert exports(action) == 0
    assert late.get(address)["Content-Disposition"].startswith("attachment;")
    assert exports(action) == 1


def test_a_wrong_password_leads_to_no_file_and_is_recorded(late, file):
    address, _ = file

    answer = late.post(address, {"proof_of_identity": "guessed", "back": "/leads/"})

    assert answer.status_code == 422
    assert "This is not your password." in answer.content.decode()
    assert 'name="back" value="/leads/"' in answer.content.decode()
    assert late.get(address).status_code == 403
    assert exports("sign_in_failed") == 1


@pytest.mark.parametrize("back", ["//evil.example", "/\\evil.example", "https://evil.example", "x"])
def test_nobody_is_led_out_of_the_site_afterwards(late, back):
    answer = late.post("/leads/export.csv", PROOF | {"back": back})

    assert '<a class="button" href="/">Go back</a>' in answer.content.decode()


def test_soon_after_signing_in_a_file_comes_at_once(signed_in_admin, file):
    assert signed_in_admin.get(file[0]).status_code == 200
    assert signed_in_admin.post(file[0])["Refresh"] == f"0; url={file[0]}"


def test_what_is_no_file_is_refused_before_anything_is_asked(late, other_agency):
    theirs = make_lead(other_agency)

    for address, status in [
        ("/leads/export.csv?status=nothing", 422), (f"/leads/{theirs.id}/export.json", 404)
    ]:  # fmt: skip
        refused = [late.get(address), late.post(address, PROOF)]
        assert [answer.status_code for answer in refused] == [status, status]
        assert not any(ASKS in answer.content.decode() for answer in refused)


def test_who_may_not_have_a_file_is_not_asked_but_refused(signed_in, agency):
    let_proof_grow_old(signed_in)

    for address, _ in files_of(agency)[1:]:
        refused = [signed_in.get(address), signed_in.post(address, PROOF)]
        assert [answer.status_code for answer in refused] == [403, 403]
        assert not any(ASKS in answer.content.decode() for answer in refused)


# --- Very many leads at once ----------------------------------------------------------------------
def change_all(client, **more):
    form = {"scope": "matching", "act": "move", "to_status": "lost", "agreed": "1", "back": ""}
    return client.post("/leads/bulk/", form | more)


@pytest.mark.parametrize("act", [{}, {"act": "assign", "to_person": "nobody"}])
def test_very_many_leads_are_not_changed_at_once_before_it(late, agency, admin, monkeypatch, act):
    monkeypatch.setattr(bulk, "MOST_WITHOUT_PROOF", 2)
    for _ in range(3):
        make_lead(agency, status="hot", assignee=admin)

    asked = change_all(late, **act)
    assert (asked.status_code, ASKS in asked.content.decode()) == (422, True)
    assert Lead.objects.filter(status="hot", assignee=admin).count() == 3

    assert change_all(late, **act, **PROOF).status_code == 303
    assert not Lead.objects.filter(status="hot", assignee=admin).exists()


def test_fewer_are_and_the_number_is_a_thousand(late, agency, monkeypatch):
    assert bulk.MOST_WITHOUT_PROOF == 1000
    monkeypatch.setattr(bulk, "MOST_WITHOUT_PROOF", 3)
    for _ in range(3):
        make_lead(agency, status="hot")

    assert change_all(late).status_code == 303
    assert Lead.objects.filter(status="lost").count() == 3
