"""A conversation that is read: which piece of it, what is looked for in it, what it brought."""

import re
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import UUIDField
from django.http import Http404, QueryDict
from django.shortcuts import get_object_or_404

from conversations.facts_taken import facts_taken
from conversations.finding import find
from conversations.models import Conversation, Message, MessageQuerySet
from conversations.transcript import piece_about, piece_of
from organisations.models import Organisation
from organisations.requests import SignedInRequest

_PLACE = re.compile(r"(?P<start>[0-9]{1,6})-(?P<end>[0-9]{1,6})")


def conversation_or_404(request: SignedInRequest, conversation_id: UUID) -> Conversation:
    """The agency's conversation with its lead."""
    ours = Conversation.objects.for_organisation(request.organisation).select_related("lead")
    return get_object_or_404(ours.defer("search", "lead__search"), id=conversation_id)


def messages_of(conversation: Conversation, organisation: Organisation) -> MessageQuerySet:
    return Message.objects.for_organisation(organisation).filter(conversation=conversation)


def read(
    conversation: Conversation, organisation: Organisation, query: QueryDict
) -> dict[str, Any]:
    """The conversation as the address asks for it: about a message (`message`), about one that has
    what is looked for (`find`, `hit`), or from a place on; else its end."""
    messages = messages_of(conversation, organisation)
    found = find(messages, query.get("find", ""), query.get("hit", ""))
    if asked := query.get("message"):
        piece = piece_about(messages, _message_or_404(messages, asked))
        _mark_words(piece.messages, asked, query.get("words", ""))
    elif found.message is not None:
        piece = piece_about(messages, messages.get(id=found.message))
    else:
        piece = piece_of(messages, query)
    return {"conversation": conversation, "piece": piece, "found": found}


def read_beside_facts(
    conversation: Conversation, organisation: Organisation, query: QueryDict
) -> dict[str, Any]:
    """The same, with the facts that were taken from it."""
    facts = facts_taken(conversation, organisation)
    return read(conversation, organisation, query) | {"facts": facts}


def _mark_words(messages: Sequence[Message], asked: str, words: str) -> None:
    """Have the words of the message marked that the address names: `3-9`, in code points."""
    place = _PLACE.fullmatch(words)
    if place is None:
        return
    for message in messages:
        if str(message.id) == asked:
            message.asked_words = int(place["start"]), int(place["end"])


def _message_or_404(messages: MessageQuerySet, asked: str) -> Message:
    try:
        id_ = UUIDField().to_python(asked)
    except ValidationError:
        raise Http404 from None
    return get_object_or_404(messages, id=id_)
