"""`manage.py verify_audit`: what was done to the trail behind Sift's back is found and named."""

import csv
import io
from hashlib import sha256
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from foundation.ids import uuid7
from leads.bulk import Move, change_matching
from leads.models import Lead
from leads.models.choices import LeadStatus
from organisations.actors import SYSTEM, Actor
from organisations.audit import record
from organisations.audit_chain import HASHED
from organisations.models import AuditAction, AuditEntry, AuditTarget
from tests.audit.unguarded import unguarded
from tests.factories import make_lead, make_organisation, make_user, move_lead

pytestmark = pytest.mark.django_db


@pytest.fixture
def trail(agency, admin) -> list[AuditEntry]:
    """Six entries of an agency: of a person, a key and nobody, about something and nothing."""
    by = Actor.for_person(admin, "2001:db8::7")
    key = Actor.for_key(uuid7(), "CRM", "203.0.113.9")
    for actor in (by, key, SYSTEM):
        record(agency.id, AuditAction.PLAN_CHANGED, by=actor, target=AuditTarget.ORGANISATION,
               target_id=agency.id, was="starter", plan="growth")  # fmt: skip
        record(agency.id, AuditAction.LEADS_EXPORTED, by=actor, target=AuditTarget.LEADS,
               leads=3, said='Zoë "Z" O\\Byrne,\nover\ttwo lines', ok=True)  # fmt: skip
    return list(AuditEntry.objects.for_organisation(agency).order_by("position"))


def verified(*words: str) -> str:
    out = io.StringIO()
    call_command("verify_audit", *words, stdout=out)
    return out.getvalue()


def fault(*words: str) -> str:
    """What the command says of the first entry that does not fit."""
    with pytest.raises(CommandError) as found:
        verified(*words)
    return str(found.value)


def behind_its_back(sql: str, *values: object) -> None:
    with unguarded(), connection.cursor() as cursor:
        cursor.execute(sql, values)


def sign(entry: AuditEntry, before: str) -> None:
    """Give the entry the hash that it would have after that one."""
    said = AuditEntry.objects.filter(pk=entry.pk).as_said().get().said
    hash_ = sha256(f"{before}\n{said}".encode()).digest()
    behind_its_back("UPDATE organisations_auditentry SET hash = %s WHERE id = %s", hash_, entry.pk)


# --- In the database ------------------------------------------------------------------------------
def test_a_trail_that_nobody_touched_fits_agency_by_agency(trail, agency, other_agency):
    record(other_agency.id, AuditAction.SIGN_IN, by=SYSTEM, target=AuditTarget.PERSON)

    said = verified()

    last = bytes(trail[-1].hash).hex()
    assert f"harbour-vale: 6 entries fit; the last hash is {last}\n" in said
    assert "northgate: 1 entries fit; " in said
    assert [entry.position for entry in trail] == [1, 2, 3, 4, 5, 6]
    assert sorted({entry.created_at for entry in trail}) == [e.created_at for e in trail]


def test_a_hash_is_over_the_one_before_it_and_what_the_entry_says(trail):
    first, second = AuditEntry.objects.as_said().order_by("position")[:2]

    assert bytes(first.hash) == sha256(f"\n{first.said}".encode()).digest()
    before = bytes(first.hash).hex()
    assert bytes(second.hash) == sha256(f"{before}\n{second.said}".encode()).digest()
    assert second.said.split("\n")[1:3] == ["2", str(second.id)]


@pytest.mark.parametrize(
    "change",
    [
        "action = 'sign_in'",
        "actor_kind = 'system'",
        "actor_id = gen_random_uuid()",
        "address = '198.51.100.1'",
        "target_kind = 'lead'",
        "target_id = NULL",
        'details = details || \'{"plan": "scale"}\'',
        'names = \'{"actor": "Somebody Else"}\'',
        "names = NULL",
        "created_at = created_at + interval '1 microsecond'",
        "id = gen_random_uuid()",
        "hash = sha256('another')",
    ],
)
def test_a_changed_entry_is_named_whatever_of_it_was_changed(trail, change):
    changed = trail[2]
    behind_its_back(
        f"UPDATE organisations_auditentry SET {change} WHERE id = %s",  # noqa: S608
        changed.id,
    )

    said = fault()

    assert said.startswith("harbour-vale: entry 3 (")
    assert "is not what was written" in said


