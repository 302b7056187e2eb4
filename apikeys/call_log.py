"""What keys are used for, gathered in memory and written off the hot path.

Requests only note their call. A thread of each process writes what was gathered every few seconds,
and `flush` what is left at shutdown, so that no request waits for a write and none is forgotten.
"""

import atexit
import logging
import os
import threading
from collections import deque

from django.db import Error, connection

from apikeys import call_writing
from apikeys.call_writing import NotedCall

SECONDS_BETWEEN_WRITES = 10
ENOUGH_TO_WRITE = 8_000  # calls, for which the next write is not waited for: some 4 MB
MOST_GATHERED = 20_000  # calls that a process holds while they cannot be written

logger = logging.getLogger("sift.apikeys")
_gathered: deque[NotedCall] = deque()
_dropped = 0
_lock = threading.Lock()
_writing = threading.Lock()  # whoever shuts the process down waits for a write under way
_enough = threading.Event()
_writer: threading.Thread | None = None


def note(call: NotedCall) -> None:
    """Remember the call; it is written within a few seconds."""
    with _lock:
        _gathered.append(call)
        _keep_within_bounds()
        _start_writer()
        if len(_gathered) >= ENOUGH_TO_WRITE:
            _enough.set()


def flush() -> bool:
    """Write what was gathered so far. A fault is logged, what was not written kept, and False said.

    It is written whole or not at all, so nothing is counted twice.
    """
    with _writing:
        with _lock:
            calls = list(_gathered)
            _gathered.clear()
            dropped = _forget_dropped()
        if dropped:
            logger.error("Calls of keys were dropped unwritten, %s of them.", dropped)
        try:
            call_writing.write(calls)
        except Error as error:
            # By type alone: a message quotes the rows.
            logger.warning("Calls of keys wait, %s of them: %s.", len(calls), type(error).__name__)
            with _lock:
                _gathered.extendleft(reversed(calls))
                _keep_within_bounds()
            return False
        return True


def forget() -> None:
    """Drop what was gathered: a forked child's is its parent's to write."""
    with _lock:
        _gathered.clear()
        _forget_dropped()


def _keep_within_bounds() -> None:
    """Let the oldest go: memory is bounded even where the database takes nothing for hours."""
    global _dropped  # how many, for the log
    while len(_gathered) > MOST_GATHERED:
        _gathered.popleft()
        _dropped += 1


def _forget_dropped() -> int:
    global _dropped
    dropped, _dropped = _dropped, 0
    return dropped


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
        if _gathered and not _written():
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
