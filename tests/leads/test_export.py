"""The CSV export of the lead list."""

import csv
import io
import json
import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from foundation.lists.csv_files import only_export_of
from foundation.web import spooled
from leads import export
from leads.models import Lead
from organisations.models import AuditEntry
from tests.conversations.test_intake_format import line
from tests.factories import at, make_lead, make_organisation, make_user

ADDRESS = "/leads/export.csv"
DOCS = Path(__file__).parents[2] / "docs" / "csv-files.md"


def body(answer) -> bytes:
    return b"".join(answer.streaming_content)


def rows(answer) -> list[dict[str, str]]:
    text = body(answer).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_the_file_opens_right_in_a_spreadsheet(signed_in, agency):
    make_lead(agency, name="Zoë Żółkowska", area="Caernarfon, Gwynedd", summary='A "big"\nhouse')

    answer = signed_in.get(ADDRESS)
    content = body(answer)

    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert re.fullmatch(
        r'attachment; filename="leads-harbour-vale-\d{4}-\d\d-\d\d\.csv"',
        answer["Content-Disposition"],
    )
    assert content.startswith(b'\xef\xbb\xbf"id","name","email","phone","status",')
    assert content.endswith(b"\r\n")
    assert "Zoë Żółkowska".encode() in content
    assert b'"Caernarfon, Gwynedd"' in content
    assert b'"A ""big""\nhouse"' in content


def test_every_field_of_the_json_is_there_in_its_words(signed_in, agency):
    from sift_site.api import schemas

    lead = make_lead(
        agency, name="Siân", email="sian@example.com", score=0, status="contacted", intent="buy",
        budget_min=350_000, viewing_requested=True, created_at=at("2026-06-01 09:30"),
    )  # fmt: skip

    (row,) = rows(signed_in.get(ADDRESS))

    assert tuple(row) == (*schemas.Lead.__struct_fields__, "lost_reason", "lost_words")
    assert row["id"] == str(lead.id)
    assert (row["score"], row["budget_min"], row["budget_max"]) == ("0", "350000", "")
    assert (row["status"], row["intent"], row["viewing_requested"]) == ("contacted", "buy", "true")
    assert row["created_at"] == "2026-06-01T09:30:00.000000Z"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", row["updated_at"])


@pytest.mark.parametrize(
    "hostile",
    ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("http://x","y")', "'=1", "'"],
)  # fmt: skip
def test_no_cell_is_a_formula(signed_in, agency, hostile):
    fields = "name", "email", "phone", "summary", "area", "property_ref", "origin_url", "campaign"
    make_lead(agency, **dict.fromkeys(fields, hostile))

    (row,) = rows(signed_in.get(ADDRESS))

    assert {row[field] for field in fields} == {f"'{hostile}"}
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in row.values())


@pytest.mark.parametrize(
    "text", ["'t Hart", "''Quoted''", "'=1", "=1", "+44", "O'Malley", "\u2019t Hart", "'", "-"]
)
def test_a_text_is_read_back_as_it_was_and_comes_the_same_way_out_of_an_import(
    signed_in, agency, tmp_path, text
):
    """By the docs' own code; what it read is imported as another agency's lead, and exported."""
    make_lead(agency, name=text)
    (read,) = as_the_docs_read(signed_in.get(ADDRESS), tmp_path)
    theirs = make_organisation(name="Theirs", slug="theirs")
    chats = tmp_path / "chats.jsonl"
    chats.write_text(json.dumps(line(lead={"name": read["name"]})))
    call_command("import_conversations", str(chats), organisation="theirs", stdout=io.StringIO())
    client = Client()
    client.force_login(make_user(theirs))

    (again,) = as_the_docs_read(client.get(ADDRESS), tmp_path)

    assert read["name"] == again["name"] == text


def as_the_docs_read(answer, folder) -> list[dict[str, str]]:
    code = DOCS.read_text().partition("```python\n")[2].partition("```")[0]
    names: dict = {}
    exec(code, names)  # noqa: S102 - our own
    file = folder / "leads.csv"
    file.write_bytes(body(answer))
    return list(names["rows"](file))


