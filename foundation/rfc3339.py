"""Moments as other systems read them, in the API and in files (RFC 3339)."""

from datetime import UTC, datetime


def rfc3339(moment: datetime) -> str:
    """`2026-06-01T09:30:00.123456Z`: in UTC, always to the microsecond."""
    if moment.tzinfo is not UTC:
        moment = moment.astimezone(UTC)
    return moment.isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"
