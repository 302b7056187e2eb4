"""An agency's day is Europe/London (CONTRACT.md, section 1), whatever zone a person's pages use."""

from datetime import date
from zoneinfo import ZoneInfo

from django.utils import timezone

AGENCY_ZONE = ZoneInfo("Europe/London")


def today() -> date:
    """The agency's day now."""
    return timezone.localdate(timezone=AGENCY_ZONE)