def test_a_changed_entry_that_was_given_a_hash_anew_is_found_by_the_next(trail):
    behind_its_back(
        "UPDATE organisations_auditentry SET action = 'sign_in' WHERE id = %s", trail[2].id
    )
    sign(trail[2], bytes(trail[1].hash).hex())

    assert f"entry 4 ({trail[3].id}" in fault()


def test_a_removed_entry_is_named_by_the_one_after_it(trail):
    behind_its_back("DELETE FROM organisations_auditentry WHERE id = %s", trail[2].id)

    assert f"entry 4 ({trail[3].id}, " in fault()
    assert "entry 3, which should stand here, is missing" in fault()


def test_the_first_and_the_last_are_missed_too_and_so_are_all(trail):
    behind_its_back("DELETE FROM organisations_auditentry WHERE id = %s", trail[5].id)
    assert f"entry 5 ({trail[4].id}" in fault()
    assert "is not the last that was written" in fault()

    behind_its_back("DELETE FROM organisations_auditentry WHERE id = %s", trail[0].id)
    assert "entry 1, which should stand here, is missing" in fault()

    behind_its_back("TRUNCATE organisations_auditentry")
    assert fault() == "harbour-vale: every entry is missing."


def test_an_entry_that_was_dated_back_is_named_though_its_hash_is_right(trail, agency):
    dated_back = record(agency.id, AuditAction.SIGN_IN, by=SYSTEM, target=AuditTarget.PERSON)
    behind_its_back(
        "UPDATE organisations_auditentry SET created_at = created_at - interval '40 days'"
        " WHERE id = %s",
        dated_back.id,
    )
    sign(dated_back, bytes(trail[5].hash).hex())

    assert f"entry 7 ({dated_back.id}" in fault()
    assert "it is dated before the one before it" in fault()


def test_an_entry_put_in_beside_the_chain_is_named(trail, agency):
    behind_its_back(
        "INSERT INTO organisations_auditentry (id, organisation_id, action, actor_kind,"
        " target_kind, details, position, hash) VALUES (gen_random_uuid(), %s, 'sign_in',"
        " 'system', 'person', '{}', 7, sha256('7'))",
        agency.id,
    )

    assert fault().startswith("harbour-vale: entry 7 (")


def test_each_agencys_first_fault_is_told(trail, other_agency):
    record(other_agency.id, AuditAction.SIGN_IN, by=SYSTEM, target=AuditTarget.PERSON)
    behind_its_back("UPDATE organisations_auditentry SET target_kind = 'lead'")

    assert [line.split(" (")[0] for line in sorted(fault().splitlines())] == [
        "harbour-vale: entry 1",
        "northgate: entry 1",
    ]


def test_entries_of_before_names_were_kept_fit_and_get_none_unseen(trail, agency):
    before = AuditEntry.objects.create(
        organisation_id=agency.id, action="sign_in", actor_kind="system", target_kind="person"
    )
    record(agency.id, AuditAction.SIGN_OUT, by=SYSTEM, target=AuditTarget.PERSON)
    assert "8 entries fit" in verified()

    behind_its_back("UPDATE organisations_auditentry SET names = '{}' WHERE id = %s", before.id)

    assert fault().startswith(f"harbour-vale: entry 7 ({before.id}, ")


# --- In a file ------------------------------------------------------------------------------------
@pytest.fixture
def file(trail, signed_in_admin, tmp_path) -> Path:
    """The trail as an admin exported it: the export's own entry is its first line of seven."""
    path = tmp_path / "audit.csv"
    answer = signed_in_admin.get("/settings/audit/export.csv")
    path.write_bytes(b"".join(answer.streaming_content))
    return path


def rewrite(file: Path, was: str, now: str) -> None:
    text = file.read_bytes().decode()
    assert was in text
    file.write_bytes(text.replace(was, now).encode())


