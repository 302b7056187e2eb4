"""What keys are used for, gathered in memory and written off the hot path.

Requests only note their call. Of a key that is used more often than its log has lines for, the
first are counted and let go. A thread of each process writes what was gathered every few seconds,
and `flush` what is left at shutdown, so that no request waits for a write and none is forgotten.
"""

import atexit
import logging
import os
import threading

from django.db import Error, connection

from apikeys import call_writing
from apikeys.call_writing import Gathered, NotedCall

SECONDS_BETWEEN_WRITES = 10
ENOUGH_TO_WRITE = 4_000  # lines of the log, for which the next write is not waited for
MOST_GATHERED = 20_000  # lines that a process holds while they cannot be written: some 10 MB

logger = logging.getLogger("sift.apikeys")
_gathered = Gathered()
_lock = threading.Lock()
_writing = threading.Lock()  # whoever shuts the process down waits for a write under way
_enough = threading.Event()
_writer: threading.Thread | None = None


def note(call: NotedCall) -> None:
    """Remember the call; it is written within a few seconds."""
    with _lock:
        _gathered.add(call, most_lines=MOST_GATHERED)
        _start_writer()
        if _gathered.lines >= ENOUGH_TO_WRITE:
            _enough.set()


def flush() -> bool:
    """Write what was gathered so far. A fault is logged, what was not written kept, and False said.

    It is written whole or not at all, so nothing is counted twice.
    """
    global _gathered
    with _writing:
        with _lock:
            calls, _gathered = _gathered, Gathered()
        if calls.dropped:
            logger.error("Lines of keys' logs were dropped unwritten, %s of them.", calls.dropped)
            calls.dropped = 0
        try:
            call_writing.write(calls)
        except Error as error:
            # By type alone: a message quotes the rows.
            logger.warning("Calls of keys wait, %s of them: %s.", calls.lines, type(error).__name__)
            with _lock:
                calls.merge(_gathered, most_lines=MOST_GATHERED)
                _gathered = calls
            return False
        return True


def forget() -> None:
    """Drop what was gathered: a forked child's is its parent's to write."""
    global _gathered
    with _lock:
        _gathered = Gathered()


def _start_writer() -> None:
    """Begin writing in this process: at the first call, so after a server forked its workers."""
    global _writer  # one thread for each process
    if _writer is None:
        _writer = threading.Thread(target=_write_for_ever, name="call-log", daemon=True)
        _writer.start()
        atexit.register(flush)


def _write_for_ever() -> None:
    while True:
        _enough.wait(SECONDS_BETWEEN_WRITES)
        _enough.clear()
        if _gathered.lines and not _written():
            threading.Event().wait(SECONDS_BETWEEN_WRITES)  # however many more come meanwhile


def _written() -> bool:
    try:
        return flush()
    except Exception:  # the thread goes on: calls that come later can be written
        logger.exception("Calls of keys were lost.")
        return False
    finally:
        connection.close()  # this thread's own; it is wanted for a moment only


def _after_fork_in_child() -> None:
    """Threads do not survive a fork, and a lock may have been held in the parent."""
    global _lock, _writing, _enough, _writer
    _lock, _writing, _enough = threading.Lock(), threading.Lock(), threading.Event()
    _writer = None
    forget()


os.register_at_fork(after_in_child=_after_fork_in_child)