def test_a_phone_number_stays_readable(signed_in, agency):
    make_lead(agency, phone="+447700900123")

    assert rows(signed_in.get(ADDRESS))[0]["phone"] == "'+447700900123"


def test_the_filters_and_the_order_of_the_list_are_the_file_s(signed_in, agency, other_agency):
    for name, status, score in (("A", "hot", 71), ("B", "lost", 90), ("C", "hot", 99)):
        make_lead(agency, name=name, status=status, score=score)
    make_lead(agency, name="Merged", status="hot", merged_into=Lead.objects.get(name="A"))
    make_lead(other_agency, name="Theirs", status="hot", score=80)

    every = rows(signed_in.get(ADDRESS))
    hot = rows(signed_in.get(f"{ADDRESS}?status=hot&sort=score&size=25&after=x"))

    assert [row["name"] for row in every] == ["C", "B", "A"]
    assert [row["name"] for row in hot] == ["C", "A"]


def test_the_list_s_button_exports_what_the_list_shows(signed_in, agency):
    page = signed_in.get("/leads/?status=hot&sort=score&size=25&after=x").content.decode()

    assert 'href="/leads/export.csv?status=hot&amp;sort=score"' in page


@pytest.mark.parametrize(
    ("query", "wrong", "accepted"),
    [
        ("status=hott", "“hott” is not a status", "<code>hot</code>"),
        ("status=hot&status=hott", "“hott” is not a status", "<code>archived</code>"),
        ("statuss=hot", "“statuss” is no filter of this list", "<code>status</code>"),
        ("STATUS=hot", "“STATUS” is no filter of this list", "<code>status</code>"),
        ("status=hot&utm_source=x", "“utm_source” is no filter", "<code>source</code>"),
        ("assignee=0", "“0” is not one of these", "Amir Agent"),
        ("since=soon", "This is not a day such as 2026-06-01", ""),
        ("since=2026-02-02&until=2026-02-01", "This day is before the first", ""),
        ("score_from=101", "A score is a whole number from 0 to 100", ""),
        ("q=%E2%80%A6", "Search for letters or digits", ""),
        ("sort=best", "“best” is not one of these", "<code>score</code>"),
        ("size=7", "“7” is not one of these", "<code>50</code>"),
    ],
)
def test_what_the_list_does_not_understand_exports_nobody(
    signed_in, agency, query, wrong, accepted
):
    make_lead(agency, name="Zoë", status="hot")

    answers = [signed_in.get(f"{ADDRESS}?{query}"), signed_in.head(f"{ADDRESS}?{query}")]
    page = answers[0].content.decode()

    assert [answer.status_code for answer in answers] == [422, 422]
    assert "Content-Disposition" not in answers[0]
    assert wrong in page
    assert accepted in page
    assert "Zoë" not in page
    assert not AuditEntry.objects.exists()


@pytest.mark.parametrize("query", ["status=", "statuss=", "q=&status=hot", "after=x", "before=x"])
def test_what_says_nothing_is_no_fault(signed_in, agency, query):
    make_lead(agency, name="Zoë", status="hot")

    assert [row["name"] for row in rows(signed_in.get(f"{ADDRESS}?{query}"))] == ["Zoë"]


def test_a_refused_export_leads_back_to_the_list_with_what_was_understood(signed_in, agency):
    page = signed_in.get(f"{ADDRESS}?status=hot&score_from=no&statuss=hot").content.decode()

    assert 'href="/leads/?status=hot"' in page


def test_starter_is_told_why_there_is_no_export(client, db):
    starter = make_organisation(name="Small & Co", plan="starter")
    make_lead(starter, name="Secret")
    client.force_login(make_user(starter))

    answer = client.get(ADDRESS)
    page = client.get("/leads/").content.decode()

    assert answer.status_code == 403
    assert "belongs to the Growth and Scale plans. Small &amp; Co is on Starter" in (
        answer.content.decode()
    )
    assert "export.csv" not in page
    assert "The CSV export belongs to Growth and Scale." in page


@pytest.mark.parametrize("plan", ["growth", "scale"])
def test_growth_and_scale_export(client, db, plan):
    agency = make_organisation(plan=plan)
    client.force_login(make_user(agency))

    assert body(client.get(ADDRESS)).count(b"\r\n") == 1  # the header row


