"""Settings, Audit: the trail in words, its filters, its file."""

import csv
import io
import itertools
import json
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from foundation.ids import uuid7
from leads.bulk import Move, change_matching
from leads.models import Lead
from leads.models.choices import LeadStatus
from organisations.actors import SYSTEM, Actor
from organisations.audit import record
from organisations.models import AuditAction, AuditEntry, AuditTarget
from sift_site.audit import page
from sift_site.audit.filters import GROUPS
from sift_site.audit.wording import DONE
from tests.audit.unguarded import unguarded
from tests.factories import make_key, make_lead, make_user, move_lead
from tests.markup import without_layout
from tests.plans import plan_by_an_index

TAB = "/settings/audit/"
CSV = f"{TAB}export.csv"
ELSEWHERE = "203.0.113.9"


def words(answer) -> list[str]:
    """Who did what, of each row."""
    return [
        f"{line.actor.text} {''.join(part.text for part in line.done)}"
        for line in answer.context["lines"]
    ]


def text_of(answer) -> str:
    return " ".join(without_layout(answer.content.decode()).split())


def rows(answer) -> list[dict[str, str]]:
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


@pytest.fixture
def moved(agency, agent):
    """A lead that an agent moved from elsewhere."""
    lead = make_lead(agency, name="Zoë <b>Byrne</b>", status="hot")
    move_lead(lead, LeadStatus.CONTACTED, by=Actor.for_person(agent, ELSEWHERE))
    return lead


# --- In words -------------------------------------------------------------------------------------
def test_a_move_reads_as_a_sentence_with_its_lead_its_moment_and_its_place(signed_in_admin, moved):
    answer = signed_in_admin.get(TAB)
    shown = text_of(answer)

    assert words(answer) == ["Amir Agent moved Zoë <b>Byrne</b> from Hot to Contacted"]
    assert f'<a href="/leads/{moved.id}/"><bdi>Zoë &lt;b&gt;Byrne&lt;/b&gt;</bdi></a>' in shown
    entry = AuditEntry.objects.get()
    assert f'<time datetime="{timezone.localtime(entry.created_at).isoformat()}"' in shown or (
        f'<time datetime="{entry.created_at.isoformat()}"' in shown
    )
    assert f'href="?ip={ELSEWHERE}"' in shown
    assert "1 entry" in shown


def test_a_change_of_many_leads_is_undone_from_the_trail_which_then_no_longer_offers_it(
    signed_in_admin, agency, agent
):
    for _ in range(3):
        make_lead(agency, status="hot")
    leads = Lead.objects.for_organisation(agency)
    change_matching(leads, Move(LeadStatus.LOST), by=Actor.for_person(agent))
    shown = text_of(signed_in_admin.get(f"{TAB}?action=leads"))
    assert "Undo for all 3 leads" in shown
    undo = re.search(r'action="(/leads/bulk/[0-9a-f-]+/undo/)"', shown)[1]

    answer = signed_in_admin.post(undo, {"back_to": f"{TAB}?action=leads"}, follow=True)

    assert answer.redirect_chain == [(f"{TAB}?action=leads", 303)]
    assert "Undone: 3 leads got the status from before back." in text_of(answer)
    assert words(answer) == [
        "Ada Admin took back a change of 3 leads",
        "Amir Agent moved 3 leads to Lost",
    ]
    assert "/undo/" not in text_of(answer)
    assert {lead.status for lead in leads} == {"hot"}


def test_what_is_gone_and_nobody_named_is_said_to_be_gone(signed_in_admin, agency, agent, moved):
    key_id, agent_id = uuid7(), agent.id
    AuditEntry.objects.create(
        organisation_id=agency.id, action="key_deleted", actor_kind="api_key", actor_id=key_id,
        target_kind="api_key", target_id=key_id,
    )  # fmt: skip
    moved.events.all().delete()
    moved.delete()
    agent.delete()

    answer = signed_in_admin.get(TAB)

    assert words(answer) == [
        "An API key that is gone deleted the API key an API key that is gone",
        "Amir Agent moved a lead that was erased from Hot to Contacted",
    ]
    assert str(agent_id) not in text_of(answer)


def test_another_agencys_names_are_not_looked_up(
    signed_in_admin, agency, other_agency, moved, admin
):
    theirs = make_lead(other_agency, name="Theirs")
    AuditEntry.objects.create(
        organisation_id=agency.id, action="leads_merged", actor_kind="person",
        actor_id=make_user(other_agency, name="Stranger").id, target_kind="lead",
        target_id=theirs.id, details={"other": str(moved.id)},
    )  # fmt: skip
    record(other_agency.id, AuditAction.SIGN_IN, by=SYSTEM, target=AuditTarget.PERSON)

    answer = signed_in_admin.get(TAB)

    assert len(answer.context["lines"]) == 2
    assert words(answer)[0] == (
        "A person who is gone merged Zoë <b>Byrne</b> into a lead that was erased"
    )
    assert not {"Theirs", "Stranger"} & set(text_of(answer).split())


