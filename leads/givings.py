"""Conversations that were given from one lead to another, as their events tell of it.

The giving itself stands above (conversations/giving.py). Of each, both leads have an event: the
one that got the conversation says `given_by`, and holds what taking it back needs; the other says
`given_to`. Of a taking back they say `back_to` and `back_from`. Events hold the other lead's id
and never its name: an id names nobody once the lead is erased.
"""

from collections.abc import Iterable
from uuid import UUID

from foundation.ids import parse_uuid
from leads.models import EventKind, Lead, LeadEvent
from organisations.models import Organisation

COUNTERPARTS = ("given_to", "given_by", "back_to", "back_from")


def open_givings(lead: Lead) -> dict[str, LeadEvent]:
    """By conversation the event with which it came, where it can be taken back from this lead.

    It is still here, and did not go and come again since. Two statements.
    """
    events = LeadEvent.objects.filter(
        organisation_id=lead.organisation_id, lead=lead, kind=EventKind.GIVING
    )
    last: dict[str, LeadEvent] = {}
    for event in events.newest_first():
        last.setdefault(event.payload["conversation_id"], event)
    came = {id_: event for id_, event in last.items() if "given_by" in event.payload}
    here = lead.conversations.filter(organisation_id=lead.organisation_id, id__in=came)
    return {str(id_): came[str(id_)] for id_ in here.values_list("id", flat=True)}


def counterpart_of(event: LeadEvent) -> UUID | None:
    """The id of the other lead of a giving."""
    for name in COUNTERPARTS:
        if (said := event.payload.get(name)) is not None:
            return parse_uuid(said)
    return None


def counterparts(events: Iterable[LeadEvent], organisation: Organisation) -> dict[UUID, Lead]:
    """The other leads of these givings, by id, those that still stand or were merged."""
    ids = {id_ for event in events if (id_ := counterpart_of(event)) is not None}
    return Lead.objects.for_organisation(organisation).only("id", "name").in_bulk(ids)
