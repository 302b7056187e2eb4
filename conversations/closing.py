"""A conversation that is over is closed; it may be opened again by hand, or by its next message."""

from collections.abc import Callable
from uuid import UUID

from conversations.choices import ConversationStatus
from conversations.followed import closed, reopened
from conversations.models import Conversation
from organisations.actors import Actor
from organisations.changes.numbering import NewChange, note, numbered_last
from organisations.models import Organisation

_TOLD: dict[ConversationStatus, Callable[..., NewChange]] = {
    ConversationStatus.CLOSED: closed,
    ConversationStatus.OPEN: reopened,
}


@numbered_last()
def set_status(
    organisation: Organisation, conversation_id: UUID, status: ConversationStatus, *, by: Actor
) -> bool:
    """Close or open it; whether there is such a conversation.

    Setting what stands changes nothing and tells nobody.
    """
    ours = Conversation.objects.for_organisation(organisation).filter(id=conversation_id)
    conversation = ours.select_for_update(no_key=True).first()
    if conversation is None:
        return False
    if conversation.status != status:
        conversation.status = status
        conversation.save(update_fields=["status"])  # a trigger moves its `updated_at`
        note(organisation.id, _TOLD[status](conversation.lead_id, conversation.id, by=by))
    return True
