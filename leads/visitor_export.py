"""All that is kept of a person, as one JSON object for them to be given."""

from datetime import date, datetime
from typing import Any

from leads.merging import merged_leads
from leads.models import FACT_FIELDS, Lead, LeadEvent
from leads.models.choices import CONSENT, ORIGIN_FIELDS
from organisations.models import Organisation


def visitor_export(lead: Lead, organisation: Organisation) -> dict[str, Any]:
    """`{"lead", "merged_leads", "conversations", "events"}`, oldest first, times in ISO 8601."""
    merged = merged_leads(lead)
    ids = [each.id for each in (lead, *merged)]
    # A higher app's rows, reached by reverse relation; their queries are beyond the types.
    every: Any = lead.conversations.for_organisation(organisation)
    conversations = (
        every.with_messages(organisation).with_receipts(organisation).order_by("created_at", "id")
    )
    events = LeadEvent.objects.for_organisation(organisation).filter(lead__in=ids)
    return {
        "lead": _lead(lead),
        "merged_leads": [_lead(each) for each in merged],
        "conversations": [_conversation(each) for each in conversations],
        "events": [_event(each) for each in events.order_by("created_at", "id")],
    }


def _lead(lead: Lead) -> dict[str, Any]:
    return {
        "id": str(lead.id),
        **{field: getattr(lead, field) for field in (*FACT_FIELDS, *ORIGIN_FIELDS, CONSENT)},
        "status": lead.status,
        "lost_reason": lead.lost_reason,
        "lost_words": lead.lost_words,
        "score": lead.score,
        "source": lead.source,
        "assignee": lead.assignee.name if lead.assignee else None,
        "follow_up_on": _text(lead.follow_up_on),
        "first_contacted_at": _text(lead.first_contacted_at),
        "contact_open_seconds": lead.contact_open_seconds,
        "is_kept": lead.is_kept,
        "set_by_hand": lead.hand_set,
        "created_at": _text(lead.created_at),
        "updated_at": _text(lead.updated_at),
    }


def _conversation(conversation: Any) -> dict[str, Any]:
    return {
        "id": str(conversation.id),
        "external_id": conversation.external_id,
        "channel": conversation.channel,
        "status": conversation.status,
        "languages_used": conversation.languages_used,
        "created_at": _text(conversation.created_at),
        "messages": [
            {
                "role": message.role,
                "content": message.content,
                "created_at": _text(message.created_at),
            }
            for message in conversation.messages.all()
        ],
        "facts_read": [
            {
                "fact": receipt.fact,
                "said": receipt.said,
                "message": receipt.position,  # its place in the conversation, from 0
                "start": receipt.start,
                "end": receipt.end,
                "rule": receipt.rule,
            }
            for receipt in conversation.receipts.all()
        ],
    }


def _event(event: LeadEvent) -> dict[str, Any]:
    return {
        "lead_id": str(event.lead_id),
        "kind": event.kind,
        "from": event.from_value,
        "to": event.to_value,
        "payload": event.payload,
        "by": event.actor_name,
        "created_at": _text(event.created_at),
    }


def _text(moment: date | datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
