"""Anybody's CSV file: its encoding, its separator, its columns, its rows; and hostile ones."""

import random

import pytest

from conversations.csv_import.columns import guess
from conversations.csv_import.reading import (
    MOST_BYTES,
    MOST_COLUMNS,
    MOST_ROWS,
    Unreadable,
    count_rows,
    rows_of,
    shape_of,
)
from conversations.csv_import.rows import Rejected, RowReader
from tests.factories import at

TEXT = "Name,E-mail,Budget\r\nZoë Brontë,zoe@example.com,£350k\r\n"


def cells(content: bytes) -> list[list[str]]:
    shape = shape_of(content)
    return [row for _, row in rows_of(content, shape.encoding, shape.separator)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_the_encoding_is_found(encoding):
    assert cells(TEXT.encode(encoding)) == [["Zoë Brontë", "zoe@example.com", "£350k"]]


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_the_separator_is_found_though_others_stand_within_cells(separator):
    rows = [["Name", "Notes"], ['Ada, of "Vale"; a|b', "1,2;3"], ["Bo", "x"]]
    quoted = ['"{}"'.format(cell.replace('"', '""')) for row in rows for cell in row]
    lines = [separator.join(quoted[n : n + 2]) for n in range(0, 6, 2)]

    assert cells("\n".join(lines).encode()) == rows[1:]


def test_heads_say_what_columns_are_each_thing_once():
    heads = ["Full Name", "E-Mail Address", "Mobile", "Budget", "Price", "Favourite colour"]

    assert guess(heads) == ["name", "email", "phone", "budget_max", "", ""]


@pytest.mark.parametrize(
    "content",
    [b"", b"\n\n", b"name\n", b"\x00\x01\x02\x00", b"\xff\xfen", b"a," * (MOST_COLUMNS + 1),
     b"x" * (MOST_BYTES + 1), b"PK\x03\x04\x14\x00\x00\x00"],
)  # fmt: skip
def test_what_is_no_file_of_rows_is_refused_in_words(content):
    with pytest.raises(Unreadable):
        count_rows(content, shape_of(content))


def test_more_rows_than_are_taken_are_refused():
    content = b"name\n" + b"Ada\n" * (MOST_ROWS + 1)

    with pytest.raises(Unreadable, match="100,000"):
        count_rows(content, shape_of(content))


def reader(*fields: str) -> RowReader:
    return RowReader(fields, "website", "contacts.csv", at("2026-06-01 09:00"))


def test_a_row_is_a_conversation_of_the_import_format():
    fields = ("first_name", "last_name", "phone", "budget_max", "bedrooms_min", "property_type",
              "started_at", "message", "")  # fmt: skip
    row = ["Ada", "Byrne", "'+447700900123", "£1.25m", "3 beds", "House", "31/05/2026",
           "Is it still free?", "left out"]  # fmt: skip

    made = reader(*fields).read(1, row)

    assert made.lead.name == "Ada Byrne"
    assert (made.lead.phone, made.lead.budget_max) == ("+447700900123", 1_250_000)
    assert (made.lead.bedrooms_min, made.lead.property_type) == (3, "house")
    assert made.started_at == at("2026-05-30 23:00")  # midnight in London
    assert [(each.role, each.content) for each in made.messages] == [("user", "Is it still free?")]
    assert made.external_id == reader(*fields).read(99, row).external_id


@pytest.mark.parametrize(
    ("field", "cell", "reason"),
    [
        ("budget_max", "lots", "budget_max: is no sum of money"),
        ("bedrooms_min", "many", "bedrooms_min: is no number of bedrooms"),
        ("intent", "steal", "intent: is none of"),
        ("started_at", "yesterday", "started_at: is no date"),
        ("started_at", "0001-01-01", "started_at: "),
        ("started_at", "31/12/1999", "started_at: must not be before 2000"),
        ("channel", "pigeon", "channel: is none of"),
        ("summary", "a\0b", "summary: has a NUL"),
        ("summary", "x" * 20_001, "summary: is too long"),
        ("summary", "x" * 2_001, "summary: "),
        ("message", "\ud800", "has a character"),
        ("budget_min", "9" * 5_000, "budget_min: "),
    ],
)
def test_a_row_that_cannot_be_taken_says_why_without_its_value(field, cell, reason):
    with pytest.raises(Rejected) as why:
        reader("name", field).read(1, ["Ada", cell])

    assert str(why.value).startswith(reason)
    assert cell not in str(why.value)


def test_a_row_of_nobody_and_one_with_too_many_cells_are_rejected():
    for row in (["", "London"], ["Ada", "London", "more"]):
        with pytest.raises(Rejected):
            reader("name", "area").read(1, row)


def test_a_formula_is_kept_as_the_text_that_it_is():
    made = reader("name", "area").read(1, ["=1+1", "@SUM(A1)"])

    assert (made.lead.name, made.lead.area) == ("=1+1", "@SUM(A1)")


def test_rubbish_is_refused_or_read_and_never_fails():
    chance = random.Random(18)
    alphabet = [b'"', b",", b";", b"\n", b"\r", b"\t", b"\0", b"a", b"\xff", b"\xfe", "é".encode()]
    for _ in range(300):
        content = b"".join(chance.choices(alphabet, k=chance.randrange(1, 60)))
        try:
            shape = shape_of(content)
            count_rows(content, shape)
        except Unreadable:
            continue
        read = reader(*guess(shape.heads))
        for number, row in rows_of(content, shape.encoding, shape.separator):
            try:
                read.read(number, row)
            except Rejected:
                continue
