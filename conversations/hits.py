"""The message of a conversation in which the words that found it are."""

from collections.abc import Sequence
from uuid import UUID

from django.db.models import F
from django.db.models.fields.tuple_lookups import TupleIn
from django.utils.safestring import SafeString

from conversations.marking import hit
from conversations.models import Conversation, Message
from conversations.search import best_message
from organisations.models import Organisation


def hits_of(
    conversations: Sequence[Conversation], organisation: Organisation, words: Sequence[str]
) -> dict[UUID, SafeString]:
    """For each of the conversations that has the words, a line of the message, marked.

    Two statements, whatever there is: where the words are, and those messages.
    """
    if not conversations or not words:
        return {}
    ids = [conversation.id for conversation in conversations]
    ours = Conversation.objects.for_organisation(organisation).filter(id__in=ids)
    places = [
        (id_, position)
        for id_, search in ours.values_list("id", "search")
        if (position := best_message(search, organisation.id, words)) is not None
    ]
    messages = Message.objects.for_organisation(organisation)
    found = messages.filter(
        TupleIn((F("conversation_id"), F("position")), places or [(ids[0], -1)])
    )
    return {
        id_: hit(content, words) for id_, content in found.values_list("conversation_id", "content")
    }
