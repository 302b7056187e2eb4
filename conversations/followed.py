"""What of a conversation's changes outsiders may follow (CONTRACT.md, section 3, Change feed)."""

from uuid import UUID

from organisations.actors import Actor
from organisations.changes.numbering import NewChange
from organisations.models import ChangeType


def arrived(lead_id: UUID, conversation_id: UUID, messages: int, *, by: Actor) -> list[NewChange]:
    """That a conversation came, and how many messages with it."""
    return [
        begun(lead_id, conversation_id, by=by),
        added(lead_id, conversation_id, messages, by=by),
    ]


def begun(lead_id: UUID, conversation_id: UUID, *, by: Actor) -> NewChange:
    """That it came."""
    return _of(ChangeType.CONVERSATION_CREATED, lead_id, conversation_id, by)


def closed(lead_id: UUID, conversation_id: UUID, *, by: Actor) -> NewChange:
    return _of(ChangeType.CONVERSATION_CLOSED, lead_id, conversation_id, by)


def reopened(lead_id: UUID, conversation_id: UUID, *, by: Actor) -> NewChange:
    """By a message, or by hand."""
    return _of(ChangeType.CONVERSATION_REOPENED, lead_id, conversation_id, by)


def added(lead_id: UUID, conversation_id: UUID, messages: int, *, by: Actor) -> NewChange:
    """That messages came, as many as one capture brought."""
    return NewChange(
        type=ChangeType.MESSAGE_ADDED,
        by=by,
        lead_id=lead_id,
        conversation_id=conversation_id,
        count=messages,
    )


def moved(conversation_id: UUID, *, from_lead: UUID, to_lead: UUID, by: Actor) -> NewChange:
    """That it is another lead's now."""
    return NewChange(
        type=ChangeType.CONVERSATION_MOVED,
        by=by,
        lead_id=to_lead,
        conversation_id=conversation_id,
        changed=["lead_id"],
        from_value=str(from_lead),
        to_value=str(to_lead),
    )


def _of(type_: ChangeType, lead_id: UUID, conversation_id: UUID, by: Actor) -> NewChange:
    return NewChange(type=type_, by=by, lead_id=lead_id, conversation_id=conversation_id)