def test_every_action_has_words_and_stands_in_one_group():
    spoken = {*DONE, AuditAction.LEADS_CHANGED}
    grouped = [action for group in GROUPS.values() for action in group.actions]

    assert spoken == set(AuditAction)
    assert sorted(grouped) == sorted(AuditAction)


def test_whatever_is_recorded_can_be_shown(signed_in_admin, agency, admin):
    """Whatever it was done to, without the details that its words have, and with others."""
    some = {"device": "totp", "new": True, "to": "agent", "code": None, "other": "not an id"}
    for action, target in itertools.product(AuditAction, AuditTarget):
        by, about = Actor.for_person(admin), {"target": target, "target_id": uuid7()}
        record(agency.id, action, by=SYSTEM, target=target)
        record(agency.id, action, by=by, **about, **some)
        record(agency.id, action, by=by, target=target, target_id=admin.id, what="status")

    after = ""
    while after is not None:
        answer = signed_in_admin.get(f"{TAB}?after={after}")
        after = answer.context["page"].older

        assert answer.status_code == 200
        assert not any("{" in said or "None" in said for said in words(answer))


def test_details_that_the_sentence_leaves_out_follow_it(signed_in_admin, agency, admin):
    record(agency.id, AuditAction.PERSON_INVITED, by=Actor.for_person(admin),
           target=AuditTarget.INVITATION, target_id=uuid7(), role="agent",
           admin_id=str(admin.id))  # fmt: skip

    line = signed_in_admin.get(TAB).context["lines"][0]

    assert line.details == "admin id: Ada Admin, role: Agent"


def test_where_a_new_key_may_be_used_from_is_said_in_words(signed_in_admin, agency):
    make_key(agency, name="CRM", allowed_networks=["203.0.113.0/24"])
    make_key(agency, name="Dashboard")

    shown = text_of(signed_in_admin.get(TAB))

    assert "from 1 network," in shown
    assert "from anywhere," in shown


# --- Who may, and at what cost --------------------------------------------------------------------
def test_an_agent_has_neither_the_tab_nor_the_page_nor_the_file(client, agent, admin):
    client.force_login(agent)
    refused = [client.get(TAB), client.get(CSV)]
    profile = client.get("/settings/profile/")
    client.force_login(admin)

    assert [answer.status_code for answer in refused] == [403, 403]
    assert not AuditEntry.objects.exists()
    assert TAB not in text_of(profile)
    assert f'href="{TAB}"' in text_of(client.get("/settings/profile/"))
    assert 'aria-current="page">Audit' in text_of(client.get(TAB))


def test_a_hundred_entries_take_no_more_statements_than_two(
    signed_in_admin, agency, admin, statements_of
):
    def happen(number: int) -> None:
        for _ in range(number):
            lead, other = make_lead(agency), make_lead(agency)
            move_lead(lead, LeadStatus.LOST, by=Actor.for_person(make_user(agency)))
            by = Actor.for_key(make_key(agency)[0].id, "Key")
            record(agency.id, AuditAction.LEADS_MERGED, by=by, target=AuditTarget.LEAD,
                   target_id=lead.id, other=str(other.id))  # fmt: skip

    happen(1)
    few = statements_of(lambda: signed_in_admin.get(TAB))
    happen(24)
    many = statements_of(lambda: signed_in_admin.get(TAB))

    # The session, the person, people, keys, the entries, their count, leads.
    assert few == many == 7


def test_pages_neither_overlap_nor_leave_an_entry_out(signed_in_admin, agency, admin):
    by = Actor.for_person(admin)
    for n in range(120):
        action = AuditAction.SIGN_IN if n % 2 else AuditAction.SIGN_OUT
        record(agency.id, action, by=by, target=AuditTarget.PERSON, target_id=admin.id)
    every = list(AuditEntry.objects.for_organisation(agency).newest_first())

    for query in ("", "action=signing-in&"):
        seen, after = [], ""
        while True:
            shown = signed_in_admin.get(f"{TAB}?{query}after={after}").context["page"]
            seen += shown.rows
            if shown.older is None:
                break
            after = shown.older
        back = signed_in_admin.get(f"{TAB}?{query}before={shown.newer}").context["page"]

        assert seen == every
        assert back.rows == every[50:100]


