"""Conversations: their list, one, its status, and its messages."""

from uuid import UUID

from conversations.closing import set_status
from foundation.ids import parse_uuid
from organisations.changes.numbering import numbered_last
from sift_site.api import operations, problems, reads, schemas
from sift_site.api.answers import (
    conversation_etag,
    conversation_response,
    list_response,
    not_modified,
    require_match,
)
from sift_site.api.endpoint import endpoint
from sift_site.api.http import Answer, ApiRequest
from sift_site.api.operations import Operation
from sift_site.api.parameters import (
    CONVERSATIONS,
    MESSAGES,
    ListQuery,
    conversation_parameters,
    faults_of_any,
    read_list_query,
)
from sift_site.api.problems import Problem
from sift_site.api.taking import read_body


@endpoint(
    "GET",
    operation=Operation(
        id="list_conversations",
        tag=operations.CONVERSATIONS,
        summary="List conversations",
        description="The agency's conversations, newest first by `created_at`; those of one "
        "lead with `lead_id`; with what was said in them, `include=messages`.",
        answer=schemas.ListOf[schemas.Conversation],
        query=CONVERSATIONS,
    ),
)
def conversation_list(request: ApiRequest) -> Answer:
    """The organisation's conversations, newest first."""
    query = read_list_query(request, conversation_parameters(request), name="conversations")
    page = reads.conversation_page(
        organisation_id=request.caller.organisation_id,
        window=query.window,
        with_messages=query.with_messages,
        channel=query.filters.get("channel"),
        status=query.filters.get("status"),
        lead_id=query.filters.get("lead_id"),
        since=query.filters.get("since"),
        updated_since=query.filters.get("updated_since"),
    )
    return list_response(request, query, page)


@endpoint(
    "GET",
    operation=Operation(
        id="get_conversation",
        tag=operations.CONVERSATIONS,
        summary="Read one conversation",
        description="One conversation as it stands, with a strong `ETag`, which is another after "
        "every message.",
        answer=schemas.Conversation,
        has_entity_tag=True,
    ),
)
def conversation_detail(request: ApiRequest, conversation_id: str) -> Answer:
    """One conversation, with its entity tag."""
    found = _require_conversation(request, conversation_id)
    if faults := faults_of_any(request):
        raise problems.invalid(faults)
    etag = conversation_etag(found)
    return not_modified(request, etag) or conversation_response(found)


@endpoint(
    "PATCH",
    scope="capture",
    operation=Operation(
        id="change_conversation_status",
        tag=operations.CAPTURE,
        summary="Close a conversation, or open it again",
        description="Says that a conversation is over, or that it goes on. Setting what stands "
        "changes nothing, so the request can safely be sent again.",
        answer=schemas.Conversation,
        body=schemas.ConversationStatusChange,
        has_entity_tag=True,
    ),
)
def change_conversation_status(request: ApiRequest, conversation_id: str) -> Answer:
    """Set the status; the conversation as it now is."""
    try:
        wanted = read_body(request, schemas.ConversationStatusChange)
    except Problem:
        _require_conversation(request, conversation_id)  # that it is not there is said first
        raise
    if "HTTP_IF_MATCH" not in request.META:
        return _changed(request, conversation_id, wanted)
    with numbered_last():
        stands = _require_conversation(request, conversation_id, for_update=True)
        require_match(request, conversation_etag(stands))
        return _changed(request, conversation_id, wanted)


def _changed(
    request: ApiRequest, conversation_id: str, wanted: schemas.ConversationStatusChange
) -> Answer:
    parsed, caller = parse_uuid(conversation_id), request.caller
    if parsed is not None:
        set_status(caller.organisation, parsed, wanted.status, by=caller.actor)
    return conversation_response(_require_conversation(request, conversation_id))


def _require_conversation(
    request: ApiRequest, conversation_id: str, *, for_update: bool = False
) -> schemas.Conversation:
    """The conversation, locked if asked so; malformed, foreign and missing are one 404."""
    found = None
    if (parsed := parse_uuid(conversation_id)) is not None:
        found = reads.conversation(
            organisation_id=request.caller.organisation_id,
            conversation_id=parsed,
            for_update=for_update,
        )
    if found is None:
        raise problems.not_found()
    return found


@endpoint(
    "GET",
    operation=Operation(
        id="list_messages",
        tag=operations.CONVERSATIONS,
        summary="List a conversation's messages",
        description="What was said in one conversation, in the order of time: oldest first.",
        answer=schemas.ListOf[schemas.Message],
        query=MESSAGES,
    ),
)
def message_list(request: ApiRequest, conversation_id: str) -> Answer:
    """A conversation's messages in the order of time."""
    if (parsed := parse_uuid(conversation_id)) is None:
        raise problems.not_found()
    query = _message_query(request, parsed)
    page = reads.message_page(
        organisation_id=request.caller.organisation_id,
        conversation_id=parsed,
        window=query.window,
        since=query.filters.get("since"),
    )
    if page is None:
        raise problems.not_found()
    return list_response(request, query, page)


def _message_query(request: ApiRequest, conversation_id: UUID) -> ListQuery:
    """The query; its faults come after the 404 of a conversation that is not there."""
    try:
        return read_list_query(request, MESSAGES, name=f"conversations/{conversation_id}/messages")
    except Problem:
        if not reads.conversation_exists(
            organisation_id=request.caller.organisation_id, conversation_id=conversation_id
        ):
            raise problems.not_found() from None
        raise
