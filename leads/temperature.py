"""The score's band (CONTRACT.md, section 1): always that, whatever the status is."""

from typing import Literal

HOT_FROM = 70
WARM_FROM = 40

Temperature = Literal["hot", "warm", "cold"]


def temperature(score: int | None) -> Temperature | None:
    """The score's band; None while there is no score."""
    if score is None:
        return None
    if score >= HOT_FROM:
        return "hot"
    return "warm" if score >= WARM_FROM else "cold"
