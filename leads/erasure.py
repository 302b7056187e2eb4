"""Erasing all that is kept of a person, for good."""

import logging
from typing import Any

from leads.merging import merged_leads
from leads.models import EventKind, Lead, LeadEvent
from leads.views_of_a_visitor import forget_views_of
from organisations.actors import Actor
from organisations.audit import record
from organisations.changes.forgetting import forget
from organisations.changes.numbering import numbered_last
from organisations.models import AuditAction, AuditTarget, Organisation, SentForm

logger = logging.getLogger(__name__)
# What a merge's event says of the lead that it was not written for.
_NAMES_ANOTHER = ("lead_id", "undone", "into", "out_of")


@numbered_last()
def erase(lead: Lead, organisation: Organisation, *, by: Actor, rule: str | None = None) -> None:
    """Delete the lead, those merged into it, and all their conversations, messages and events.

    What other leads' events of merges say of them goes too, but for the id, and so do the views
    that people saved to find them, and what forms were answered a moment ago. The row must be
    locked: a capture that waits for it finds nobody, and its person becomes a new lead. `rule` is
    what let it go where nobody did. The entry of the trail is its receipt, with how many rows went.
    """
    leads = [lead, *merged_leads(lead)]
    forget_views_of(leads, organisation)
    _forget_in_events_of_others(leads, organisation)
    conversations = messages = 0
    for each in leads:
        erased: tuple[int, int] = each.conversations.all().erase(organisation)
        conversations, messages = conversations + erased[0], messages + erased[1]
    ids = [each.id for each in leads]
    events = LeadEvent.objects.for_organisation(organisation).filter(lead__in=ids)
    told = events._raw_delete(
        events.db
    )  # without Django's cascade, as conversations are (their models)
    rows = Lead.objects.for_organisation(organisation).filter(id__in=ids)
    rows._raw_delete(rows.db)
    forget(organisation, ids, by=by)
    SentForm.objects.for_organisation(organisation).that_said_something().delete()
    by_rule: dict[str, Any] = {} if rule is None else {"rule": rule}
    # The id names nobody any more; who erased it when is what an agency may be asked for.
    record(
        organisation.id,
        AuditAction.PERSON_DATA_ERASED,
        by=by,
        target=AuditTarget.LEAD,
        target_id=lead.id,
        leads=len(leads),
        conversations=conversations,
        messages=messages,
        events=told,
        **by_rule,
    )
    logger.info("lead %s erased by %s %s", lead.id, by.kind.value, by.id)


def _forget_in_events_of_others(leads: list[Lead], organisation: Organisation) -> None:
    """Merges that were undone left the person's name and facts with the other lead."""
    events = LeadEvent.objects.for_organisation(organisation).filter(kind=EventKind.MERGE)
    erased = {str(lead.id) for lead in leads}
    met = {
        event.payload[key]
        for event in events.filter(lead__in=leads)
        for key in _NAMES_ANOTHER
        if key in event.payload
    }
    changed = []
    for event in events.filter(lead__in=met - erased):
        for key in _NAMES_ANOTHER:
            if event.payload.get(key) in erased:
                kept = ("merge_id",) if key == "undone" else ()
                event.payload = {key: event.payload[key], "erased": True} | {
                    name: event.payload[name] for name in kept
                }
                changed.append(event)
                break
    if changed:
        LeadEvent.objects.bulk_update(changed, ["payload"])
