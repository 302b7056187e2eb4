"""A CSV file from its upload to its undoing, by page and worker."""

import csv
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from conversations.csv_import import running
from conversations.models import Conversation, CsvImport
from leads.models import Lead
from leads.notes import add_note
from organisations.actors import Actor
from organisations.models import AuditEntry
from tests.factories import make_lead, make_organisation, make_user

pytestmark = pytest.mark.django_db(transaction=True)

PAGE = "/settings/data/import/"
FILE = (
    "Full name;E-mail;Budget;Colour\n"
    "Ada Byrne;ada@example.com;350k;red\n"
    "Bo Quayle;bo@example.com;lots;blue\n"
    ";;;green\n"
    "Ada Byrne;ada@example.com;350k;red\n"
    "Zoë Brontë;zoe@example.com;;=cmd()\n"
).encode("cp1252")


@pytest.fixture
def agency():
    return make_organisation()


@pytest.fixture
def admin(agency):
    return make_user(agency, role="admin", name="Ada Admin")


@pytest.fixture
def browser(client, admin):
    client.force_login(admin)
    return client


def upload(browser, content: bytes = FILE, name: str = "contacts.csv"):
    file = SimpleUploadedFile(name, content, content_type="text/csv")
    return browser.post(PAGE, {"file": file, "whole": "yes"})


def work() -> None:
    while running.do_one():
        pass


def act(browser, what: str, **more) -> CsvImport:
    found = CsvImport.objects.latest_first()[0]
    assert browser.post(f"{PAGE}{found.id}/", {"act": what, **more}).status_code == 303
    work()
    found.refresh_from_db()
    return found


def brought_in(browser) -> CsvImport:
    assert upload(browser).status_code == 303
    work()
    return act(browser, "import")


def test_every_row_is_checked_first_and_nothing_is_brought_in(browser):
    upload(browser)
    work()

    found = CsvImport.objects.get()
    assert (found.state, found.rows, found.created, found.rejected) == ("checked", 5, 3, 2)
    assert (found.encoding, found.separator) == ("cp1252", ";")
    assert found.fields == ["name", "email", "budget_max", ""]
    assert found.reasons == {
        "budget_max: is no sum of money": 1, "has no name, e-mail or phone": 1,
    }  # fmt: skip
    assert not Lead.objects.exists()
    page = browser.get(f"{PAGE}{found.id}/").content.decode()
    assert "Bring in 3 rows" in page
    assert "1: budget_max: is no sum of money" in page


def test_rejects_are_a_csv_file_with_reasons_that_no_spreadsheet_runs(browser):
    upload(browser, b"name,budget\n=cmd(),lots\n")
    work()

    answer = browser.get(f"{PAGE}{CsvImport.objects.get().id}/rejects.csv")

    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows == [
        ["name", "budget", "reason"],
        ["'=cmd()", "lots", "budget_max: is no sum of money"],
    ]


def test_rows_arrive_once_and_the_trail_says_who_brought_them(browser, admin):
    found = brought_in(browser)
    again = brought_in(browser)

    assert (found.state, found.created, found.unchanged, found.rejected) == ("done", 2, 1, 2)
    assert (again.created, again.unchanged) == (0, 3)
    ada = Lead.objects.get(email="ada@example.com")
    assert (ada.name, ada.budget_max, ada.source) == ("Ada Byrne", 350_000, "website")
    assert Lead.objects.filter(name="Zoë Brontë").exists()
    entry = AuditEntry.objects.filter(action="csv_imported").first()
    assert (entry.actor_id, entry.details) == (admin.id, {"rows": 5})


def test_a_person_who_is_known_is_found_again(browser, agency):
    known = make_lead(agency, name="Ada", email="ada@example.com")

    brought_in(browser)

    assert Conversation.objects.filter(lead=known).count() == 1
    assert Lead.objects.filter(email="ada@example.com").count() == 1


def test_columns_that_were_said_are_kept_for_the_next_file_of_these_heads(browser):
    upload(browser)
    work()
    said = {"column_0": "name", "column_1": "email", "column_2": "", "column_3": "area"}

    found = act(browser, "columns", channel="email", **said)
    upload(browser, FILE + b"Cy;cy@example.com;;red\n")

    assert (found.state, found.rejected) == ("checked", 1)  # the budget is left out
    assert CsvImport.objects.latest_first()[0].fields == ["name", "email", "", "area"]
    assert CsvImport.objects.latest_first()[0].channel == "email"


