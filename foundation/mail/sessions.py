"""A session with the mail server, in which a letter is handed over, and what its refusals mean."""

import contextlib
import smtplib
from collections.abc import Iterator

from django.core.mail import get_connection
from django.core.mail.backends.base import BaseEmailBackend

# Seconds. A server that has taken a letter in may take minutes to say so, and whoever hangs up
# before sends it twice (RFC 5321, section 4.5.3.2: five and ten).
_ACCEPTANCE = 600
_FAREWELL = 2


@contextlib.contextmanager
def mail_session() -> Iterator[BaseEmailBackend]:
    """The mail server, greeted. Raises OSError where it cannot be had: smtplib's errors are.

    What goes wrong with the farewell is nobody's concern: what was accepted stays so.
    """
    server = get_connection()
    server.open()
    _be_patient(server, _ACCEPTANCE)
    try:
        yield server
    finally:
        with contextlib.suppress(Exception):
            _be_patient(server, _FAREWELL)
            server.close()


def _be_patient(server: BaseEmailBackend, seconds: float) -> None:
    """Wait so long for each of its answers; to connect, EMAIL_TIMEOUT was enough."""
    session = getattr(server, "connection", None)
    if isinstance(session, smtplib.SMTP) and session.sock is not None:
        session.sock.settimeout(seconds)


def is_of_its_address(fault: BaseException) -> bool:
    """Whether the server refused whom the letter is to, and might well take another."""
    return isinstance(fault, smtplib.SMTPRecipientsRefused)


def is_final(fault: BaseException) -> bool:
    """Whether it will never be taken: a refusal of 5xx (RFC 5321, section 4.2.1).

    Those of 5.7 (RFC 3463: security and policy) are of how the server is set up, and may end.
    """
    answers = _answers(fault)
    return bool(answers) and all(
        500 <= code < 600 and not words.startswith(b"5.7.") for code, words in answers
    )


def _answers(fault: BaseException) -> list[tuple[int, bytes]]:
    match fault:
        case smtplib.SMTPRecipientsRefused():
            return list(fault.recipients.values())
        case smtplib.SMTPDataError():
            words = fault.smtp_error
            return [(fault.smtp_code, words if isinstance(words, bytes) else words.encode())]
        case _:
            return []
