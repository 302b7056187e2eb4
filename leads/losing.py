"""Why a lead was lost: one of a short list of reasons, and that in a person's own words.

Both stand on the lead while it is lost (a trigger clears them), and for good in the event of its
move, in the columns' names.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from leads.models import Lead
from leads.models.choices import LostReason

COLUMNS = ("lost_reason", "lost_words")
LONGEST_WORDS = 500  # characters

Why = Mapping[str, Any]  # the columns as they stand


@dataclass(frozen=True, slots=True)
class LostFor:
    """A person's answer to why."""

    reason: LostReason
    words: str | None = None

    @property
    def columns(self) -> Why:
        return {"lost_reason": self.reason.value, "lost_words": self.words}


def why_lost(lead: Lead) -> Why:
    """The lead's columns; of a lead that is not lost they are None."""
    return {name: getattr(lead, name) for name in COLUMNS}


def write_down(reasons: Iterable[tuple[Lead, Why]]) -> None:
    """Say of each lead why it is lost. The rows must be locked, and stand as lost."""
    leads = []
    for lead, why in reasons:
        lead.lost_reason, lead.lost_words = why["lost_reason"], why["lost_words"]
        leads.append(lead)
    Lead.objects.bulk_update(leads, COLUMNS)
