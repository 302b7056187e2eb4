"""When an agency is open, against a slow count of every minute."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from foundation.days import AGENCY_ZONE, today
from organisations.hours.bank_holidays import bank_holidays, keep_table
from organisations.hours.opening import OpeningHours
from organisations.hours.reading import hours_of
from organisations.models import BankHoliday, Nation, Organisation, SpecialDay
from organisations.models.opening_hours import WEEKDAYS

OFFICE = (540, 1050)
A_MINUTE = timedelta(minutes=1)
# Clocks change on 29 March and on 25 October 2026; Good Friday is on 3 April.
AROUND = [date(2026, 3, 27), date(2026, 10, 23), date(2026, 4, 1), date(2026, 12, 23)]


def hours(**more) -> OpeningHours:
    """Nine to half past five from Monday to Friday, and on Saturday to four."""
    week = [*[OFFICE] * 5, (540, 960), ()]
    return OpeningHours(**{"week": week, "special": {}, "bank_holidays": ()} | more)


def london(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=AGENCY_ZONE)


# --- By example -----------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("moment", "is_open", "opens"),
    [
        ("2026-06-01 08:59", False, "2026-06-01 09:00"),
        ("2026-06-01 09:00", True, "2026-06-01 09:00"),
        ("2026-06-01 17:29", True, "2026-06-01 17:29"),
        ("2026-06-01 17:30", False, "2026-06-02 09:00"),
        ("2026-06-06 16:00", False, "2026-06-08 09:00"),  # Saturday's end; Monday
    ],
)
def test_it_is_open_from_its_opening_up_to_its_closing(moment, is_open, opens):
    assert hours().is_open(london(moment)) is is_open
    assert hours().next_opening(london(moment)) == london(opens)


def test_a_bank_holiday_is_closed_unless_it_has_hours_of_its_own():
    easter = bank_holidays(Nation.ENGLAND_AND_WALES)
    good_friday = date(2026, 4, 3)

    closed = hours(bank_holidays=easter)
    opened = hours(bank_holidays=easter, special={good_friday: (600, 720)})

    thursday_evening = london("2026-04-02 18:00")
    assert closed.next_opening(thursday_evening) == london("2026-04-04 09:00")
    assert opened.next_opening(thursday_evening) == london("2026-04-03 10:00")


def test_each_nation_keeps_its_own_bank_holidays():
    st_andrews = date(2026, 11, 30)

    keep = [nation for nation in Nation if st_andrews in bank_holidays(nation)]

    assert keep == [Nation.SCOTLAND]


@pytest.mark.parametrize(
    ("day", "following"),
    [
        ("2026-06-04", "2026-06-05"),
        ("2026-06-05", "2026-06-08"),  # over a Saturday that is open
        ("2026-06-06", "2026-06-08"),
        ("2026-04-02", "2026-04-07"),  # over Good Friday and Easter Monday
    ],
)
def test_the_next_working_day_is_a_weekday_on_which_it_opens(day, following):
    easter = hours(bank_holidays=bank_holidays(Nation.ENGLAND_AND_WALES))

    found = easter.next_working_day(date.fromisoformat(day))

    assert found == date.fromisoformat(following)


def test_who_is_never_open_has_no_next_opening_and_no_open_time():
    never = hours(week=[()] * 7)
    began = london("2026-06-01 09:00")

    assert never.next_opening(began) is None
    assert never.next_working_day(began.date()) == date(2026, 6, 2)
    assert never.after(began, A_MINUTE) is None
    assert never.open_between(began, began + timedelta(30)) == timedelta(0)


@pytest.mark.parametrize(("day", "open_for"), [("2026-03-29", 23), ("2026-10-25", 25)])
def test_a_day_and_night_business_is_open_as_long_as_the_day_is(day, open_for):
    always = hours(week=[(0, 1440)] * 7)
    midnight = london(f"{day} 00:00")
    following = london(day) + timedelta(1)

    assert always.open_between(midnight, following) == timedelta(hours=open_for)


# --- Against a slow count -------------------------------------------------------------------------
EDGES = [*range(0, 60, 15), *range(120, 1441, 15)]
days = st.lists(st.sampled_from(EDGES), max_size=6, unique=True).map(
    lambda edges: tuple(sorted(edges[: len(edges) // 2 * 2]))
)
moments = st.builds(
    lambda day, minutes: datetime.combine(day, datetime.min.time(), tzinfo=UTC) + minutes,
    st.sampled_from(AROUND),
    st.integers(0, 5 * 24 * 60).map(lambda minutes: timedelta(minutes=minutes)),
)
calendars = st.builds(
    OpeningHours,
    week=st.lists(days, min_size=7, max_size=7),
    special=st.dictionaries(
        st.sampled_from([start + timedelta(n) for start in AROUND for n in range(5)]), days
    ),
    bank_holidays=st.just(bank_holidays(Nation.ENGLAND_AND_WALES)),
)


def shows_open(calendar: OpeningHours, moment: datetime) -> bool:
    """By what a clock on the agency's wall shows."""
    wall = moment.astimezone(AGENCY_ZONE)
    minutes, shown = calendar.on(wall.date()), 60 * wall.hour + wall.minute
    return any(
        opens <= shown < closes for opens, closes in zip(minutes[::2], minutes[1::2], strict=True)
    )