def test_head_sends_the_headers_and_reads_no_lead(signed_in, agency):
    make_lead(agency)

    with CaptureQueriesContext(connection) as captured:
        answer = signed_in.head(ADDRESS)

    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert not any("leads_lead" in query["sql"] for query in captured)


def make_many(agency, count: int) -> None:
    Lead.objects.bulk_create(
        Lead(
            organisation=agency, source="website", name=f"Lead {n}", summary="x" * 500,
            created_at=at("2026-06-01 12:00") - timedelta(minutes=n),
        )
        for n in range(count)
    )  # fmt: skip


def test_rows_are_sent_as_they_are_read(signed_in, agency):
    make_many(agency, export.ROWS_AT_ONCE + 10)
    pieces = iter(signed_in.get(ADDRESS).streaming_content)

    header, first = next(pieces), next(pieces)
    Lead.objects.all().update(name="Changed meanwhile")
    rest = list(pieces)

    assert header.count(b"\r\n") == 1
    assert first.count(b"\r\n") == export.ROWS_AT_ONCE
    assert [piece.count(b"\r\n") for piece in rest] == [10]
    assert b"meanwhile" not in rest[0]  # the cursor reads the table as it was when it began


# --- One at a time --------------------------------------------------------------------------------
def test_a_second_export_of_the_same_person_is_asked_to_wait(signed_in, agency, monkeypatch):
    make_lead(agency)
    answers = []

    def meanwhile(leads):
        answers.append(signed_in.get(ADDRESS))
        return csv_of(leads)

    csv_of = export.csv_of
    monkeypatch.setattr(export, "csv_of", meanwhile)
    first = signed_in.get(ADDRESS)
    monkeypatch.setattr(export, "csv_of", csv_of)
    (second,) = answers

    assert body(first).count(b"\r\n") == 2
    assert (second.status_code, second["Retry-After"]) == (429, "10")
    assert "Another export of yours is still being made" in second.text
    assert AuditEntry.objects.filter(action="leads_exported").count() == 1
    assert signed_in.get(ADDRESS).status_code == 200


def test_all_that_is_kept_of_a_person_is_an_export_too(signed_in_admin, admin, agency):
    address = f"/leads/{make_lead(agency).id}/export.json"

    with only_export_of(admin.pk):
        assert signed_in_admin.get(address).status_code == 429

    assert not AuditEntry.objects.filter(action="person_data_exported").exists()
    assert signed_in_admin.get(address).status_code == 200


def test_a_colleague_s_export_holds_nobody_up(signed_in, admin, agency, monkeypatch):
    colleague, answers = Client(), []
    colleague.force_login(admin)
    csv_of = export.csv_of
    monkeypatch.setattr(export, "csv_of", lambda leads: (
        monkeypatch.setattr(export, "csv_of", csv_of),
        answers.append(colleague.get(ADDRESS)),
        csv_of(leads),
    )[-1])  # fmt: skip

    signed_in.get(ADDRESS)

    assert [answer.status_code for answer in answers] == [200]


def test_who_takes_a_file_slowly_holds_no_transaction_open(signed_in, agency):
    make_many(agency, export.ROWS_AT_ONCE + 10)

    with CaptureQueriesContext(connection) as captured:
        pieces = iter(signed_in.get(ADDRESS).streaming_content)
        before = len(captured)
        sent = list(pieces)

    assert len(sent) == 3
    assert len(captured) == before > 0


def test_an_export_that_finds_no_room_is_refused_in_words_before_its_first_byte(
    signed_in, agency, monkeypatch
):
    make_lead(agency)
    signed_in.raise_request_exception = False

    with Path("/dev/full").open("r+b", buffering=0) as full, monkeypatch.context() as patched:
        patched.setattr(spooled, "SpooledTemporaryFile", lambda **_: full)
        refused = signed_in.get(ADDRESS)

    assert refused.status_code == 503
    assert refused["Retry-After"]
    assert "The server's disk is full" in refused.text
    assert "Content-Disposition" not in refused
    assert len(rows(signed_in.get(ADDRESS))) == 1
