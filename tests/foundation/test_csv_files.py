"""Tables as CSV files: every text comes back, and few rows are held however many there are."""

import csv
import io
import tracemalloc

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from foundation.lists.csv_files import FORMULA_STARTS, csv_pieces, plain
from leads.models import Lead
from tests.growth import assert_linear

AT_ONCE = 200
# What no spreadsheet shows, or passes over: of each kind one, and some together.
PASSED_OVER = [
    "\u200b", "\ufeff", "\u2060", "\u00ad", "\u202e", "\u034f", "\ufe0f", "\u3164", "\x01", "\x85",
    " ", "\u00a0", "\u3000", "\u2028", "\u2029", "\n", "\t", ",", ";", "|", "\u200b \t;\u3000",
]  # fmt: skip
STARTS = ["=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20", "\ufe66", "\ufe62", "\ufe63"]


@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])))
@example("'t Hart")
@example("''")
@example("'=1")
@example("=1")
def test_whatever_a_text_begins_with_it_is_no_formula_and_one_apostrophe_off_gives_it_back(text):
    file = io.StringIO(newline="")
    csv.writer(file).writerow([plain(text), "x"])

    ((cell, _),) = csv.reader(io.StringIO(file.getvalue(), newline=""))

    assert not cell.startswith(FORMULA_STARTS)
    assert cell.removeprefix("'") == text


@pytest.mark.parametrize("start", STARTS)
@pytest.mark.parametrize("before", ["", *PASSED_OVER])
def test_a_formula_is_found_behind_what_is_passed_over_and_in_every_width(before, start):
    assert plain(f"{before}{start}1+1") == f"'{before}{start}1+1"


@pytest.mark.parametrize(
    "text",
    [*(f"{before}2 beds = fine" for before in PASSED_OVER if before != "\t"), "\u2013 garden",
     "Éva + Jo", "1-2", "", "\u200b", "\u3000"],
)  # fmt: skip
def test_what_is_no_formula_stays_as_it_is(text):
    assert plain(text) == text


def test_every_cell_stands_in_quotes(agency):
    Lead.objects.create(organisation=agency, source="website", name="A;=1", score=0)
    rows = Lead.objects.values_list("name", "phone", "score")

    file = b"".join(csv_pieces(("name", "phone", "score"), rows, list, rows_at_once=AT_ONCE))

    assert file == b'\xef\xbb\xbf"name","phone","score"\r\n"A;=1","","0"\r\n'


@pytest.mark.parametrize("piece", PASSED_OVER)
def test_how_long_it_looks_for_a_formula_grows_with_the_text_alone(piece):
    assert_linear(lambda times: plain(piece * 400 * times))


def test_ten_times_the_rows_take_no_more_memory(agency):
    make_many(agency, AT_ONCE)
    once = most_memory()
    make_many(agency, 9 * AT_ONCE)

    assert most_memory() < 2 * once


def make_many(agency, count: int) -> None:
    Lead.objects.bulk_create(
        Lead(organisation=agency, source="website", name=f"Lead {n}", summary="x" * 500)
        for n in range(count)
    )


def most_memory() -> int:
    """The bytes that were held at most while the file was written."""
    rows = Lead.objects.newest_first().values_list("id", "name", "summary", "created_at")
    tracemalloc.start()
    try:
        for _ in csv_pieces(
            ("id", "name", "summary", "created_at"), rows, list, rows_at_once=AT_ONCE
        ):
            pass
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    return most
