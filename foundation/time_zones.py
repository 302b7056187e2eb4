"""The time zones that a person may choose, by region."""

from functools import cache
from zoneinfo import available_timezones

_REGIONS = (
    ("Europe", "Europe"),
    ("Africa", "Africa"),
    ("America", "America"),
    ("Antarctica", "Antarctica"),
    ("Asia", "Asia"),
    ("Atlantic", "Atlantic Ocean"),
    ("Australia", "Australia"),
    ("Indian", "Indian Ocean"),
    ("Pacific", "Pacific Ocean"),
)


@cache
def time_zones_by_region() -> list[tuple[str, list[tuple[str, str]]]]:
    """`[("Europe", [("Europe/London", "London"), …]), …]`; the agencies' own region comes first.

    IANA's other names (`GB`, `Etc/GMT+1`, `US/Pacific`) are old spellings of these, or no places.
    """
    names = sorted(available_timezones())
    return [
        (words, [(name, _place(name)) for name in names if name.startswith(f"{region}/")])
        for region, words in _REGIONS
    ]


def _place(name: str) -> str:
    """`America/Argentina/Salta` as "Salta, Argentina"."""
    return ", ".join(reversed(name.replace("_", " ").split("/")[1:]))
