"""Tables as CSV files: however many rows there are, few of them are held at a time."""

import tracemalloc

from foundation.lists.csv_files import csv_pieces
from leads.models import Lead

AT_ONCE = 200


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
