"""An agency's day is Europe/London (CONTRACT.md, section 1), whatever zone a person's pages use."""

from datetime import date
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.utils import timezone

AGENCY_ZONE = ZoneInfo("Europe/London")


def today() -> date:
    """The agency's day now."""
    return timezone.localdate(timezone=AGENCY_ZONE)


def zone_of(name: str) -> ZoneInfo:
    """The zone of that IANA name; the agency's where this machine does not know it (any more)."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return AGENCY_ZONE
