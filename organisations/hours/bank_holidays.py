"""Bank holidays of the United Kingdom's nations, as the `holidays` package knows them.

PostgreSQL reckons open time as well, and has them in a table: `keep_table()` fills it.
"""

from collections.abc import Container
from datetime import date, timedelta
from functools import cache

from holidays import HolidayBase, country_holidays

from foundation.days import today
from organisations.models import BankHoliday, Nation

_SUBDIVISION = {
    Nation.ENGLAND_AND_WALES: "ENG",
    Nation.SCOTLAND: "SCT",
    Nation.NORTHERN_IRELAND: "NIR",
}
_YEARS_BACK, _YEARS_AHEAD = 2, 3


@cache
def bank_holidays(nation: str) -> Container[date]:
    """Days of any year."""
    return _BankHolidays(Nation(nation))


class _BankHolidays(Container[date]):
    """A year's are reckoned when it is first asked about, and asking again is cheap: the overview
    asks about each day that somebody waited."""

    def __init__(self, nation: Nation) -> None:
        self._nation = nation
        self._years: dict[int, frozenset[date]] = {}

    def __contains__(self, day: object) -> bool:
        assert isinstance(day, date)  # noqa: S101 - what the hours ask about
        known = self._years.get(day.year)
        if known is None:
            year = range(day.year, day.year + 1)
            known = self._years[day.year] = frozenset(_of(self._nation, year))
        return day in known


def coming(nation: str, days: int = 366) -> list[tuple[date, str]]:
    """Those from today on for so many days, each with its name."""
    first = today()
    last = first + timedelta(days)
    known = _of(Nation(nation), range(first.year, last.year + 1))
    return sorted((day, name) for day, name in known.items() if first <= day <= last)


def keep_table() -> None:
    """Have the table say of this year, those just past and those that come what the package says:
    one that was proclaimed late is added, one that was moved goes."""
    this_year = today().year
    years = range(this_year - _YEARS_BACK, this_year + _YEARS_AHEAD + 1)
    for nation in Nation:
        known = set(_of(nation, years))
        kept = BankHoliday.objects.filter(nation=nation, day__year__in=years)
        kept.exclude(day__in=known).delete()
        rows = (BankHoliday(nation=nation, day=day) for day in sorted(known))
        BankHoliday.objects.bulk_create(rows, ignore_conflicts=True)


def _of(nation: Nation, years: range) -> HolidayBase:
    return country_holidays("GB", subdiv=_SUBDIVISION[nation], years=years)
