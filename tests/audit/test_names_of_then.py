"""An entry tells who and what by the names of that time, whatever they are called now."""

import csv
import io
import json

import pytest
from django.db import IntegrityError, transaction

from apikeys.changing import rename
from apikeys.issuing import issue
from apikeys.models import ApiKey
from apikeys.revoking import revoke
from leads.bulk import Assign, change_matching
from leads.models import Lead
from leads.models.choices import LeadStatus
from organisations.actors import Actor
from organisations.models import AuditEntry, User
from tests.api.conftest import client_with
from tests.audit.test_page import CSV, TAB, words
from tests.factories import make_key, make_lead, make_user, move_lead


def lines(client) -> list[str]:
    """Every entry, the first first: its sentence and what follows it."""
    shown = client.get(TAB)
    after = [line.details for line in shown.context["lines"]]
    return [
        f"{said} ({more})" if more else said for said, more in zip(words(shown), after, strict=True)
    ][::-1]


def test_a_key_is_told_by_the_name_it_had_and_by_its_prefix(signed_in_admin, agency, admin):
    by = Actor.for_person(admin)
    key, _ = issue(agency, "CRM sync", by=by)
    rename(key, "Old CRM", by=by)
    revoke(key, by=by)
    shown = f"prefix: {key.prefix}"

    assert lines(signed_in_admin) == [
        f"Ada Admin created the API key CRM sync ({shown}, from anywhere, scope: Read and write)",
        f"Ada Admin renamed the API key CRM sync (new name: Old CRM, {shown})",
        f"Ada Admin deleted the API key Old CRM ({shown})",
    ]


def test_a_rolled_key_is_told_by_both_names(signed_in_admin, agency, admin):
    key, _ = issue(agency, "CRM", by=Actor.for_person(admin))

    signed_in_admin.post(f"/settings/api-keys/{key.id}/roll/", {"hours": "0", "expires": "never"})
    new = ApiKey.objects.get(revoked_at=None)
    rename(new, "Another", by=Actor.for_person(admin))

    (rolled,) = [line for line in lines(signed_in_admin) if "rolled" in line]
    assert rolled.startswith("Ada Admin rolled the API key CRM (until ")
    assert "new key: CRM," in rolled
    assert f"new prefix: {new.prefix}" in rolled


def test_what_a_key_did_is_told_by_the_name_it_had(signed_in_admin, agency, admin):
    lead = make_lead(agency, name="Zoë", status="hot")
    key, text = make_key(agency, name="CRM sync")
    client_with(text).patch(
        f"/api/v1/leads/{lead.id}/status",
        {"status": "qualified"},
        content_type="application/json",
    )
    rename(key, "Old CRM", by=Actor.for_person(admin))

    assert "CRM sync moved Zoë from Hot to Qualified" in lines(signed_in_admin)


def test_a_person_is_told_by_the_name_they_had_though_they_are_gone(
    signed_in_admin, agency, admin, agent
):
    lead = make_lead(agency, name="Zoë", status="hot")
    move_lead(lead, LeadStatus.CONTACTED, by=Actor.for_person(agent))
    signed_in_admin.post(f"/settings/team/{agent.id}/role/", {"role": "admin"})
    by = Actor.for_person(admin)
    change_matching(Lead.objects.for_organisation(agency), Assign(agent), by=by)
    User.objects.filter(pk=agent.pk).update(name="Somebody Else")
    Lead.objects.update(assignee=None)

    named = lines(signed_in_admin)
    agent.delete()

    assert named == lines(signed_in_admin)
    assert named == [
        "Amir Agent moved Zoë from Hot to Contacted",
        "Ada Admin changed the role of Amir Agent (role: Admin, was: Agent)",
        "Ada Admin assigned 1 lead to Amir Agent",
    ]


def test_a_change_of_ones_own_name_tells_both(signed_in_admin, admin):
    signed_in_admin.post(
        "/settings/profile/about/", {"name": "Ada King", "time_zone": admin.time_zone}
    )

    assert lines(signed_in_admin) == ["Ada Admin changed their name (new name: Ada King)"]


