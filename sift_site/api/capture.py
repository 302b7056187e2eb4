"""POST /conversations and POST /conversations/{id}/messages (CONTRACT.md, section 2, Capture)."""

import re
from uuid import UUID

from conversations.capture import add_messages, capture
from conversations.outcome import Outcome
from conversations.posted_format import PostedConversation, PostedMessages
from foundation import metrics
from foundation.ids import parse_uuid
from foundation.validation import Fault
from sift_site.api import operations, problems, reads, schemas
from sift_site.api.answers import in_full, json_response
from sift_site.api.endpoint import endpoint
from sift_site.api.http import Answer, ApiRequest
from sift_site.api.operations import Operation
from sift_site.api.problems import Problem
from sift_site.api.taking import read_body

CAPTURE_LIMIT = 1024 * 1024  # bytes
IDEMPOTENCY_KEY = "Idempotency-Key"
REPLAYED = "Idempotent-Replayed"
_KEY = re.compile(r"[ -~]{1,200}")
_DIFFERS = "differs from what stands at its place"


@endpoint(
    "POST",
    scope="capture",
    body_limit=CAPTURE_LIMIT,
    operation=Operation(
        id="capture_conversation",
        tag=operations.CAPTURE,
        summary="Send a conversation",
        description="Takes in a conversation with what is known of the person, exactly once: the "
        "same `external_id`, or the same `Idempotency-Key` where the body has none, is the same "
        "conversation for ever. Send it again after a failure, and with all that was said so far "
        "as it goes on: what is new is appended. 201 with its `Location` if it is new, else 200.",
        answer=schemas.Captured,
        body=PostedConversation,
        example={
            "external_id": "chat-4711",
            "lead": {"name": "Amara Osei", "email": "amara.osei@example.com"},
            "origin": {"property_ref": "HV-2041"},
        },
        creates=True,
        headers=(IDEMPOTENCY_KEY,),
        answer_headers=(REPLAYED,),
        refusals=(problems.CONTRADICTION,),
    ),
)
def capture_conversation(request: ApiRequest) -> Answer:
    """Take in a conversation, or what is new of one that is known."""
    key, faults = _idempotency_key(request)
    received = read_body(request, PostedConversation, faults)
    caller = request.caller
    [captured] = capture(caller.organisation, [received], by=caller.actor, idempotency_key=key)
    metrics.note_capture(received.channel, captured.outcome.value)
    if captured.outcome is Outcome.DIFFERS:
        raise problems.contradiction(contradiction(captured.differs_at))
    conversation, lead = shown(request, captured.conversation_id)
    is_new = captured.outcome is Outcome.CREATED
    return json_response(
        schemas.Captured(conversation, lead, captured.messages_added),
        status=201 if is_new else 200,
        Location=_address(request, conversation.id) if is_new else None,
        Idempotent_Replayed="true" if captured.outcome is Outcome.UNCHANGED else None,
    )


@endpoint(
    "POST",
    scope="capture",
    body_limit=CAPTURE_LIMIT,
    operation=Operation(
        id="capture_messages",
        tag=operations.CAPTURE,
        summary="Send messages to a conversation",
        description="Adds messages at the end of a conversation, and opens it again if it was "
        "closed. One whose `external_id` the conversation has is left as it stands: with an "
        "`external_id` on each, the request can safely be sent again. 201 if any is new, else 200.",
        answer=schemas.AddedMessages,
        body=PostedMessages,
        creates=True,
    ),
)
def capture_messages(request: ApiRequest, conversation_id: str) -> Answer:
    """Add messages; answer with each as it stands."""
    if (parsed := parse_uuid(conversation_id)) is None:
        raise problems.not_found()
    try:
        body = read_body(request, PostedMessages)
    except Problem:
        _require_conversation(request, parsed)  # that it is not there would be said first
        raise
    caller = request.caller
    added = add_messages(caller.organisation, parsed, body.messages, by=caller.actor)
    if added is None:
        raise problems.not_found()
    conversation, lead = shown(request, parsed)
    outcome = Outcome.ADDED if added.messages_added else Outcome.UNCHANGED
    metrics.note_capture(conversation.channel, outcome.value)
    messages = [
        schemas.Message(str(turn.id), turn.role, turn.content, turn.created_at)
        for turn in added.turns
    ]
    return json_response(
        schemas.AddedMessages(conversation, lead, in_full(messages)),
        status=201 if added.messages_added else 200,
    )


# --- What is answered ----------------------------------------------------------------------------
def shown(
    request: ApiRequest, conversation_id: UUID
) -> tuple[schemas.Conversation, schemas.CapturedLead]:
    """The conversation and its lead, as the caller may see them; raises the Problem 404."""
    found = shown_all(request, [conversation_id]).get(str(conversation_id))
    if found is None:  # erased, since it was written
        raise problems.not_found()
    return found


def shown_all(
    request: ApiRequest, ids: list[UUID]
) -> dict[str, tuple[schemas.Conversation, schemas.CapturedLead]]:
    """The same of several, by the id's text."""
    caller = request.caller
    found = reads.with_leads(organisation_id=caller.organisation_id, conversation_ids=ids)
    return {
        id_: (in_full([conversation])[0], _lead(lead, is_seen=caller.sees_leads))
        for id_, (conversation, lead) in found.items()
    }


def contradiction(differs_at: int | None) -> list[Fault]:
    return [Fault(f"messages[{differs_at}]", _DIFFERS)]


def _lead(lead: schemas.Lead, *, is_seen: bool) -> schemas.CapturedLead:
    # Written as JSON it is one: a copy would say the same.
    return in_full([lead])[0] if is_seen else schemas.CapturedLead(id=lead.id)


def _address(request: ApiRequest, conversation_id: str) -> str:
    return f"{request.header('SCRIPT_NAME')}{request.path_info}/{conversation_id}"


# --- What is asked -------------------------------------------------------------------------------
def _idempotency_key(request: ApiRequest) -> tuple[str | None, list[Fault]]:
    """The header, if it is there, and its fault if it is none that is taken."""
    given = request.META.get("HTTP_IDEMPOTENCY_KEY")
    if given is None or _KEY.fullmatch(given):
        return given, []
    return None, [Fault(IDEMPOTENCY_KEY, "must be 1 to 200 printable ASCII characters")]


def _require_conversation(request: ApiRequest, conversation_id: UUID) -> None:
    if not reads.conversation_exists(
        organisation_id=request.caller.organisation_id, conversation_id=conversation_id
    ):
        raise problems.not_found()
