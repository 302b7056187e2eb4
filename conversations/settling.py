"""What follows from what arrived: the lead's score, its events, and what the feed tells."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from conversations.followed import added, begun, reopened
from conversations.standing import Standing
from conversations.talks import Talk
from conversations.writing import write
from leads.agency_weights import weights_of
from leads.contacts import columns_to_save
from leads.events import event_row
from leads.followed import Stood, note_created, note_differences, note_status
from leads.models import EventKind, Lead
from leads.models.choices import LeadStatus
from leads.scoring import apply_score
from organisations.actors import SYSTEM, Actor
from organisations.changes.numbering import note
from organisations.models import Organisation


@dataclass(slots=True)
class Settling:
    """What a batch comes to, gathered talk by talk and written at once."""

    organisation: Organisation
    by: Actor
    standing: Standing
    new_leads: list[Lead] = field(default_factory=list)
    changed_leads: dict[Lead, set[str]] = field(default_factory=dict)
    talks: dict[UUID, Talk] = field(default_factory=dict)  # new and changed
    events: list[tuple[Any, ...]] = field(default_factory=list)
    told: set[UUID] = field(default_factory=set)  # the new leads that the feed was told of

    def settle(
        self, talk: Talk, told: dict[str, Any], stood: Stood, *, messages: int,
        began: bool = False, was_closed: bool = False,
    ) -> None:  # fmt: skip
        """Score the lead, record the capture and what it did, and have the feed told."""
        lead, organisation_id = talk.lead, self.organisation.id
        self.talks[talk.id] = talk
        had_moved_on = lead.moved_on
        if messages and lead.moved_on and lead.status == LeadStatus.NEW:
            lead.moved_on = False  # somebody put it back to new: that holds until its next message
        status_change = apply_score(
            lead, self.standing.visitor_messages[lead.id], weights_of(organisation_id)
        )
        if told or began or lead.score != stood["score"]:
            self._record(talk, told, stood)
        if status_change is not None:
            self.events.append(
                event_row(
                    organisation_id, lead.id, EventKind.STATUS, by=SYSTEM, change=status_change
                )
            )
        if lead.id in self.standing.leads:
            changed = [name for name, was in stood.items() if getattr(lead, name) != was]
            moved = ["moved_on"] if lead.moved_on != had_moved_on else []
            if columns := [*columns_to_save(changed), *moved]:
                self.changed_leads.setdefault(lead, set()).update(columns)
        self._note(talk, stood, messages=messages, began=began, was_closed=was_closed)

    def _record(self, talk: Talk, told: dict[str, Any], stood: Stood) -> None:
        lead = talk.lead
        payload = {
            "conversation_id": str(talk.id),
            "channel": talk.channel,
            **({"filled": []} | told),
            "score": {"from": stood["score"], "to": lead.score},
        }
        self.events.append(
            event_row(self.organisation.id, lead.id, EventKind.CAPTURE, by=self.by, payload=payload)
        )

    def _note(
        self, talk: Talk, stood: Stood, *, messages: int, began: bool, was_closed: bool
    ) -> None:
        """What the feed tells of it: what came, and what it did to the lead."""
        lead, by = talk.lead, self.by
        is_new = lead.id not in self.standing.leads and lead.id not in self.told
        if is_new:
            note_created(lead, by=by)
            self.told.add(lead.id)
        if began:
            note(self.organisation.id, begun(lead.id, talk.id, by=by))
        if was_closed:
            note(self.organisation.id, reopened(lead.id, talk.id, by=by))
        if messages:
            note(self.organisation.id, added(lead.id, talk.id, messages, by=by))
        if not is_new:
            note_differences(lead, stood, by=by)
        elif lead.status != stood["status"]:
            note_status(lead, (stood["status"], lead.status), by=SYSTEM)

    def write(self) -> None:
        """Write all of it, in the transaction of whoever captures."""
        if not self.talks:
            return
        write(
            self.organisation,
            new_leads=self.new_leads,
            changed_leads=self.changed_leads,
            talks=list(self.talks.values()),
            events=self.events,
        )
