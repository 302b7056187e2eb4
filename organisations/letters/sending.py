"""Letters on their way: each is claimed, handed to the mail server and marked as accepted.

A claim is one statement of its own, and no transaction is open while a server is talked to. What
was accepted is marked at once, however long the database is away meanwhile; a process that is
killed between the two leaves a letter that is sent once more. Both then bear one Message-ID, by
which many mailboxes know them for the same.
"""

import logging
import time
from collections.abc import Set
from datetime import timedelta
from email.utils import parseaddr
from typing import LiteralString
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import DEFAULT_DB_ALIAS, InterfaceError, OperationalError, connection
from django.db.models.functions import Now
from django.utils import timezone

from foundation.database.leases import LEASE, Leases
from foundation.encryption import Unreadable
from foundation.mail.sessions import is_final, is_of_its_address, mail_session
from foundation.outages import Outage
from organisations.models.letter import Letter, LetterQuerySet

KEPT = timedelta(days=30)  # once done: when and to whom it was sent, not what it said
FIRST_WAIT = timedelta(seconds=10)  # until the second try; each further one is twice as long
LONGEST_WAIT = timedelta(minutes=15)
PAUSE = 10.0  # seconds, in which a process asks nothing more of a mail server that failed it

logger = logging.getLogger("sift.mail")
_outage = Outage(
    logger,
    gone="The mail server cannot be had (%s). Letters wait for it.",
    back="The mail server takes letters again.",
)
_paused_until = 0.0  # by time.monotonic()


class Message(EmailMultiAlternatives):
    """A letter as the mail server gets it; `kind` is what may be said of it in a log."""

    def __init__(self, letter: Letter) -> None:
        _, sender = parseaddr(settings.DEFAULT_FROM_EMAIL)
        words = letter.words
        super().__init__(
            words.subject,
            words.text,
            to=[letter.address],
            headers={"Message-ID": f"<{letter.id}@{sender.partition('@')[2] or 'localhost'}>"},
        )
        if words.unsubscribe is not None:
            self.extra_headers["List-Unsubscribe"] = f"<{words.unsubscribe}>"  # RFC 2369
        if words.html is not None:
            self.attach_alternative(words.html, "text/html")
        self.kind = letter.kind


def due() -> LetterQuerySet:
    """The letters that `do_one` would send."""
    return Letter.objects.due()


def do_one() -> bool:
    """Send the letter that is due first, or find out that it cannot be sent; False where none is.

    Of several at once, in however many processes, each has another letter.
    """
    if time.monotonic() < _paused_until:
        return False
    letter = _claim()
    if letter is None:
        return False
    with leases.holding(letter.pk):
        _send(letter)
    return True


def drop_old() -> int:
    """Drop what was done more than KEPT ago; how many letters."""
    dropped, _ = Letter.objects.done().filter(created_at__lte=Now() - KEPT).delete()
    return dropped


def _extend(held: Set[UUID]) -> None:
    Letter.objects.waiting().filter(pk__in=held).update(due_at=Now() + LEASE)


def draw_in() -> None:
    """Let no letter wait longer than it ever has to: the clock was ahead when that was written. One
    that is under way is renewed meanwhile."""
    too_far = Letter.objects.waiting().filter(due_at__gt=Now() + LONGEST_WAIT)
    too_far.update(due_at=Now() + LEASE)


leases = Leases(_extend)

_CLAIM: LiteralString = """
    UPDATE organisations_letter
       SET due_at = statement_timestamp() + %(lease)s, tries = tries + 1
     WHERE id = (
        SELECT id FROM organisations_letter
         WHERE encrypted_words IS NOT NULL AND due_at <= statement_timestamp()
         ORDER BY due_at, id LIMIT 1 FOR UPDATE SKIP LOCKED
     )
    RETURNING *
"""


def _claim() -> Letter | None:
    letters = Letter.objects.using(DEFAULT_DB_ALIAS).raw(_CLAIM, {"lease": LEASE})
    return next(iter(letters), None)


def _send(letter: Letter) -> None:
    try:
        message = Message(letter)
    except Unreadable:
        _give_up(letter, "no SECRET_KEY reads it")
        return
    if letter.give_up_at <= timezone.now():
        _give_up(letter, f"{letter.tries - 1} tries failed in the time that it was good for")
        return
    try:
        with mail_session() as server:
            accepted = server.send_messages([message])
            _done(letter, "sent_at" if accepted else "given_up_at")
    except OSError as fault:  # what smtplib and sockets raise
        _failed(letter, fault)
    except ValueError as fault:  # what the making of a message raises
        _give_up(letter, f"no mail can be made of it ({type(fault).__name__})")
    else:
        _outage.over()


def _failed(letter: Letter, fault: OSError) -> None:
    """Try again later, or never."""
    global _paused_until
    if is_final(fault):
        _outage.over()
        _give_up(letter, "the mail server refused it for good")
        return
    if is_of_its_address(fault):
        _outage.over()
        logger.warning("A letter (%s) was not taken now. It is tried again.", letter.kind)
    else:
        _outage.noticed(fault)
        _paused_until = time.monotonic() + PAUSE
    wait = min(FIRST_WAIT * 2 ** min(letter.tries - 1, 20), LONGEST_WAIT)
    _update(letter, due_at=Now() + wait)


def _give_up(letter: Letter, why: str) -> None:
    logger.error("A letter (%s) was given up: %s.", letter.kind, why)
    _done(letter, "given_up_at")


def _done(letter: Letter, moment: str) -> None:
    """Let go of its words: it is sent, or never will be."""
    _update(letter, **{moment: Now(), "encrypted_words": None})


def _update(letter: Letter, **changes: object) -> None:
    """Write it down, and wait for a database that is away: else the letter is sent once more."""
    while True:
        try:
            Letter.objects.waiting().filter(pk=letter.pk).update(**changes)
        except (OperationalError, InterfaceError):
            if connection.in_atomic_block:
                raise
            connection.close()
            time.sleep(1)
        else:
            return
