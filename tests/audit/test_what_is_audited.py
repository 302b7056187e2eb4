"""What of the work with leads stands in the audit trail: who did it, from where, and no word more.

Signing in, people, settings and keys have tests of their own.
"""

import json

import pytest
from django.db import DatabaseError, connection

from conversations.capture import capture
from leads import bulk
from leads.bulk import Assign, Move, change_matching
from leads.merging import last_merge
from leads.models import Lead, LeadEvent
from leads.models.choices import LeadStatus
from leads.undoing import find_run, undo
from organisations.actors import SYSTEM, Actor
from organisations.models import AuditEntry
from tests.api.conftest import client_of
from tests.conversations.test_capture import received
from tests.factories import (
    PASSWORD,
    make_conversation,
    make_lead,
    make_message,
    make_user,
    move_lead,
)

HTMX = {"HX-Request": "true"}


def told() -> list[tuple]:
    """Every entry about leads, the first first: what, by whom, from where, to what, and details."""
    return [
        (e.action, e.actor_id, e.address, e.target_kind, e.target_id, e.details)
        for e in AuditEntry.objects.exclude(target_kind="api_key").order_by("created_at", "id")
    ]


# --- Moving one lead ------------------------------------------------------------------------------
@pytest.mark.parametrize("address", ["status/", "status/in-list/"])
@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_lead_moved_on_a_page_is_one_entry(signed_in, agency, agent, address, headers):
    lead = make_lead(agency, status="hot")

    signed_in.post(
        f"/leads/{lead.id}/{address}",
        {"status": "contacted", "seen": "hot"},
        headers=headers,
        REMOTE_ADDR="203.0.113.9",
    )

    assert told() == [
        ("status_changed", agent.id, "203.0.113.9", "lead", lead.id,
         {"from": "hot", "to": "contacted"}),
    ]  # fmt: skip


def test_a_lead_moved_by_an_api_key_is_one_entry(agency):
    lead, api = make_lead(agency, status="hot"), client_of(agency)
    key = agency.api_keys.get()

    for _ in range(2):  # the second changes nothing
        api.patch(
            f"/api/v1/leads/{lead.id}/status",
            {"status": "qualified"},
            content_type="application/json",
            REMOTE_ADDR="2001:db8::7",
        )

    assert told() == [
        ("status_changed", key.id, "2001:db8::7", "lead", lead.id,
         {"from": "hot", "to": "qualified"}),
    ]  # fmt: skip
    assert AuditEntry.objects.get(action="status_changed").actor_kind == "api_key"


def test_what_was_refused_and_what_stood_already_are_none(signed_in, agency, agent):
    lead = make_lead(agency, status="hot")

    signed_in.post(f"/leads/{lead.id}/status/", {"status": "lost", "seen": "new"})
    signed_in.post(f"/leads/{lead.id}/status/", {"status": "danced", "seen": "hot"})
    move_lead(lead, LeadStatus.HOT, by=Actor.for_person(agent))

    assert told() == []


def test_what_scoring_does_is_none(signed_in, agency):
    capture(agency, [received(name="Zoë", timeline="asap", intent="buy")], by=SYSTEM)
    lead = Lead.objects.get()

    assert move_lead(lead, LeadStatus.HOT, by=SYSTEM).was != "hot"
    assert LeadEvent.objects.filter(kind="status").count() == 2
    assert told() == []


def test_a_move_whose_entry_cannot_be_written_is_not_made(agency, agent):
    lead = make_lead(agency, status="hot")

    def full(execute, sql, *arguments):
        if "INSERT INTO" in sql and "auditentry" in sql:
            raise DatabaseError("the disk is full")
        return execute(sql, *arguments)

    with connection.execute_wrapper(full), pytest.raises(DatabaseError):
        change_matching(
            Lead.objects.for_organisation(agency),
            Move(LeadStatus.LOST),
            by=Actor.for_person(agent),
        )

    assert Lead.objects.get(pk=lead.pk).status == "hot"
    assert not LeadEvent.objects.exists()


# --- Changing many --------------------------------------------------------------------------------
@pytest.fixture
def by(agent) -> Actor:
    return Actor.for_person(agent, "203.0.113.9")


