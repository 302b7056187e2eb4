"""POST /conversations/batch: many conversations, each for itself."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import msgspec
from django.db import DatabaseError
from msgspec import Meta

from conversations.capture import capture
from conversations.outcome import Captured, Outcome
from conversations.posted_format import MOST_IN_A_BATCH, PostedConversation
from foundation import metrics
from foundation.validation import Fault, Faulty, decode
from sift_site.api import operations, problems, schemas
from sift_site.api.answers import json_response
from sift_site.api.capture import IDEMPOTENCY_KEY, contradiction, shown_all
from sift_site.api.endpoint import count_captures, endpoint
from sift_site.api.faults_told import told
from sift_site.api.http import Answer, ApiRequest
from sift_site.api.operations import Operation
from sift_site.api.parameters import faults_of_any
from sift_site.api.taking import read_json

BATCH_LIMIT = 8 * 1024 * 1024  # bytes
AT_ONCE = 20  # conversations in a transaction, which is short: the next writer waits for it

_UNREAD = Annotated[list[msgspec.Raw], Meta(min_length=1, max_length=MOST_IN_A_BATCH)]
_REFUSED = "could not be written as it is"


class PostedBatch(msgspec.Struct, forbid_unknown_fields=True):
    """Many conversations at once."""

    conversations: Annotated[
        Annotated[list[PostedConversation], Meta(min_length=1, max_length=MOST_IN_A_BATCH)],
        Meta(description=f"1 to {MOST_IN_A_BATCH}, each as it would be sent alone."),
    ]


class _Envelope(msgspec.Struct, forbid_unknown_fields=True):
    """The same, with the conversations as they were written: the faults of one are its own."""

    conversations: _UNREAD


@dataclass(slots=True)
class _Item:
    """One conversation of the batch, and what became of it."""

    length: int  # in bytes, as it was sent
    received: PostedConversation | None = None  # None: it has faults
    faults: Sequence[Fault] = ()
    captured: Captured | None = None


@endpoint(
    "POST",
    scope="capture",
    body_limit=BATCH_LIMIT,
    operation=Operation(
        id="capture_batch",
        tag=operations.CAPTURE,
        summary="Send many conversations",
        description="Takes in up to 100 conversations, each for itself: one that has faults keeps "
        "no other back. Give each its `external_id`, and the request can safely be sent again. It "
        "counts as its conversations.",
        answer=schemas.BatchResults,
        body=PostedBatch,
    ),
)
def capture_batch(request: ApiRequest) -> Answer:
    """Take in each conversation; what became of each, in their order."""
    items = [_read(raw) for raw in _conversations(request)]
    count_captures(request, len(items) - 1)  # the request itself was counted as one
    _capture(request, [item for item in items if item.received is not None])
    for item in items:
        _count(item)
    return json_response(schemas.BatchResults(list(_results(request, items))))


def _conversations(request: ApiRequest) -> list[msgspec.Raw]:
    """The conversations, unread; raises the Problem 422 where the body is no batch."""
    faults = faults_of_any(request)
    if "HTTP_IDEMPOTENCY_KEY" in request.META:
        faults.append(
            Fault(IDEMPOTENCY_KEY, "names one conversation: give each of a batch an external_id")
        )
    try:
        envelope = msgspec.json.decode(request.raw_body, type=_Envelope)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        faults += _faults_of(request.raw_body)
        raise problems.invalid(faults) from None
    if faults:
        raise problems.invalid(faults)
    return envelope.conversations


def _faults_of(raw: bytes) -> list[Fault]:
    try:
        decode(PostedBatch, raw)
    except Faulty as faulty:
        return faulty.faults
    return []


def _read(raw: msgspec.Raw) -> _Item:
    length = memoryview(raw).nbytes
    try:
        return _Item(length, read_json(raw, PostedConversation))
    except Faulty as faulty:
        return _Item(length, faults=faulty.faults)


def _capture(request: ApiRequest, items: Sequence[_Item]) -> None:
    """In short transactions; where the database refuses one, its conversations are taken singly."""
    for start in range(0, len(items), AT_ONCE):
        some = items[start : start + AT_ONCE]
        try:
            _capture_together(request, some)
        except DatabaseError:
            for item in some:
                _capture_alone(request, item)


def _capture_together(request: ApiRequest, items: Sequence[_Item]) -> None:
    caller = request.caller
    batch = [item.received for item in items if item.received is not None]
    captured = capture(caller.organisation, batch, by=caller.actor)
    for item, one in zip(items, captured, strict=True):
        item.captured = one


def _capture_alone(request: ApiRequest, item: _Item) -> None:
    try:
        _capture_together(request, [item])
    except DatabaseError as error:
        if error.__cause__ is None or not _is_of_the_data(error.__cause__):
            raise
        item.faults = [Fault("body", _REFUSED)]


def _is_of_the_data(cause: Any) -> bool:
    """Whether the database refused what was written, rather than failed (SQLSTATE 22 and 23)."""
    return str(getattr(cause, "sqlstate", "")).startswith(("22", "23"))


def _count(item: _Item) -> None:
    if item.received is None or item.captured is None:
        metrics.note_capture("unknown", "refused")
    else:
        metrics.note_capture(item.received.channel, item.captured.outcome.value)


def _results(request: ApiRequest, items: Sequence[_Item]) -> Iterator[schemas.BatchResult]:
    ids = {item.captured.conversation_id: None for item in items if item.captured is not None}
    found = shown_all(request, list(ids)) if ids else {}
    for item in items:
        captured = item.captured
        if captured is None:
            yield _refused(422, item.faults, item.length)
        elif captured.outcome is Outcome.DIFFERS:
            yield _refused(409, contradiction(captured.differs_at), item.length)
        elif (stands := found.get(str(captured.conversation_id))) is None:
            yield schemas.BatchResult(404)  # erased, since it was written
        else:
            status = 201 if captured.outcome is Outcome.CREATED else 200
            yield schemas.BatchResult(status, *stands, captured.messages_added)


def _refused(status: int, faults: Sequence[Fault], length: int) -> schemas.BatchResult:
    errors = [schemas.FaultyField(fault.field, fault.message) for fault in faults]
    return schemas.BatchResult(status, errors=told(errors, length))
