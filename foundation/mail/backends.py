"""Where letters go: over SMTP from a thread of its own; without a server, before the eyes of who
develops Sift, and nowhere from a deployment."""

import logging
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.console import EmailBackend as ConsoleBackend
from django.core.mail.backends.smtp import EmailBackend
from django.core.mail.message import EmailMessage

logger = logging.getLogger("sift.mail")

# One thread a process, begun with its first letter. What waits at a normal end of the process is
# still sent: the interpreter joins the pool's thread before it leaves.
_post_office = ThreadPoolExecutor(max_workers=1, thread_name_prefix="mail")


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


class BackgroundSmtp(BaseEmailBackend):
    """Takes letters at once and hands them to the server later, each over Django's own SMTP."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        for letter in email_messages:
            try:
                _post_office.submit(_hand_over, letter)
            except RuntimeError:  # the process ends, and its pools take nothing more
                _hand_over(letter)
        return len(email_messages)


def _hand_over(letter: EmailMessage) -> None:
    try:
        EmailBackend().send_messages([letter])
    except (
        OSError
    ) as error:  # what smtplib and sockets raise; by type, for words may hold addresses
        logger.error("A letter could not be sent: %s.", type(error).__name__)
    except Exception:
        logger.exception("A letter could not be sent.")