def test_an_exported_file_fits_without_asking_the_database(file, django_assert_num_queries):
    with django_assert_num_queries(0):
        said = verified(str(file))

    last = bytes(AuditEntry.objects.latest("position").hash).hex()
    assert said == f"{file}: 7 entries fit; the last hash is {last}\n"


def test_a_file_fits_of_entries_with_names_and_without(agency, file, signed_in_admin):
    AuditEntry.objects.create(
        organisation_id=agency.id, action="sign_in", actor_kind="system", target_kind="person"
    )
    file.write_bytes(b"".join(signed_in_admin.get("/settings/audit/export.csv")))

    assert "9 entries fit" in verified(str(file))
    rewrite(file, "Ada Admin" + '""}', "Eve Admin" + '""}')
    assert "does not fit" in fault(str(file))


def test_so_does_a_file_of_before_which_has_no_column_for_names(agency, tmp_path):
    entry = AuditEntry.objects.create(
        organisation_id=agency.id, action="sign_in", actor_kind="system", target_kind="person"
    )
    said = AuditEntry.objects.filter(pk=entry.pk).as_said().get().said.split("\n")
    hash_ = bytes(AuditEntry.objects.get().hash).hex()
    path = tmp_path / "before.csv"
    with path.open("w", newline="") as lines:
        csv.writer(lines).writerows([[*HASHED, "hash"], [*said, hash_]])

    assert "1 entries fit" in verified(str(path))


def test_a_line_that_was_changed_removed_or_dated_back_is_named(file, trail):
    whole = file.read_bytes()
    lines = whole.decode().split("\r\n")
    own = next(line for line in lines if str(trail[2].id) in line)

    rewrite(file, own, own.replace("plan_changed", "sign_in"))
    assert f"entry 3 ({trail[2].id}" in fault(str(file))

    file.write_bytes(whole)
    rewrite(file, f"{own}\r\n", "")
    assert f"entry 4 ({trail[3].id}" in fault(str(file))
    assert "entry 3, which should stand here, is missing" in fault(str(file))

    file.write_bytes(whole)
    year = trail[2].created_at.year
    rewrite(file, own, own.replace(f"{year}-", f"{year - 1}-", 1))
    assert f"entry 3 ({trail[2].id}, {year - 1}-" in fault(str(file))


def test_of_several_faults_the_oldest_is_named(file, trail):
    for entry in (trail[1], trail[4]):
        rewrite(file, bytes(entry.hash).hex(), "0" * 64)

    assert f"entry 2 ({trail[1].id}" in fault(str(file))


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "it has no column"),
        (b"id,name\r\n1,Ada\r\n", "it has no column"),
        (b"\xff\xfe\x00", "can't decode"),
    ],
)
def test_a_file_that_is_no_trail_is_refused_in_words(tmp_path, content, why):
    path = tmp_path / "no.csv"
    path.write_bytes(content)

    assert why in fault(str(path))
    assert "cannot be read" in fault(str(tmp_path / "missing.csv"))


# --- Many at once ---------------------------------------------------------------------------------
@pytest.mark.django_db(transaction=True)
def test_writers_at_once_make_one_chain_and_none_waits_in_a_ring(meanwhile):
    """Moves of one lead, which are a statement each, and changes of many in transactions."""
    agency = make_organisation(slug="harbour-vale")
    by = Actor.for_person(make_user(agency))
    leads = [make_lead(agency, status="new") for _ in range(6)]

    def move_one_by_one() -> None:
        for n in range(20):
            move_lead(leads[n % 6], ("lost", "rejected")[n % 2], by=by)

    def move_all() -> None:
        for status in (LeadStatus.ARCHIVED, LeadStatus.CONTACTED) * 5:
            change_matching(Lead.objects.for_organisation(agency), Move(status), by=by)

    for done in [meanwhile(act) for act in (move_one_by_one, move_all, move_one_by_one, move_all)]:
        done()

    number = AuditEntry.objects.count()
    assert number > 20
    assert f"harbour-vale: {number} entries fit" in verified()
