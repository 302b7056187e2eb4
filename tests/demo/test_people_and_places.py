"""Who comes to the demo's agencies, from where and when: as a reader would expect it."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from random import Random

from sift_site.demo.agencies import agencies
from sift_site.demo.arrivals import CAME_LATELY, arrival
from sift_site.demo.people import ORIGINS

UNTIL = datetime(2026, 6, 1, 15, tzinfo=UTC)


def days_of_arrival(total: int) -> list[date]:
    random = Random("a year")
    return [arrival(random, n, total, UNTIL).date() for n in range(CAME_LATELY, total)]


def test_a_family_name_goes_with_its_given_name():
    families = {name: family for origin in ORIGINS for name, family in origin.bearers}

    assert "Kamińska" in families["Zofia"]
    assert "Kamińska" not in families["Łukasz"]
    assert "Kaur" in families["Simran"]
    assert "Kaur" not in families["Gurdeep"]
    assert not set(families["Kwame"]) & set(families["Tunde"])


def test_the_first_agency_has_two_offices_in_one_region_and_five_people():
    first = next(agencies(1))

    assert [town.name for town in first.towns] == ["Bristol", "Bath"]
    assert len(first.people) == 5


def test_agencies_past_the_named_ones_have_two_towns_too():
    assert all(len(agency.towns) == 2 for agency in agencies(40))


def test_the_year_grows():
    days = days_of_arrival(10_000)

    first_quarter = sum(day < date(2025, 9, 1) for day in days)
    last_quarter = sum(day >= date(2026, 3, 1) for day in days)
    assert last_quarter > 1.7 * first_quarter


def test_a_year_has_its_weeks_and_its_christmas():
    days = days_of_arrival(10_000)

    weekdays = Counter(day.weekday() for day in days)
    assert weekdays[0] > 1.4 * weekdays[5]  # a Monday, and a Saturday
    months = Counter(day.month for day in days)
    assert months[12] < 0.75 * min(months[11], months[1])


def test_all_come_within_the_year_before_the_time():
    days = days_of_arrival(1_000)

    assert min(days) >= UNTIL.date() - timedelta(days=365)
    assert max(days) < UNTIL.date()
