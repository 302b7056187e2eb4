"""Letters to people of an agency: plain text, some as HTML too, written with what they tell of.

A letter is a row of the same transaction, so it is there exactly if that is; the worker sends it
(sending.py). No page waits for a mail server, and none that fails undoes anything.
"""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models.functions import Now
from django.template.loader import render_to_string

from organisations.models.letter import Letter, Words

TRIED_FOR = timedelta(days=4)  # RFC 5321, section 4.5.4.1: at least four or five days


def write(
    kind: str,
    to: Iterable[str],
    context: Mapping[str, Any],
    *,
    organisation_id: UUID,
    good_for: timedelta = TRIED_FOR,
    has_html: bool = False,
    unsubscribe: str | None = None,
) -> None:
    """Write a letter to each address by itself; it leaves once the transaction has committed.

    `kind` names two templates: `organisations/mail/invitation` stands for
    `organisations/mail/invitation.txt` and `…_subject.txt`. What its link opens may end sooner than
    a letter is tried for: after `good_for` it is not sent any more. A letter that `has_html` has a
    template more, `invitation.html`; of one that may be switched off, `unsubscribe` is where.
    """
    subject = " ".join(render_to_string(f"{kind}_subject.txt", context).split())
    words = Words(
        subject,
        render_to_string(f"{kind}.txt", context),
        render_to_string(f"{kind}.html", context) if has_html else None,
        unsubscribe,
    )
    Letter.objects.bulk_create(
        _letter(organisation_id, kind, address, words, good_for) for address in to
    )


def _letter(
    organisation_id: UUID, kind: str, address: str, words: Words, good_for: timedelta
) -> Letter:
    letter = Letter(
        organisation_id=organisation_id,
        kind=kind,
        address=address,
        give_up_at=Now() + min(good_for, TRIED_FOR),
    )
    letter.say(words)
    return letter
