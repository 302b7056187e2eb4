"""What is sent: an event as Standard Webhooks has it, signed anew at each try."""

import time
from collections.abc import Iterable
from dataclasses import dataclass

import msgspec
from django.utils import timezone

from foundation.rfc3339 import rfc3339
from webhooks.models import Endpoint
from webhooks.secrets import key_of, signatures
from webhooks.source import Told

_BESIDES = {
    "Content-Type": "application/json",
    "Accept": "*/*",
    "Accept-Encoding": "identity",
    "User-Agent": "Sift-Webhooks/1",
}


@dataclass(frozen=True, slots=True)
class Message:
    """The headers and the body of one try."""

    headers: dict[str, str]
    body: bytes


def body_of(told: Told) -> bytes:
    """`{"type", "timestamp", "data"}`: the data is the event, byte for byte as the feed has it."""
    type_, at = msgspec.json.encode(told.type), msgspec.json.encode(rfc3339(told.created_at))
    return b'{"type":%b,"timestamp":%b,"data":%b}' % (type_, at, told.json)


def message_of(told: Told, keys: Iterable[bytes]) -> Message:
    """The event signed by each key, at this moment."""
    body, timestamp = body_of(told), int(time.time())
    headers = {
        "webhook-id": told.id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": signatures(keys, told.id, timestamp, body),
    }
    return Message(headers | _BESIDES, body)


def keys_of(endpoint: Endpoint) -> list[bytes]:
    """What signs for it now: its secret, and for a day after a roll the former one too.

    Raises Unreadable where SECRET_KEY is another one.
    """
    keys = [key_of(endpoint.secret)]
    if endpoint.former_until is not None and endpoint.former_until > timezone.now():
        keys.append(key_of(endpoint.former_secret))
    return keys