def test_so_does_a_change_of_the_agencys(signed_in_admin, agency):
    signed_in_admin.post("/settings/", {"name": "Quay & Vale"})

    assert lines(signed_in_admin) == [
        "Ada Admin renamed the agency (new name: Quay & Vale, old name: Harbour & Vale)"
    ]


def test_an_invitation_is_told_by_its_address(signed_in_admin, agency):
    signed_in_admin.post("/settings/team/", {"email": "new@example.com", "role": "agent"})
    invitation = agency.invitations.get()
    page = f"/settings/team/invitations/{invitation.id}/"
    signed_in_admin.post(f"{page}resend/")
    signed_in_admin.post(f"{page}withdraw/")
    invitation.delete()

    assert lines(signed_in_admin) == [
        "Ada Admin invited new@example.com (role: Agent)",
        "Ada Admin sent the invitation to new@example.com again",
        "Ada Admin withdrew the invitation to new@example.com",
    ]


def test_a_name_is_shown_as_it_was_typed_whatever_it_looks_like(signed_in_admin, agency, admin):
    by = Actor.for_person(admin)
    key, _ = issue(agency, "hot", by=by)
    rename(key, str(admin.id), by=by)

    renamed = lines(signed_in_admin)[-1]

    assert "renamed the API key hot (" in renamed
    assert f"new name: {admin.id}" in renamed


def test_entries_from_before_names_were_kept_are_told_by_the_names_of_now(
    signed_in_admin, agency, agent
):
    older = {"organisation_id": agency.id, "actor_kind": "person", "actor_id": agent.id}
    key, _ = make_key(agency, name="CRM")
    AuditEntry.objects.create(
        action="key_deleted", target_kind="api_key", target_id=key.id, **older
    )
    AuditEntry.objects.create(action="person_invited", target_kind="invitation", **older)
    AuditEntry.objects.create(action="invitation_resent", target_kind="invitation", **older)
    rename(key, "CRM 2", by=Actor.for_person(agent))
    agent.name = "Amir King"
    agent.save()

    told = lines(signed_in_admin)

    assert told[1:4] == [
        "Amir King deleted the API key CRM 2",
        "Amir King invited somebody",
        "Amir King sent an invitation again",
    ]


def test_the_file_has_the_names_of_then_as_one_column(signed_in_admin, agency, admin):
    key, _ = issue(agency, "=CRM", by=Actor.for_person(admin))
    rename(key, "CRM 2", by=Actor.for_person(admin))
    User.objects.filter(pk=admin.pk).update(name="Somebody Else")

    content = b"".join(signed_in_admin.get(f"{CSV}?action=keys")).decode("utf-8-sig")
    renamed, created = csv.DictReader(io.StringIO(content, newline=""))

    assert renamed["actor"] == created["actor"] == "Ada Admin"
    assert json.loads(created["names"]) == {
        "actor": "Ada Admin", "target": "=CRM", "prefix": key.prefix,
    }  # fmt: skip
    assert json.loads(renamed["names"])["new_name"] == "CRM 2"


@pytest.mark.parametrize("kind", ["lead", "leads"])
def test_the_database_refuses_a_leads_name(agency, kind):
    entry = {"organisation_id": agency.id, "action": "status_changed", "actor_kind": "system"}

    with pytest.raises(IntegrityError, match="names_no_lead"), transaction.atomic():
        AuditEntry.objects.create(target_kind=kind, names={"target": "Zoë"}, **entry)

    AuditEntry.objects.create(target_kind=kind, names={"actor": "Ada"}, **entry)
    AuditEntry.objects.create(target_kind="person", names={"target": "Amir"}, **entry)


def test_a_stranger_and_the_system_have_no_name(client, agency):
    person = make_user(agency, name="Amir Agent")
    client.post("/sign-in/", {"username": person.email, "password": "wrong"})

    assert AuditEntry.objects.get().names == {"target": "Amir Agent"}
