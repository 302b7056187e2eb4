"""GET /conversations and GET /conversations/{id}/messages."""

from uuid import UUID

from foundation.ids import parse_uuid
from sift_site.api import operations, problems, reads, schemas
from sift_site.api.answers import list_response
from sift_site.api.endpoint import endpoint
from sift_site.api.http import Answer, ApiRequest
from sift_site.api.operations import Operation
from sift_site.api.parameters import (
    CONVERSATIONS,
    MESSAGES,
    ListQuery,
    conversation_parameters,
    read_list_query,
)
from sift_site.api.problems import Problem


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
