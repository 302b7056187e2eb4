"""Making anew what conversations are found by, where the rules were others when it was stored."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from uuid import UUID

from django.db import transaction

from conversations.models import Conversation, Message
from conversations.search import document
from foundation.database.search_column import write_documents
from organisations.models import Organisation

_AT_ONCE = 500


def renew_conversations(organisation: Organisation) -> Iterator[int]:
    """How many of the organisation's conversations are found otherwise now, batch by batch.

    Each batch is a transaction. Safe to run again, and while others read and write.
    """
    following = Conversation.objects.for_organisation(organisation).order_by("id")
    while True:
        with transaction.atomic():
            # Locked, so that no message comes in between.
            conversations = list(following.select_for_update()[:_AT_ONCE])
            told = _told(organisation, conversations)
            written = write_documents(
                Conversation,
                [
                    (each.id, document(organisation.id, told[each.id], each.languages_used))
                    for each in conversations
                ],
            )
        if not conversations:
            return
        yield written
        following = following.filter(id__gt=conversations[-1].id)


def _told(
    organisation: Organisation, conversations: Sequence[Conversation]
) -> dict[UUID, list[str]]:
    """What was said in each of the conversations, in order."""
    messages = Message.objects.for_organisation(organisation)
    in_order = messages.filter(conversation__in=conversations).order_by("conversation", "position")
    told = defaultdict(list)
    for id_, content in in_order.values_list("conversation_id", "content"):
        told[id_].append(content)
    return told
