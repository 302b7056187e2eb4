"""Times as the API reads and counts them (CONTRACT.md, section 2, `since`)."""

import re
from datetime import UTC, datetime, timedelta

ACCEPTED = (
    "a time or date such as 2026-06-01T09:30:00Z, 20260601T093000Z, 2026-06-01T09:30:00+01:00 or "
    "2026-06-01"
)

# RFC 3339, and the ISO 8601 spellings near it. The basic one has neither dash nor colon; it needs
# its T, since a plain number may be anything. A `+` in an address arrives as a space unless its
# sender encoded it, so a space stands for one before the offset.
_FORM = re.compile(
    r"(?P<year>[0-9]{4})(?P<dash>-)?(?P<month>[0-9]{2})(?(dash)-)(?P<day>[0-9]{2})"
    r"(?(dash)|(?=[Tt]))"
    r"(?:[Tt ](?P<hour>[0-9]{2})(?(dash):)(?P<minute>[0-9]{2})"
    r"(?:(?(dash):)(?P<second>[0-9]{2})(?:[.,](?P<fraction>[0-9]{1,30}))?)?"
    r"(?:[Zz]|(?P<sign>[-+ ])(?P<ahead_hours>[0-9]{2}):?(?P<ahead_minutes>[0-9]{2})?)?)?"
)


def parse(text: str) -> datetime:
    """The time, in UTC; ValueError where `text` is none, plain numbers included.

    Without a zone it is UTC; a date is its first moment. Times are kept to the microsecond; what
    is finer is rounded up, so that "at or after" stays true.
    """
    form = _FORM.fullmatch(text)
    if form is None:
        raise ValueError("not a time")
    year, month, day, hour, minute, second, ahead_hours, ahead_minutes = (
        int(form[part] or 0)
        for part in (
            "year", "month", "day", "hour", "minute", "second", "ahead_hours", "ahead_minutes",
        )
    )  # fmt: skip
    # RFC 3339 knows leap seconds and ISO 8601 the end of a day as 24:00; both are the next moment.
    if hour > 23 and (hour, minute, second, int(form["fraction"] or 0)) != (24, 0, 0, 0):
        raise ValueError("no such hour")
    if minute > 59 or second > 60 or ahead_hours > 23 or ahead_minutes > 59:
        raise ValueError("no such time")
    ahead = timedelta(hours=ahead_hours, minutes=ahead_minutes)
    if form["sign"] == "-":
        ahead = -ahead
    within = timedelta(hours=hour, minutes=minute, seconds=second)
    try:
        # One sum, so that only where it ends must lie within the years 1 to 9999.
        return datetime(year, month, day, tzinfo=UTC) + (
            within + _microseconds(form["fraction"]) - ahead
        )
    except OverflowError:
        raise ValueError("outside the years 1 to 9999") from None


def _microseconds(fraction: str | None) -> timedelta:
    if not fraction:
        return timedelta(0)
    whole = int(fraction[:6].ljust(6, "0"))
    return timedelta(microseconds=whole + (int(fraction[6:] or 0) > 0))


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def to_microseconds(time: datetime) -> int:
    """Microseconds since 1970."""
    return (time - _EPOCH) // timedelta(microseconds=1)


def from_microseconds(count: int) -> datetime:
    """Its inverse; OverflowError outside the years 1 to 9999."""
    return _EPOCH + timedelta(microseconds=count)
