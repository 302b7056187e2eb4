"""How times are read and written."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.rfc3339 import rfc3339
from sift_site.api.times import from_microseconds, parse, to_microseconds


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-06-01", "2026-06-01T00:00:00.000000Z"),
        ("2026-06-01T09:30", "2026-06-01T09:30:00.000000Z"),
        ("2026-06-01T09:30:15", "2026-06-01T09:30:15.000000Z"),
        ("2026-06-01t09:30:15z", "2026-06-01T09:30:15.000000Z"),
        ("2026-06-01 09:30:15Z", "2026-06-01T09:30:15.000000Z"),
        ("2026-06-01T09:30:15.5Z", "2026-06-01T09:30:15.500000Z"),
        ("2026-06-01T09:30:15,123456Z", "2026-06-01T09:30:15.123456Z"),
        ("2026-06-01T09:30:15.1234560Z", "2026-06-01T09:30:15.123456Z"),
        # Finer than a row's time can be: rounded up, or a row before it would be "at or after".
        ("2026-06-01T09:30:15.1234561Z", "2026-06-01T09:30:15.123457Z"),
        ("2026-06-01T09:30:15.999999999Z", "2026-06-01T09:30:16.000000Z"),
        ("2026-06-01T09:30:00+01:00", "2026-06-01T08:30:00.000000Z"),
        ("2026-06-01T09:30:00 01:00", "2026-06-01T08:30:00.000000Z"),
        ("2026-06-01T09:30:00+0530", "2026-06-01T04:00:00.000000Z"),
        ("2026-06-01T09:30:00-05", "2026-06-01T14:30:00.000000Z"),
        ("2026-06-01T09:30:00-00:00", "2026-06-01T09:30:00.000000Z"),
        ("2016-12-31T23:59:60Z", "2017-01-01T00:00:00.000000Z"),
        ("2026-06-01T24:00Z", "2026-06-02T00:00:00.000000Z"),
        ("20260601T093000Z", "2026-06-01T09:30:00.000000Z"),
        ("20260601T0930", "2026-06-01T09:30:00.000000Z"),
        ("20260601t093015z", "2026-06-01T09:30:15.000000Z"),
        ("20260601T093015.5Z", "2026-06-01T09:30:15.500000Z"),
        ("20260601T093015,1234561Z", "2026-06-01T09:30:15.123457Z"),
        ("20260601T093000+0100", "2026-06-01T08:30:00.000000Z"),
        ("20260601T093000 0100", "2026-06-01T08:30:00.000000Z"),
        ("20260601T093000-05", "2026-06-01T14:30:00.000000Z"),
        ("20161231T235960Z", "2017-01-01T00:00:00.000000Z"),
        ("20260601T240000Z", "2026-06-02T00:00:00.000000Z"),
        ("2024-02-29", "2024-02-29T00:00:00.000000Z"),
        ("0001-01-01", "0001-01-01T00:00:00.000000Z"),
        ("9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999Z"),
    ],
)
def test_these_are_times(text, expected):
    assert rfc3339(parse(text)) == expected


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "2026", "2026-06", "20260601", "1717200000", "1717200000.5", "-1", "now", "Z",
        "2026-6-1", "2026-02-30", "2026-13-01", "2026-00-01", "0000-01-01", "02026-06-01",
        "2026-06-01T", "2026-06-01T9:30", "2026-06-01T25:00", "2026-06-01T24:01",
        "2026-06-01T09:60", "2026-06-01T09:30:61", "2026-06-01T09:30:00.", "2026-06-01T09:30:00+",
        "2026-06-01T09:30:00+24:00", "2026-06-01T09:30:00+01:60", "2026-06-01T09:30:00BST",
        "2026-06-01T09:30:00Z ", " 2026-06-01", "2026-06-01Z", "2026-06-01+01:00",
        "２０２６-06-01", "2026-06-01T09:30:00Z\n", "2026-06-01\x00", "2026-W23-1",
        # One form or the other, and the basic one with its T: plain numbers are no times.
        "20260601T", "20260601 093000", "20260601T09:30:00Z", "2026-06-01T093000Z", "20260601Z",
        "2026-0601T0930", "202606-01T0930", "20260601093000", "20260601T093", "20260601T09300",
        "20260230T093000Z", "20260601T250000Z", "20260601T096000Z",
        "0001-01-01T00:00:00+00:01", "9999-12-31T23:59:00-00:01", "9999-12-31T24:00",
        "9999-12-31T23:59:59.9999999",
    ],
)  # fmt: skip
def test_these_are_none(text):
    with pytest.raises(ValueError):  # noqa: PT011 - what it says is nobody's promise
        parse(text)


instants = st.datetimes(timezones=st.just(UTC))


@given(instants)
def test_what_the_api_writes_it_reads_as_the_same_instant(instant):
    assert parse(rfc3339(instant)) == instant


@given(instants)
def test_an_instant_is_always_written_at_the_same_length(instant):
    assert len(rfc3339(instant)) == len("2026-06-01T09:30:00.123456Z")


@given(
    st.datetimes(min_value=datetime(2, 1, 1), max_value=datetime(9998, 12, 31)),  # noqa: DTZ001
    st.integers(-23 * 60 - 59, 23 * 60 + 59),
)
def test_an_offset_names_the_same_instant_as_utc(local, minutes):
    aware = local.replace(tzinfo=timezone(timedelta(minutes=minutes)))

    assert parse(aware.isoformat()) == aware
    assert parse(aware.isoformat().replace("+", " ")) == aware


@given(st.text(alphabet="0123456789-:TZtz+ .,", max_size=40))
def test_any_other_text_is_refused_and_never_breaks(text):
    try:
        instant = parse(text)
    except ValueError:
        return
    assert instant.tzinfo is UTC


@given(instants)
def test_microseconds_lead_back_to_the_instant(instant):
    assert from_microseconds(to_microseconds(instant)) == instant
