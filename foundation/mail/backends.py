"""Where letters go without a mail server: before the eyes of who develops Sift, and nowhere from a
deployment."""

import logging
import sys
from collections.abc import Sequence
from typing import Any

from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.console import EmailBackend as ConsoleBackend
from django.core.mail.message import EmailMessage

logger = logging.getLogger("sift.mail")


class OnStandardError(ConsoleBackend):
    """Writes letters out for whoever watches. Standard output is a command's own answer: what
    `create_api_key` prints there is the key, alone (CONTRACT.md, section 4)."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("stream", sys.stderr)
        super().__init__(*args, **kwargs)


class NoMailServer(BaseEmailBackend):
    """Sends nothing, and logs of a letter its kind alone: who reads a log is not who it is for, and
    its link sets a password."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        for letter in email_messages:
            kind = getattr(letter, "kind", "of no kind")
            logger.warning("A letter (%s) was not sent: EMAIL_URL names no mail server.", kind)
        return 0
