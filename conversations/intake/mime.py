"""A letter as it travels (RFC 5322 and MIME), read by Python's own package with its modern policy.

What a stranger writes is read by it with care: a part within a part costs a step for each line
below, and a long header the square of its length. So there are only so many parts, and only the
beginning of a header is read as one.
"""

from collections.abc import Iterator
from contextlib import suppress
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import EmailPolicy
from itertools import islice
from typing import Any, cast

from conversations.intake.letters import (
    LONGEST_HEADER,
    Letter,
    Unreadable,
    bare_id,
    person_of,
    text_of_html,
)
from conversations.intake.plain import storable

_MOST_WITHIN = 20  # parts that hold parts
_MOST_PARTS = 200
_MOST_HEADERS = 200
_MOST_ATTACHMENTS = 50


class _Bounded(EmailPolicy):
    """The modern policy, over the beginning of each header."""

    def header_fetch_parse(self, name: str, value: str) -> Any:
        return super().header_fetch_parse(name, value[:LONGEST_HEADER])


_POLICY = _Bounded()


def read_mime(body: bytes) -> Letter:
    """Raises Unreadable."""
    folded = body.lower()
    if (
        folded.count(b"multipart/") + folded.count(b"message/") > _MOST_WITHIN
        or folded.count(b"content-") > 5 * _MOST_PARTS
    ):
        raise Unreadable
    try:
        message = message_from_bytes(body, _class=EmailMessage, policy=_POLICY)
        return _letter_of(cast("EmailMessage", message))
    except Exception as fault:  # the package raises whatever it comes upon in a letter made for it
        raise Unreadable from fault


def _letter_of(message: EmailMessage) -> Letter:
    headers = _headers_of(message)
    if not headers.keys() & {"from", "reply-to", "subject", "message-id", "to"}:
        raise Unreadable
    reply_to = headers.get("reply-to")
    return Letter(
        headers=headers,
        sender=person_of(headers.get("from", "")),
        reply_to=person_of(reply_to) if reply_to else None,
        message_id=bare_id(headers.get("message-id", "")) or None,
        subject=headers.get("subject", ""),
        text=_text_of(message),
        attachments=list(_attachments_of(message)),
    )


def _headers_of(message: EmailMessage) -> dict[str, str]:
    """Each by its name, encoded words read; as it is where it cannot be."""
    headers: dict[str, str] = {}
    for name, raw in islice(message.raw_items(), _MOST_HEADERS):
        if name.lower() in headers:
            continue
        value = str(raw)
        if name.lower() not in {"references", "in-reply-to", "message-id"}:
            with suppress(Exception):  # as above; its own text will do
                value = str(_POLICY.header_fetch_parse(name, value))
        headers[name.lower()] = " ".join(value.split())
    return headers


def _text_of(message: EmailMessage) -> str:
    plain = message.get_body(("plain",))
    if plain is not None and (text := _content_of(plain)).strip():
        return text
    html = message.get_body(("html",))
    return text_of_html(_content_of(html)) if html is not None else ""


def _content_of(part: Any) -> str:
    """The part's text, by its charset; by UTF-8 where it names none that there is."""
    try:
        content = part.get_content()
    except (LookupError, ValueError, KeyError):
        content = part.get_payload(decode=True)
    return content.decode("utf-8", "replace") if isinstance(content, bytes) else str(content)


def _attachments_of(message: EmailMessage) -> Iterator[str]:
    if not message.is_multipart():
        return
    for part in islice(message.iter_attachments(), _MOST_ATTACHMENTS):
        name = part.get_filename() or part.get_content_type()
        yield storable(str(name), 200) or "without a name"