@pytest.mark.parametrize("batch", [2, 1000])
def test_a_change_of_many_leads_is_one_entry_and_its_undo_another(agency, by, monkeypatch, batch):
    monkeypatch.setattr(bulk, "BATCH", batch)
    for status in ("hot", "hot", "new", "hot", "lost"):
        make_lead(agency, status=status)
    leads = Lead.objects.for_organisation(agency)

    bulk_id = change_matching(leads, Move(LeadStatus.LOST), by=by).bulk_id
    undo(agency, find_run(agency, bulk_id), by=by)

    assert told() == [
        ("leads_changed", by.id, by.address, "leads", bulk_id,
         {"what": "status", "to": "lost", "leads": 4, "from_hot": 3, "from_new": 1}),
        ("leads_changed", by.id, by.address, "leads", bulk_id,
         {"what": "status", "undoes": str(bulk_id), "leads": 4, "from_lost": 4}),
    ]  # fmt: skip


def test_so_is_giving_many_to_somebody_or_to_nobody(agency, agent, by):
    make_lead(agency), make_lead(agency)
    leads = Lead.objects.for_organisation(agency)

    change_matching(leads, Assign(agent), by=by)
    change_matching(leads, Assign(None), by=by)
    change_matching(leads, Assign(None), by=by)  # which changes nothing

    assert [details for *_, details in told()] == [
        {"what": "assignment", "to_id": str(agent.id), "leads": 2},
        {"what": "assignment", "to_id": None, "leads": 2},
    ]


def test_leads_chosen_by_their_boxes_are_one_entry_from_the_persons_address(
    signed_in, agency, agent
):
    leads = [make_lead(agency, status="hot") for _ in range(3)]

    signed_in.post(
        "/leads/bulk/",
        {"act": "move", "to_status": "lost", "lead": [f"{lead.id} hot " for lead in leads]},
        REMOTE_ADDR="203.0.113.9",
    )

    [(action, actor, address, *_, details)] = told()
    assert (action, actor, address) == ("leads_changed", agent.id, "203.0.113.9")
    assert details == {"what": "status", "to": "lost", "leads": 3, "from_hot": 3}


# --- Merging, exporting, erasing ------------------------------------------------------------------
def test_merging_and_taking_apart_again_are_an_entry_each(signed_in, agency, agent):
    older, newer = make_lead(agency), make_lead(agency)

    signed_in.post(f"/leads/{older.id}/merge/", {"other": newer.id})
    event = last_merge(Lead.objects.get(pk=older.pk))
    signed_in.post(f"/leads/{older.id}/unmerge/", {"event": event.id})
    signed_in.post(f"/leads/{older.id}/unmerge/", {"event": event.id})  # undone already

    expected = (agent.id, "127.0.0.1", "lead", older.id, {"other": str(newer.id)})
    assert told() == [("leads_merged", *expected), ("merge_undone", *expected)]


def test_exports_are_entries_and_asking_for_their_headers_is_not(signed_in_admin, agency, admin):
    lead = make_lead(agency, name="Zoë", status="hot")
    make_lead(agency, status="lost")

    for address in ("/leads/export.csv?status=hot&q=zoë", f"/leads/{lead.id}/export.json"):
        signed_in_admin.head(address)
        signed_in_admin.get(address)

    assert told() == [
        ("leads_exported", admin.id, "127.0.0.1", "leads", None, {"leads": 0, "filters": 2}),
        ("person_data_exported", admin.id, "127.0.0.1", "lead", lead.id, {}),
    ]


def test_an_erasure_is_an_entry_and_leaves_the_others_byte_for_byte(signed_in_admin, agency, admin):
    lead, other = make_lead(agency, status="hot"), make_lead(agency)
    signed_in_admin.post(f"/leads/{lead.id}/status/", {"status": "lost", "seen": "hot"})
    signed_in_admin.post(f"/leads/{lead.id}/merge/", {"other": other.id})
    before = trail()

    signed_in_admin.post(f"/leads/{lead.id}/erase/", {"typed": "erase"})

    after = trail()
    assert not Lead.objects.exists()
    assert after[: len(before)] == before
    assert len(after) == len(before) + 1
    assert told()[-1] == (
        "person_data_erased", admin.id, "127.0.0.1", "lead", lead.id,
        {"leads": 2, "conversations": 0, "messages": 0, "events": 3},
    )  # fmt: skip


