"""Erasures are listed outside of the database, and made again in one that was restored."""

import io
import json
import stat
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from foundation.ids import uuid7
from leads.erasure import erase
from leads.merging import merge
from leads.models import Lead
from organisations.actors import SYSTEM
from organisations.models import AuditEntry, Change
from tests.factories import make_lead

pytestmark = pytest.mark.django_db(transaction=True)


def run(*words: str) -> str:
    out = io.StringIO()
    call_command(*words, stdout=out, stderr=out)
    return out.getvalue()


def listed(*leads: Lead, path: Path) -> str:
    lines = [
        {"organisation_id": str(lead.organisation_id), "lead_id": str(lead.id),
         "erased_at": "2026-11-29T09:30:00Z"}
        for lead in leads
    ]  # fmt: skip
    path.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    return str(path)


def test_the_list_holds_ids_and_times_alone_of_merged_leads_too(agency):
    lead, other = make_lead(agency, name="Zebulon"), make_lead(agency, name="Zeb")
    merge(agency, survivor_id=lead.id, other_id=other.id, by=SYSTEM)
    make_lead(agency)
    erase(Lead.objects.get(id=lead.id), agency, by=SYSTEM)

    lines = [json.loads(line) for line in run("list_erasures").splitlines()]

    assert {line["lead_id"] for line in lines} == {str(lead.id), str(other.id)}
    assert {line["organisation_id"] for line in lines} == {str(agency.id)}
    assert {*lines[0]} == {"organisation_id", "lead_id", "erased_at"}
    assert run("list_erasures", "--since", "2999-01-01") == ""


def test_a_file_is_added_to_and_never_loses_a_line(agency, tmp_path):
    first, second = make_lead(agency), make_lead(agency)
    file = tmp_path / "erasures.jsonl"
    erase(first, agency, by=SYSTEM)
    assert "1 erasure added" in run("list_erasures", "--into", str(file))
    file.write_bytes(file.read_bytes() + b'{"organisation_id": "01')  # a broken-off line
    Change.objects.all().delete()  # as in a restored database, which knows less

    erase(second, agency, by=SYSTEM)
    assert "1 erasure added" in run("list_erasures", "--into", str(file))

    assert "0 erasures added" in run("list_erasures", "--into", str(file))
    ids = [json.loads(line)["lead_id"] for line in file.read_text().splitlines()]
    assert ids == [str(first.id), str(second.id)]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_what_a_backup_brought_back_is_erased_again_told_and_audited(agency, tmp_path):
    lead, other = make_lead(agency), make_lead(agency)
    file = listed(lead, Lead(organisation=agency, id=uuid7()), path=tmp_path / "list")

    assert json.loads(run("reapply_erasures", file)) == {
        "read": 2, "erased": 1, "gone": 1, "by_hand": 0,
    }  # fmt: skip

    assert list(Lead.objects.values_list("id", flat=True)) == [other.id]
    assert Change.objects.get(type="lead.erased").lead_id == lead.id
    assert AuditEntry.objects.filter(target_id=lead.id).exists()
    assert json.loads(run("reapply_erasures", file))["gone"] == 2


def test_another_agencys_lead_is_not_erased(agency, other_agency, tmp_path):
    lead = make_lead(agency)
    file = listed(Lead(organisation=other_agency, id=lead.id), path=tmp_path / "list")

    assert json.loads(run("reapply_erasures", file))["gone"] == 1
    assert Lead.objects.filter(id=lead.id).exists()


def test_leads_that_were_merged_and_erased_together_go_together(agency, tmp_path):
    lead, other = make_lead(agency), make_lead(agency)
    merge(agency, survivor_id=lead.id, other_id=other.id, by=SYSTEM)

    said = run("reapply_erasures", listed(other, lead, path=tmp_path / "list"))

    assert json.loads(said) == {"read": 2, "erased": 1, "gone": 1, "by_hand": 0}
    assert not Lead.objects.exists()


@pytest.mark.parametrize("which", ["survivor", "other"])
def test_a_lead_that_is_merged_with_one_that_was_not_erased_is_left_to_somebody(
    agency, tmp_path, which, capsys
):
    leads = {"survivor": make_lead(agency), "other": make_lead(agency)}
    merge(agency, survivor_id=leads["survivor"].id, other_id=leads["other"].id, by=SYSTEM)

    with pytest.raises(SystemExit) as ended:
        call_command("reapply_erasures", listed(leads[which], path=tmp_path / "list"))

    assert ended.value.code == 1
    assert (
        f"lead {leads[which].id} of organisation {agency.id} is merged" in capsys.readouterr().err
    )
    assert Lead.objects.count() == 2


@pytest.mark.parametrize("content", ["what", '{"lead_id": "x"}', '{"lead_id": null}'])
def test_what_is_no_list_changes_nothing(agency, tmp_path, content):
    file = Path(listed(make_lead(agency), path=tmp_path / "list"))
    file.write_text(file.read_text() + content)

    with pytest.raises(CommandError, match=r"is no list of erasures: line 2"):
        run("reapply_erasures", str(file))
    assert Lead.objects.exists()
