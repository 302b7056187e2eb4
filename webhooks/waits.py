"""How long a try that failed is waited after: longer each time, never quite the same, and as long
as the receiver asks for."""

import random
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

WAITS = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    *(timedelta(hours=hours) for hours in (2, 5, 10, 14, 20, 24)),
)
SPREAD = 0.2  # either way: those that failed together do not come back together
LONGEST_ASKED = timedelta(hours=24)  # a Retry-After is minded up to here
_ASKING = frozenset({429, 503})  # answers that speak of the receiver, not of the event


def after_try(number: int, *, asked: timedelta | None = None) -> timedelta:
    """The wait after so many tries; past the last it stays as long as that one's."""
    wait = WAITS[min(number, len(WAITS)) - 1]
    spread = wait * random.uniform(1 - SPREAD, 1 + SPREAD)  # noqa: S311  # nobody is to guess less
    return max(spread, min(asked, LONGEST_ASKED)) if asked is not None else spread


def was_last(number: int) -> bool:
    """Whether no try is left after so many."""
    return number > len(WAITS)


def asked_for(retry_after: str | None, now: datetime) -> timedelta | None:
    """The wait that a Retry-After asks for: seconds, or a date (RFC 9110, 10.2.3)."""
    if retry_after is None:
        return None
    text = retry_after.strip()
    if text.isascii() and text.isdigit():
        return min(timedelta(seconds=int(text[:9])), LONGEST_ASKED)
    try:
        at = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    at = at if at.tzinfo is not None else at.replace(tzinfo=UTC)
    return min(max(at - now, timedelta(0)), LONGEST_ASKED)


def speaks_of_itself(status: int | None) -> bool:
    """Whether an answer's Retry-After is for all that the endpoint is sent."""
    return status in _ASKING
