"""What a change of many leads leaves in the audit trail: one entry, whatever its batches."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Self
from uuid import UUID

from leads.models import EventKind, Lead
from organisations.actors import Actor
from organisations.audit import record
from organisations.models import AuditAction, AuditTarget


@dataclass(frozen=True, slots=True)
class Trail:
    """What a run has done so far. It is about the run of `bulk_id`, which an Undo takes back."""

    by: Actor
    bulk_id: UUID
    details: Mapping[str, str | None]  # what was done, in ids and words of value sets
    names: Mapping[str, str] = field(default_factory=dict)  # of details that are ids
    organisation_id: UUID | None = None  # known from the first lead that changed
    changed: int = 0
    left: Counter[str] = field(default_factory=Counter)  # leads by the status they were moved from

    def plus(self, leads: Sequence[Lead]) -> Self:
        """The same with a batch more; this one stays as it is, should the batch be rolled back.

        `leads` are those that the batch changed; a moved one says the status that it had before.
        """
        if not leads:
            return self
        moved = leads if self.details["what"] == EventKind.STATUS else ()
        return replace(
            self,
            organisation_id=leads[0].organisation_id,
            changed=self.changed + len(leads),
            left=self.left + Counter(str(lead.status) for lead in moved),
        )

    def write(self) -> None:
        """The run's entry; none where nothing changed."""
        if self.organisation_id is None:
            return
        record(
            self.organisation_id,
            AuditAction.LEADS_CHANGED,
            by=self.by,
            target=AuditTarget.LEADS,
            target_id=self.bulk_id,
            names=self.names,
            leads=self.changed,
            **self.details,
            **{f"from_{status}": number for status, number in sorted(self.left.items())},
        )
