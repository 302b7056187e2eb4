"""What a list still holds as the page showed it on which a person chose all that match.

Ids are made in the writing, and grow: a lead that arrived after the page has a greater id than
`made`, which is an id of the page's moment, and so has every event of what happened since. What the
person did themselves is not held against them: they know of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Exists, OuterRef

from leads.models import EventKind, Lead, LeadEvent, LeadEventQuerySet, LeadQuerySet
from organisations.actors import Actor


@dataclass(frozen=True, slots=True)
class Shown:
    """The page, and who chose on it."""

    made: UUID
    by: Actor
    number: int | None = None  # how many it said match; None where it did not count them all

    def arrived(self, leads: LeadQuerySet) -> LeadQuerySet:
        """Those of the leads that came after the page."""
        return leads.filter(id__gt=self.made)

    def there(self, leads: LeadQuerySet) -> LeadQuerySet:
        """Those that came before it."""
        return leads.filter(id__lte=self.made)

    def overtaken(self, leads: LeadQuerySet) -> LeadQuerySet:
        """Those that came before it, and that somebody else changed since."""
        return self.there(leads).filter(Exists(self._changes_of_each()))

    def untouched(self, leads: LeadQuerySet) -> LeadQuerySet:
        """Those that came before it, and that nobody else changed since."""
        return self.there(leads).filter(~Exists(self._changes_of_each()))

    def still_untouched(self, leads: Sequence[Lead]) -> list[Lead]:
        """Those of one agency's leads, which are locked, that nobody else changed since.

        A statement that waits for a lock then reads the lead anew, but its events as they were when
        it began to wait; only the next statement sees those of whoever held the lock.
        """
        if not leads:
            return []
        changes = self._changes().filter(organisation=leads[0].organisation_id, lead__in=leads)
        overtaken = set(changes.values_list("lead_id", flat=True))
        return [lead for lead in leads if lead.id not in overtaken]

    def _changes_of_each(self) -> LeadEventQuerySet:
        return self._changes().filter(organisation=OuterRef("organisation"), lead=OuterRef("id"))

    def _changes(self) -> LeadEventQuerySet:
        """By which a lead may have come among those that match; by a note it cannot."""
        since = LeadEvent.objects.filter(id__gt=self.made).exclude(kind=EventKind.NOTE)
        return since.exclude(actor_id=self.by.id)
