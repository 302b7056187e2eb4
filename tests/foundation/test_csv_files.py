"""Tables as CSV files: every text comes back, and few rows are held however many there are."""

import csv
import io
import tracemalloc

from hypothesis import example, given
from hypothesis import strategies as st

from foundation.lists.csv_files import FORMULA_STARTS, csv_pieces, plain
from leads.models import Lead

AT_ONCE = 200


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
