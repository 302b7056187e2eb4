"""A letter as Postmark's inbound webhook tells it (postmarkapp.com/developer/webhooks)."""

import msgspec

from conversations.intake.letters import (
    Letter,
    Person,
    Unreadable,
    bare_id,
    person_of,
    text_of_html,
)
from conversations.intake.plain import storable

_MOST_ATTACHMENTS = 50


class _Full(msgspec.Struct):
    Email: str | None = None
    Name: str | None = None


class _Header(msgspec.Struct):
    Name: str | None = None
    Value: str | None = None


class _Attachment(msgspec.Struct):
    """What it holds, in base64, is passed over and never read."""

    Name: str | None = None


class _Inbound(msgspec.Struct):
    """What is used of it; all else is passed over."""

    From: str | None = None
    FromName: str | None = None
    FromFull: _Full | None = None
    ReplyTo: str | None = None
    Subject: str | None = None
    MessageID: str | None = None
    TextBody: str | None = None
    HtmlBody: str | None = None
    Headers: list[_Header] | None = None
    Attachments: list[_Attachment] | None = None


_decode = msgspec.json.Decoder(_Inbound).decode


def read_postmark(body: bytes) -> Letter:
    """Raises Unreadable."""
    try:
        said = _decode(body)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        raise Unreadable from None
    full = said.FromFull or _Full()
    sender = person_of(said.From or "")
    headers: dict[str, str] = {}
    for header in said.Headers or ():
        headers.setdefault((header.Name or "").lower(), header.Value or "")
    text = said.TextBody or ""
    return Letter(
        headers=headers,
        sender=Person(full.Name or said.FromName or sender.name, full.Email or sender.address),
        reply_to=person_of(said.ReplyTo) if said.ReplyTo else None,
        message_id=bare_id(headers.get("message-id") or said.MessageID or "") or None,
        subject=said.Subject or "",
        text=text if text.strip() else text_of_html(said.HtmlBody or ""),
        attachments=[
            storable(each.Name or "", 200) or "without a name"
            for each in (said.Attachments or ())[:_MOST_ATTACHMENTS]
        ],
    )