# --- Filters --------------------------------------------------------------------------------------
@pytest.fixture
def busy(agency, admin, agent, moved):
    """Two people, a key and nobody, from two addresses, over two days."""
    key, _ = make_key(agency, name="CRM sync")
    by_key = Actor.for_key(key.id, key.name, "2001:db8::7")
    other = make_lead(agency, name="Bo", status="warm")
    move_lead(other, LeadStatus.REJECTED, by=by_key)
    record(agency.id, AuditAction.SIGN_IN, by=Actor.for_person(admin), target=AuditTarget.PERSON,
           target_id=admin.id)  # fmt: skip
    record(agency.id, AuditAction.SIGN_IN_FAILED, by=SYSTEM, target=AuditTarget.PERSON)
    record(agency.id, AuditAction.PLAN_CHANGED, by=SYSTEM, target=AuditTarget.ORGANISATION,
           to="growth")  # fmt: skip
    with unguarded(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE organisations_auditentry SET created_at = created_at - interval '40 days'"
            " WHERE action = 'plan_changed'"
        )
    return {"key": key.id, "agent": agent.id, "lead": moved.id, "other": other.id}


MOVED = "Amir Agent moved Zoë <b>Byrne</b> from Hot to Contacted"
REJECTED = "CRM sync moved Bo from Warm to Rejected"
SIGNED_IN = "Ada Admin signed in"
FAILED = "Somebody failed to sign in as a person who is gone"
PLAN = "System changed the plan"
CREATED = "System created the API key CRM sync"


@pytest.mark.parametrize(
    ("query", "left"),
    [
        ("", [FAILED, SIGNED_IN, REJECTED, CREATED, MOVED, PLAN]),
        ("action=status_changed", [REJECTED, MOVED]),
        ("action=signing-in", [FAILED, SIGNED_IN]),
        ("action=leads", [REJECTED, MOVED]),
        ("actor={agent}", [MOVED]),
        ("actor={key}", [REJECTED]),
        ("actor=nobody", [FAILED, CREATED, PLAN]),
        ("target={lead}", [MOVED]),
        ("target=http://testserver/leads/{other}/?from=x", [REJECTED]),
        ("ip=203.0.113.9", [MOVED]),
        ("ip=2001:DB8:0::7", [REJECTED]),
        ("period=30-days", [FAILED, SIGNED_IN, REJECTED, CREATED, MOVED]),
        ("until=2001-01-01", []),
        ("since=2001-01-01&until=2100-01-01&action=agency", [PLAN]),
        ("action=leads&actor={agent}&ip=203.0.113.9&target={lead}&period=today", [MOVED]),
        ("action=leads&actor={key}&ip=203.0.113.9", []),
    ],
)
def test_a_filter_leaves_what_it_says(signed_in_admin, busy, query, left):
    query = query.format(**busy)
    answer = signed_in_admin.get(f"{TAB}?{query}")
    swap = signed_in_admin.get(f"{TAB}?{query}", headers={"HX-Request": "true"})
    exported = rows(signed_in_admin.get(f"{CSV}?{query}"))

    assert words(answer) == words(swap) == left
    assert b"<html" not in swap.content
    assert answer.context["filters"].faults == []
    assert bool(answer.context["filters"].in_force) == bool(query)
    own = [row for row in exported if row["action"] == "audit_exported"]
    assert len(exported) - len(own) == len(left)


@pytest.mark.parametrize(
    ("query", "fault"),
    [
        ("action=danced", "“danced” is not one of these"),
        ("actor=01890000-0000-7000-8000-000000000000", "is not one of these"),
        ("actor=%00", "is not one of these"),
        ("target=nobody", "There is no id in this"),
        ("ip=203.0.113", "This is not an address"),
        ("ip=203.0.113.0/24", "This is not an address"),
        ("since=soon", "This is not a day"),
        ("since=2026-02-02&until=2026-02-01", "This day is before the first"),
        ("after=nowhere", "The place in the list was not understood"),
    ],
)
def test_a_faulty_filter_is_named_and_narrows_nothing(signed_in_admin, busy, query, fault):
    answer = signed_in_admin.get(f"{TAB}?{query}")

    assert answer.status_code == 200
    assert fault in text_of(answer)
    if "since=2026-02-02" not in query:
        assert len(words(answer)) == 6


