"""Settings, Organisation, Opening hours."""

from datetime import date, timedelta

import pytest

from foundation.days import today
from organisations.hours.reading import hours_of
from organisations.hours.words import NotUnderstood, in_words, read, week_in_words
from organisations.models import AuditEntry, SpecialDay

ADDRESS, DAYS = "/settings/hours/", "/settings/hours/days/"
AS_BEFORE = {
    **dict.fromkeys(("monday", "tuesday", "wednesday", "thursday", "friday"), "9:00–17:30"),
    "saturday": "9:00–16:00",
    "sunday": "closed",
    "nation": "england_wales",
    "untaken_minutes": "",
}


def told(agency) -> list[tuple[str, dict]]:
    entries = AuditEntry.objects.for_organisation(agency).order_by("position")
    return list(entries.values_list("action", "details"))


# --- How hours are written ------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("written", "minutes"),
    [
        ("9:00–17:30", [540, 1050]),
        ("9-17.30", [540, 1050]),
        ("9am to 5.30pm", [540, 1050]),
        ("09:00 - 12:30, 13:30 - 17:30", [540, 750, 810, 1050]),
        ("0–24", [0, 1440]),
        ("12am-12pm", [0, 720]),
        ("", []),
        ("Closed", []),
    ],
)
def test_hours_are_read_as_people_write_them(written, minutes):
    assert read(written) == minutes
    assert read(in_words(minutes)) == minutes


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("nine to five", "is no span of hours"),
        ("9:00", "Write hours such as"),
        ("17–9", "later than the one before"),
        ("9–13, 12–17", "later than the one before"),
        ("1-2, 3-4, 5-6, 7-8", "clocks change"),
        ("3-4, 5-6, 7-8, 9-10", "at most three"),
        ("9-25", "no time of day"),
        ("13pm-5pm", "no time of day"),
        ("9:75-17", "no time of day"),
        ("1:30-9", "clocks change"),
        ("9-17,", "Write hours such as"),
    ],
)
def test_what_is_no_hours_is_refused_with_the_reason(written, said):
    with pytest.raises(NotUnderstood, match=said):
        read(written)


def test_days_of_equal_hours_are_said_together():
    week = [[540, 1050]] * 5 + [[540, 960], []]

    assert week_in_words(week) == [
        ("Monday to Friday", "9:00–17:30"), ("Saturday", "9:00–16:00"), ("Sunday", "closed"),
    ]  # fmt: skip


# --- The page -------------------------------------------------------------------------------------
def test_an_admin_changes_the_week_and_the_trail_says_which_days(signed_in_admin, agency):
    changed = {"monday": "8–20", "nation": "scotland", "untaken_minutes": "15"}

    answer = signed_in_admin.post(ADDRESS, AS_BEFORE | changed)

    agency.refresh_from_db()
    assert answer.status_code == 303
    assert agency.monday == [480, 1200]
    assert (agency.nation, agency.untaken_minutes) == ("scotland", 15)
    assert told(agency) == [
        (
            "opening_hours_changed",
            {"monday": "8:00–20:00", "nation": "scotland", "untaken_minutes": 15},
        )
    ]
    assert b"monday: 8:00" in signed_in_admin.get("/settings/audit/").content


def test_saying_again_what_stands_records_nothing(signed_in_admin, agency):
    assert signed_in_admin.post(ADDRESS, AS_BEFORE).status_code == 303

    assert told(agency) == []


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("tuesday", "9 to", "Write hours such as"),
        ("nation", "wales", "Choose one of the three"),
        ("untaken_minutes", "0", "one minute at least"),
        ("untaken_minutes", "soon", "whole number"),
    ],
)
def test_a_fault_is_said_beside_its_field_and_nothing_is_saved(
    signed_in_admin, agency, field, typed, said
):
    answer = signed_in_admin.post(ADDRESS, AS_BEFORE | {"monday": "8–20", field: typed})

    agency.refresh_from_db()
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert agency.monday == [540, 1050]


def test_a_bank_holiday_may_be_open_and_another_day_closed(signed_in_admin, agency):
    answer = signed_in_admin.get(ADDRESS)
    assert "Christmas Day" in answer.content.decode()
    year = today().year + 1
    christmas, some_day = date(year, 12, 25), today() + timedelta(3)

    signed_in_admin.post(DAYS, {"day": christmas.isoformat(), "hours": "10–12"})
    signed_in_admin.post(DAYS, {"day": some_day.isoformat(), "hours": ""})

    assert hours_of(agency).on(christmas) == [600, 720]
    assert hours_of(agency).on(some_day) == []
    assert told(agency) == [
        ("special_day_set", {"day": christmas.isoformat(), "hours": "10:00–12:00"}),
        ("special_day_set", {"day": some_day.isoformat(), "hours": "closed"}),
    ]


def test_a_day_is_said_anew_and_forgotten(signed_in_admin, agency):
    day = (today() + timedelta(3)).isoformat()
    for hours in ("10–12", "11–12"):
        signed_in_admin.post(DAYS, {"day": day, "hours": hours})
    assert [each.minutes for each in SpecialDay.objects.all()] == [[660, 720]]

    for _ in range(2):  # a second press changes nothing
        assert signed_in_admin.post(f"{DAYS}forget/", {"day": day}).status_code == 303

    assert not SpecialDay.objects.exists()
    assert [action for action, _ in told(agency)][2:] == ["special_day_forgotten"]


def test_a_day_that_has_passed_or_is_none_is_refused(signed_in_admin):
    for day in ((today() - timedelta(1)).isoformat(), "31 June", ""):
        answer = signed_in_admin.post(DAYS, {"day": day, "hours": "9–12"})

        assert answer.status_code == 422
    assert not SpecialDay.objects.exists()
    assert signed_in_admin.post(f"{DAYS}forget/", {"day": "never"}).status_code == 422


def test_agents_see_no_hours_page_and_change_none(signed_in, agency):
    for address in (ADDRESS, DAYS):
        assert signed_in.get(address).status_code == 403
        assert signed_in.post(address, AS_BEFORE).status_code == 403


def test_one_agencys_days_are_no_others(signed_in_admin, agency, other_agency):
    day = today() + timedelta(3)
    SpecialDay.objects.create(organisation=other_agency, day=day, minutes=[])

    assert day not in hours_of(agency).special
    signed_in_admin.post(f"{DAYS}forget/", {"day": day.isoformat()})

    assert SpecialDay.objects.filter(organisation=other_agency).exists()