# --- No word of anybody ---------------------------------------------------------------------------
def trail() -> list[str]:
    """Every column of every entry, as the database has it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT row::text FROM organisations_auditentry AS row ORDER BY created_at, id"
        )
        return [text for (text,) in cursor.fetchall()]


def test_after_a_busy_day_no_name_contact_note_or_word_of_a_lead_is_in_any_column(client, agency):
    """Whatever a lead or a search is called, and whatever is said of it: the names of the agency's
    own people and keys alone are there."""
    words = iter(f"quokka{n}" for n in range(100))
    used: list[str] = []

    def word(around: str = "{}") -> str:
        used.append(next(words))
        return around.format(used[-1])

    admin = make_user(agency, role="admin", name="<b>Ada</b>", email=word("{}@example.com"))
    lead = make_lead(
        agency, name=word("'; DROP TABLE {}"), email=word("{}@example.com"), phone=word("+44{}"),
        summary=word(), area=word("=HYPERLINK({})"), status="hot",
    )  # fmt: skip
    other = make_lead(agency, name=word(), phone=word(), status="warm")
    make_message(make_conversation(agency, lead), content=word())
    api = client_of(agency, name="CRM sync")
    client.post("/sign-in/", {"username": word("{}@example.com"), "password": word()})
    client.post("/password-reset/", {"email": word("{}@example.com")})
    client.post("/sign-in/", {"username": admin.email, "password": PASSWORD})

    page = f"/leads/{lead.id}/"
    client.post(f"{page}status/", {"status": "contacted", "seen": "hot"})
    client.post(f"{page}status/in-list/?q={word()}", {"status": "lost", "seen": "contacted"})
    client.post(f"{page}notes/", {"text": word()})
    client.post(f"{page}assignee/", {"assignee": admin.id, "seen": "nobody"})
    client.post("/leads/bulk/", {"act": "move", "to_status": "archived", "scope": "matching",
                                 "back": f"q={word()}"})  # fmt: skip
    client.post("/leads/bulk/", {"act": "move", "to_status": "archived", "scope": "matching"})
    client.post(f"/leads/bulk/{AuditEntry.objects.get(action='leads_changed').target_id}/undo/")
    client.post("/leads/bulk/", {"act": "assign", "to_person": admin.id, "scope": "matching"})
    client.post(f"{page}merge/", {"other": other.id})
    client.post(f"{page}unmerge/", {"event": last_merge(Lead.objects.get(pk=lead.pk)).id})
    client.post("/leads/views/", {"name": word(), "query": f"q={word()}"})
    api.patch(f"/api/v1{page}status".replace("//", "/"), json.dumps({"status": "qualified"}),
              content_type="application/json", headers={"User-Agent": word()})  # fmt: skip
    client.post("/settings/api-keys/", {"name": "Board", "scope": "read", "expires": "never"})
    client.get(f"/leads/export.csv?q={word()}", headers={"User-Agent": word()})
    client.get(f"{page}export.json")
    client.get(f"/settings/audit/?target={word()}")
    client.get("/settings/audit/export.csv")
    client.post(f"{page}erase/", {"typed": Lead.objects.get(pk=lead.pk).name})

    everything = "\n".join(trail()).lower()
    done = set(AuditEntry.objects.values_list("action", flat=True))
    assert [one for one in used if one in everything] == []
    assert "example.com" not in everything
    assert all(name in everything for name in ("<b>ada</b>", "crm sync", "board"))
    assert {
        "status_changed", "leads_changed", "leads_merged", "merge_undone", "leads_exported",
        "person_data_exported", "person_data_erased", "audit_exported",
    } <= done  # fmt: skip
    assert AuditEntry.objects.filter(action="leads_changed").count() == 3
    assert AuditEntry.objects.filter(action="status_changed", actor_kind="api_key").count() == 1
