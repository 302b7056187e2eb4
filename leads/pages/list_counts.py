"""What the list counts: in its line, on its chips and for all that match.

They are counted together, so that they agree whatever was changed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from foundation.lists.listing import Listing
from foundation.lists.paging import MOST_COUNTED, Count
from leads.bulk import MOST_AT_ONCE
from leads.models import Lead
from leads.models.choices import LeadStatus
from leads.models.tally import LeadTally
from leads.pages.filters import LeadFilterForm
from leads.pages.list_url import leads_of


@dataclass(frozen=True, slots=True)
class Matching:
    """All the leads that match, as the bar offers to change them."""

    count: Count

    @property
    def number(self) -> int | None:
        """How many they are, where they are few enough to be counted anew; else None."""
        known = not self.count.more and self.count.number <= MOST_COUNTED
        return self.count.number if known else None

    @property
    def words(self) -> str:
        """Which of them a change takes, as its button says it: `all 37`, `the newest 10,000`."""
        most = Count(MOST_AT_ONCE)
        return f"all {self.count}" if self.count.number <= most.number else f"the newest {most}"


def counts(filters: LeadFilterForm, listing: Listing[Lead] | None = None) -> dict[str, Any]:
    """The count line, the chips with their counts, and all that match.

    A listing of which a page was read may know the count already.
    """
    tally = LeadTally.objects.for_organisation(filters.person.organisation).by_status()
    count = _count(filters, listing or filters.listing(), tally)
    return {
        "count_line": filters.count_line(count, "lead"),
        "chip_groups": filters.chip_groups(tally),
        "matching": Matching(count),
        "hot_waiting": tally.get(LeadStatus.HOT, 0),  # in the page's title
    }


def _count(filters: LeadFilterForm, listing: Listing[Lead], tally: Mapping[str, int]) -> Count:
    """How many leads match; by status alone the tally knows it."""
    if not filters.is_by_status_alone:
        return listing.count()
    statuses = filters.chosen("status") or tally
    return Count(sum(tally.get(status, 0) for status in statuses))


def is_matching(filters: LeadFilterForm, lead_id: UUID) -> bool:
    """Whether the filters let the lead through as it now is."""
    return leads_of(filters).filter(id=lead_id).exists()