@settings(max_examples=150, deadline=None)
@given(calendar=calendars, began=moments, minutes=st.integers(0, 4000))
def test_open_time_is_what_counting_every_minute_finds(calendar, began, minutes):
    passed = [began + n * A_MINUTE for n in range(minutes)]
    counted = sum(shows_open(calendar, moment) for moment in passed)

    assert calendar.open_between(began, began + minutes * A_MINUTE) == counted * A_MINUTE


@settings(max_examples=150, deadline=None)
@given(calendar=calendars, moment=moments)
def test_the_next_opening_is_the_first_open_minute(calendar, moment):
    ahead = (moment + n * A_MINUTE for n in range(4000))
    found = next((each for each in ahead if shows_open(calendar, each)), None)

    assert calendar.is_open(moment) is (found == moment)
    if found is not None:
        assert calendar.next_opening(moment) == found


@settings(max_examples=100, deadline=None)
@given(calendar=calendars, began=moments, minutes=st.integers(1, 600))
def test_so_much_open_time_has_passed_at_its_end_and_not_before(calendar, began, minutes):
    ended = calendar.after(began, minutes * A_MINUTE)

    if ended is not None:
        assert calendar.open_between(began, ended) == minutes * A_MINUTE
        assert calendar.open_between(began, ended - A_MINUTE) < minutes * A_MINUTE


# --- PostgreSQL's count ---------------------------------------------------------------------------
def open_seconds(agency: Organisation, began: datetime, ended: datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT organisations_open_seconds(%s, %s, %s)", [agency.id, began, ended])
        return cursor.fetchone()[0]


@settings(
    max_examples=100,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(calendar=calendars, began=moments, minutes=st.integers(-60, 8000))
def test_postgresql_finds_the_same(agency, calendar, began, minutes):
    for day, edges in zip(WEEKDAYS, calendar.week, strict=True):
        setattr(agency, day, list(edges))
    agency.save()
    SpecialDay.objects.all().delete()
    SpecialDay.objects.bulk_create(
        SpecialDay(organisation=agency, day=day, minutes=list(edges))
        for day, edges in calendar.special.items()
    )
    ended = began + minutes * A_MINUTE

    found = timedelta(seconds=open_seconds(agency, began, ended))

    assert found == calendar.open_between(began, ended)
    assert hours_of(agency).open_between(began, ended) == found


def test_an_agency_that_said_nothing_is_open_in_office_hours(agency):
    monday, next_monday = london("2026-06-01 00:00"), london("2026-06-08 00:00")

    assert open_seconds(agency, monday, next_monday) == (5 * 8.5 + 7) * 3600
    assert hours_of(agency).is_open(london("2026-06-06 15:59"))


def test_the_table_of_bank_holidays_follows_the_package(db):
    year = today().year
    moved = date(year, 12, 25)
    BankHoliday.objects.filter(nation="scotland", day=moved).update(day=date(year, 11, 5))

    keep_table()

    kept = BankHoliday.objects.filter(nation="scotland", day__year=year)
    assert moved in set(kept.values_list("day", flat=True))
    assert all(day in bank_holidays("scotland") for day in kept.values_list("day", flat=True))
