"""Letters to people of an agency: plain text, sent once what they tell of is committed."""

import logging
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string

logger = logging.getLogger("sift.mail")


class Letter(EmailMessage):
    """`kind` names what it tells of, where what it says must not be repeated."""

    def __init__(self, kind: str, subject: str, words: str, to: str) -> None:
        super().__init__(subject, words, to=[to])
        self.kind = kind


def send(letter: str, to: Iterable[str], context: Mapping[str, Any]) -> None:
    """Send a letter to each address by itself, after the transaction under way, if any, commits.

    `letter` names two templates: `organisations/mail/invitation` stands for
    `organisations/mail/invitation.txt` and `…_subject.txt`. A mail server that fails is logged,
    without addresses, and undoes nothing: what was done stands.
    """
    subject = " ".join(render_to_string(f"{letter}_subject.txt", context).split())
    words = render_to_string(f"{letter}.txt", context)
    for address in to:
        transaction.on_commit(partial(_send, Letter(letter, subject, words, address)))


def _send(letter: Letter) -> None:
    try:
        letter.send()
    except OSError as error:  # what smtplib and sockets raise
        logger.error("A letter (%s) could not be sent: %s.", letter.kind, type(error).__name__)