def test_another_agencys_people_keys_and_leads_are_no_choice(
    signed_in_admin, agency, other_agency, busy
):
    theirs = make_lead(other_agency, name="Theirs")
    stranger = make_user(other_agency, name="Stranger")
    make_key(other_agency, name="Foreign")

    shown = text_of(signed_in_admin.get(f"{TAB}?target={theirs.id}"))
    by_stranger = signed_in_admin.get(f"{TAB}?actor={stranger.id}")

    assert not any(name in shown for name in ("Theirs", "Stranger", "Foreign"))
    assert "No entry matches" in shown
    assert "is not one of these" in text_of(by_stranger)


# --- The file -------------------------------------------------------------------------------------
def test_the_file_holds_what_the_filters_leave_and_no_name_of_a_lead(signed_in_admin, busy):
    answer = signed_in_admin.get(f"{CSV}?action=leads")
    exported = rows(answer)

    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert 'filename="audit-harbour-vale-' in answer["Content-Disposition"]
    assert [row["actor"] for row in exported] == ["CRM sync", "Amir Agent"]
    assert exported[1]["address"] == ELSEWHERE
    assert json.loads(exported[1]["details"]) == {"from": "hot", "to": "contacted"}
    assert "Byrne" not in str(exported)


@pytest.mark.parametrize(
    ("query", "wrong", "accepted"),
    [
        ("action=danced", "“danced” is not one of these", "<code>sign_in</code>"),
        ("actor=me", "“me” is not one of these", "Ada Admin"),
        ("ip=203.0.113", "This is not an address", ""),
        ("target=nobody", "There is no id in this", ""),
        ("actions=leads", "“actions” is no filter of this list", "<code>action</code>"),
    ],
)
def test_what_the_trail_does_not_understand_is_refused_and_no_entry(
    signed_in_admin, busy, query, wrong, accepted
):
    before = AuditEntry.objects.count()

    answer = signed_in_admin.get(f"{CSV}?{query}")

    assert answer.status_code == 422
    assert wrong in text_of(answer)
    assert accepted in text_of(answer)
    assert 'href="/settings/audit/">Back to the list' in text_of(answer)
    assert AuditEntry.objects.count() == before


def test_exporting_is_recorded_before_the_first_byte_and_only_looking_is_not(
    signed_in_admin, agency, admin
):
    signed_in_admin.head(CSV)
    assert not AuditEntry.objects.exists()

    signed_in_admin.get(f"{CSV}?action=keys")  # whose content nobody reads
    entry = AuditEntry.objects.get()

    assert (entry.action, entry.actor_id, entry.address) == (
        "audit_exported", admin.id, "127.0.0.1",
    )  # fmt: skip
    assert entry.details == {"filters": 1}


def test_starter_may_export_the_trail_too(signed_in_admin, agency):
    agency.plan = "starter"
    agency.save(update_fields=["plan"])

    assert len(rows(signed_in_admin.get(CSV))) == 1


def test_no_cell_is_a_formula(signed_in_admin, agency):
    for name in ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"):
        by = Actor.for_person(make_user(agency, name=name))
        record(agency.id, AuditAction.SIGN_IN, by=by, target=AuditTarget.PERSON)

    exported = rows(signed_in_admin.get(CSV))

    assert len(exported) == 7
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for row in exported
                   for cell in row.values())  # fmt: skip


def test_entries_are_sent_a_few_at_a_time(signed_in_admin, agency, monkeypatch):
    monkeypatch.setattr(page, "ROWS_AT_ONCE", 3)
    for _ in range(7):
        record(agency.id, AuditAction.SIGN_IN, by=SYSTEM, target=AuditTarget.PERSON)

    pieces = list(signed_in_admin.get(CSV).streaming_content)

    # The header, and the seven with the entry of this export.
    assert [piece.count(b"\r\n") for piece in pieces] == [1, 3, 3, 2]


# --- Indexes --------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("query", "index"),
    [
        ("", "organisations_audit_newest"),
        ("action=leads", "organisations_audit_action"),
        ("actor={agent}", "organisations_audit_actor"),
        ("actor=nobody", "organisations_audit_nobody"),
        ("target={lead}", "organisations_audit_target"),
        ("ip=203.0.113.9", "organisations_audit_address"),
    ],
)
def test_each_filter_has_an_index_that_gives_its_entries_in_order(
    signed_in_admin, busy, query, index
):
    """Whether the index can, not whether five rows prefer it: every other way is barred."""
    with CaptureQueriesContext(connection) as captured:
        signed_in_admin.get(f"{TAB}?{query.format(**busy)}")
    read = next(q["sql"] for q in captured if "details" in q["sql"])

    plan = plan_by_an_index(read, without=("organisations_audit_newest",) if query else ())

    assert f"using {index}" in plan, plan
    assert "->  Sort" not in plan, plan
