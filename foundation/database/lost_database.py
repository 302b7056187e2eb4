"""A database that went away, is too busy or has no room: noticed before a request begins, and told
from other faults."""

import select

import psycopg
from django.db import DEFAULT_DB_ALIAS, connections

# Of PostgreSQL's error codes: connection faults, shutting down or starting, too many connections.
_UNREACHABLE = ("08", "57P01", "57P02", "57P03", "53300")
# Its disk is full, it has no memory, its disk fails.
_WITHOUT_ROOM = frozenset({"53100", "53200", "58030"})


def drop_dead_connection(alias: str = DEFAULT_DB_ALIAS) -> None:
    """Let go of this thread's connection if the server has hung up, so that the next one is new.

    A server that stops or restarts closes its connections, and this end can see that without
    asking anything: nothing is ever waiting to be read on an idle connection but such an end. So
    a restart costs nobody a failed page, and no request a statement.
    """
    connection = connections[alias]
    raw = connection.connection
    if raw is None or connection.in_atomic_block:
        return
    if raw.closed or _has_ended(raw.pgconn):
        connection.close()


def _has_ended(link: "psycopg.pq.abc.PGconn") -> bool:
    waiting = select.poll()
    waiting.register(link.socket, select.POLLIN)
    try:
        while waiting.poll(0):  # the server's farewell, or a warning of its own; then its end
            link.consume_input()
    except psycopg.OperationalError:
        return True
    return link.status == psycopg.pq.ConnStatus.BAD


def is_unreachable(error: BaseException | None) -> bool:
    """Whether the fault is that the database could not be asked, rather than what was asked."""
    error = _of_driver(error)
    if not isinstance(error, psycopg.OperationalError | psycopg.InterfaceError):
        return False
    return error.sqlstate is None or error.sqlstate.startswith(_UNREACHABLE)


def has_no_room(error: BaseException | None) -> bool:
    """Whether the database answers, and cannot write or work for want of disk or memory."""
    error = _of_driver(error)
    return error is not None and error.sqlstate in _WITHOUT_ROOM


def was_cut_short(error: BaseException | None) -> bool:
    """Whether the database stopped the statement for its length, or for a lock that it waited for
    (foundation/database/time_limits.py)."""
    return isinstance(
        _of_driver(error), psycopg.errors.QueryCanceled | psycopg.errors.LockNotAvailable
    )


def hindrance(fault: BaseException) -> str | None:
    """What kept the database from answering; None where the fault is another."""
    if is_unreachable(fault):
        return "the database cannot be reached"
    if has_no_room(fault):
        return "the database has no room"
    return "the database took too long" if was_cut_short(fault) else None


def _of_driver(error: BaseException | None) -> psycopg.Error | None:
    """The driver's own error, of which Django's is made."""
    while error is not None and not isinstance(error, psycopg.Error):
        error = error.__cause__
    return error


def first_line(error: BaseException) -> str:
    """What went wrong, in a line."""
    return next(iter(str(error).splitlines()), type(error).__name__)