def test_two_columns_of_one_thing_are_refused(browser):
    upload(browser)
    work()

    path = f"{PAGE}{CsvImport.objects.get().id}/"
    answer = browser.post(path, {"column_0": "name", "column_1": "name", "channel": "sms"})

    assert answer.status_code == 422
    assert "Two columns are “Name”" in answer.content.decode()


def test_undoing_erases_what_the_file_brought_and_nobody_touched(browser, agency, admin):
    known = make_lead(agency, name="Known", email="zoe@example.com")
    brought_in(browser)
    found = act(browser, "undo")

    assert (found.state, found.created, found.unchanged) == ("undone", 1, 1)
    assert list(Lead.objects.values_list("id", flat=True)) == [known.id]
    receipt = AuditEntry.objects.get(action="person_data_erased")
    assert receipt.details["rule"] == "import_undone"


def test_a_lead_that_somebody_worked_with_stays(browser, admin):
    brought_in(browser)
    add_note(Lead.objects.get(email="ada@example.com"), "Called", by=Actor.for_person(admin))

    act(browser, "undo")

    assert [lead.email for lead in Lead.objects.all()] == ["ada@example.com"]


def test_after_a_day_the_file_is_let_go_and_nothing_is_undone(browser):
    found = brought_in(browser)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE conversations_csvimport SET touched_at = now() - interval '25 h'")

    assert CsvImport.objects.forget_files() == 1
    found = act(browser, "undo")

    assert (found.state, found.packed, found.packed_rejects) == ("done", None, None)
    assert Lead.objects.count() == 2
    assert "Undo the import" not in browser.get(f"{PAGE}{found.id}/").content.decode()


def test_a_worker_that_is_killed_in_the_middle_brings_in_no_row_twice(browser, monkeypatch):
    lines = "".join(f"Person {n},p{n}@example.com\n" for n in range(450))
    upload(browser, f"name,email\n{lines}".encode())
    work()
    take, taken = running._take, []

    def take_and_die(*given):
        if len(taken) == 1:
            raise SystemExit
        taken.append(given)
        take(*given)

    monkeypatch.setattr(running, "_take", take_and_die)
    with pytest.raises(SystemExit):
        act(browser, "import")
    monkeypatch.setattr(running, "_take", take)
    CsvImport.objects.update(leased_until=None)  # a minute later
    work()

    found = CsvImport.objects.get()
    assert (found.state, found.created, found.unchanged) == ("done", 450, 0)
    assert Lead.objects.count() == 450


@pytest.mark.parametrize(
    "content",
    [b"", b"\0\0\0", b"name\n", b"\xff\xfe\x00", b"\x89PNG\r\n\x1a\n\x00\x00",
     b'name\n"never closed', b"name\n" + b"x" * 3_000_000, b"a,a,a\n1,2\n1,2,3,4\n",
     "näme\nÄ\n".encode("utf-16-be")],
)  # fmt: skip
def test_a_hostile_file_is_refused_or_checked_and_never_fails(browser, content):
    answer = upload(browser, content, name="../../etc/\x00pass\nwd.csv")
    work()

    assert answer.status_code in {303, 422}
    for found in CsvImport.objects.all():
        assert found.state == "checked"
        assert browser.get(f"{PAGE}{found.id}/").status_code == 200
    assert browser.get(PAGE).status_code == 200


def test_a_file_that_did_not_arrive_whole_is_refused(browser):
    file = SimpleUploadedFile("contacts.csv", FILE)

    answer = browser.post(PAGE, {"file": file})

    assert answer.status_code == 422
    assert "did not arrive whole" in answer.content.decode()
    assert not CsvImport.objects.exists()


def test_an_agent_and_another_agency_see_none_of_it(browser, client, agency):
    upload(browser)
    found = CsvImport.objects.get()

    client.force_login(make_user(agency, role="agent"))
    assert client.get(PAGE).status_code == 403
    client.force_login(make_user(make_organisation(), role="admin"))
    for path in (f"{PAGE}{found.id}/", f"{PAGE}{found.id}/rejects.csv"):
        assert client.get(path).status_code == 404
