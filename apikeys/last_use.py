"""When each key was last used, to the minute (CONTRACT.md, section 2, Keys).

Requests only note it in memory. A thread of each process writes what was gathered twice a minute,
and `flush` what is left at shutdown, so that no request waits for a write.
"""

import atexit
import logging
import os
import threading
from datetime import datetime
from uuid import UUID

from django.db import DatabaseError, connection
from django.db.models import Q

from apikeys.models import ApiKey

SECONDS_BETWEEN_WRITES = 30

logger = logging.getLogger("sift.apikeys")
_gathered: dict[UUID, datetime] = {}
_lock = threading.Lock()
_writing = threading.Lock()  # whoever shuts the process down waits for a write under way
_writer: threading.Thread | None = None


def note(key_id: UUID, minute: datetime) -> None:
    """Remember that the key was used in that minute, by the database's clock."""
    with _lock:
        if _gathered.get(key_id, minute) <= minute:
            _gathered[key_id] = minute
        _start_writer()


def flush() -> None:
    """Write what was gathered so far; a fault is logged and what was not written kept."""
    with _writing:
        with _lock:
            gathered = dict(_gathered)
            _gathered.clear()
        try:
            for key_id, minute in gathered.items():
                _write(key_id, minute)
        except DatabaseError as error:
            logger.warning("The last use of keys was not written (%s).", type(error).__name__)
            with _lock:
                for key_id, minute in gathered.items():
                    _gathered[key_id] = max(minute, _gathered.get(key_id, minute))


def _write(key_id: UUID, minute: datetime) -> None:
    """Never backwards: another process may have written a later minute."""
    # Each key by itself, so that processes never wait for each other's rows in two orders.
    ApiKey.objects.filter(
        Q(last_used_at__isnull=True) | Q(last_used_at__lt=minute), pk=key_id
    ).update(last_used_at=minute)


def forget() -> None:
    """Drop what was gathered: a forked child's is its parent's to write."""
    with _lock:
        _gathered.clear()


def _start_writer() -> None:
    """Begin writing in this process: at the first use, so after a server forked its workers."""
    global _writer  # one thread for each process
    if _writer is None:
        _writer = threading.Thread(target=_write_for_ever, name="last-use", daemon=True)
        _writer.start()
        atexit.register(flush)


def _write_for_ever() -> None:
    pause = threading.Event()
    while True:
        pause.wait(SECONDS_BETWEEN_WRITES)
        if _gathered:
            try:
                flush()
            finally:
                connection.close()  # this thread's own; it is wanted for a moment only


def _after_fork_in_child() -> None:
    """Threads do not survive a fork, and a lock may have been held in the parent."""
    global _lock, _writer
    _lock = threading.Lock()
    _writer = None
    _gathered.clear()


os.register_at_fork(after_in_child=_after_fork_in_child)
