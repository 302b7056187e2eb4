"""Reads from a replica of the database, where DATABASE_REPLICA_URL names one (docs/scale.md).

A signed-in person's GET and the answer to an API key's GET are read from the replica. Everything
else is the primary's: writes and whatever happens in a transaction, commands, sign-in, and who
asks: sessions, people, keys and their organisations, so that ending one acts on the very next
request.

Whoever has written reads from the primary for OWN_WRITES_FOR seconds: a browser by a signed cookie,
an API key's organisation by a mark in the cache. That is right because a replica is read only as
long as it is known to hold all that was committed LONGEST_BEHIND seconds ago, and that is less. The
position of each write in the write-ahead log would let the writer back sooner. It would also cost
every write a statement more, and the marks of two writes at once would have to be merged, never
replaced; a mark that says only that something was written needs neither.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.core.cache import cache
from django.core.exceptions import MiddlewareNotUsed
from django.db import DEFAULT_DB_ALIAS, OperationalError, connections
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from foundation.database.lost_database import drop_dead_connection, is_unreachable
from foundation.web import cookies
from organisations.models import Session

REPLICA = "replica"
LONGEST_BEHIND = 10.0  # seconds; a replica that is further behind is not read
# A cookie's age is told in whole seconds, and by clocks of hosts that may differ a little.
OWN_WRITES_FOR = 15  # seconds
LOOK_EVERY = 1.0  # seconds
LOOK_AGAIN_AFTER = 5.0  # seconds, where it could not be asked: that may cost a time-out
_COOKIE = "sift_wrote"

logger = logging.getLogger("sift.replica")
_own = threading.local()  # as Django's connections are


def is_configured() -> bool:
    return REPLICA in connections.settings


def alias() -> str:
    """Which database this thread's reads go to at the moment."""
    chosen: str = getattr(_own, "alias", DEFAULT_DB_ALIAS)
    return chosen


@contextmanager
def reads_allowed(allowed: bool) -> Iterator[None]:
    """Within, reads go to the replica, if they are allowed to and it is fit to be read."""
    _own.has_written = False
    _own.alias = DEFAULT_DB_ALIAS
    if allowed and _watch.is_fresh():
        drop_dead_connection(REPLICA)  # this thread's, from before a restart
        _own.alias = REPLICA
    try:
        yield
    finally:
        _own.alias = DEFAULT_DB_ALIAS


def give_up(error: BaseException) -> None:
    """The replica failed under a read: from here on this request reads from the primary.

    It may only have refused this one: what its recovery must change, a read may not hold on to for
    long. Only one that cannot be reached is left alone by everybody for a while.
    """
    _own.alias = DEFAULT_DB_ALIAS
    connections[REPLICA].close()
    if is_unreachable(error):
        _watch.lose(error)


# --- The API: by organisation --------------------------------------------------------------------
@contextmanager
def reads_of(organisation_id: UUID) -> Iterator[None]:
    """Within, the API's reads go to the replica, unless a key of theirs has just written."""
    try:
        has_written = cache.get(_mark_of(organisation_id)) is not None
    except Exception:  # whichever the cache raises; the limits, counted before, have told of it
        has_written = True
    with reads_allowed(not has_written):
        yield


def note_write_of(organisation_id: UUID) -> None:
    """A key of the organisation has written, and that is committed."""
    try:
        cache.set(_mark_of(organisation_id), True, OWN_WRITES_FOR)
    except Exception as error:
        logger.error("A write was not marked, the cache failed: %s.", type(error).__name__)


def _mark_of(organisation_id: UUID) -> str:
    return f"wrote:{organisation_id}"


# --- Pages: by browser ---------------------------------------------------------------------------
class ReplicaMiddleware:
    """Stands behind the middleware that finds out who asks, which reads from the primary."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        if not is_configured():
            raise MiddlewareNotUsed
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        is_safe = request.method in {"GET", "HEAD"}
        with reads_allowed(is_safe and request.user.is_authenticated and not _has_written(request)):
            response = self.get_response(request)
        if not is_safe or _own.has_written:
            cookies.put(response, _COOKIE, 1, seconds=OWN_WRITES_FOR)
        return response

    def process_exception(
        self, request: HttpRequest, exception: Exception
    ) -> HttpResponseBase | None:
        """Ask a view again whose replica failed under it."""
        match = request.resolver_match
        if not isinstance(exception, OperationalError) or alias() != REPLICA or match is None:
            return None
        give_up(exception)
        answer: HttpResponseBase = match.func(request, *match.args, **match.kwargs)
        return answer


def _has_written(request: HttpRequest) -> bool:
    return cookies.read(request, _COOKIE, seconds=OWN_WRITES_FOR) is not None


class Router:
    """Django's word for the choice of a database for each QuerySet."""

    def db_for_read(self, model: type[Model], **hints: Any) -> str:
        if model is Session or connections[DEFAULT_DB_ALIAS].in_atomic_block:
            return DEFAULT_DB_ALIAS
        return alias()

    def db_for_write(self, model: type[Model], **hints: Any) -> str:
        """The primary; and what this request reads from now on may be what it wrote."""
        _own.alias = DEFAULT_DB_ALIAS
        _own.has_written = True
        return DEFAULT_DB_ALIAS

    def allow_relation(self, *objects: Model, **hints: Any) -> bool:
        return True  # both hold the same rows

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool | None:
        return False if db == REPLICA else None


# --- Whether it is fit to be read ----------------------------------------------------------------
class _Watch:
    """How fresh the replica is, as one of the process's requests finds out every second.

    It sets a mark, the time and the position that the primary has then written to, and asks until
    the replica has replayed that: it then holds what was committed by that time. Neither server's
    clock is asked, nor what the replica believes of itself: one that lost its primary would think
    that it holds everything.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.forget()

    def forget(self) -> None:
        self._next_look = self._holds_all_until = float("-inf")
        self._mark: tuple[float, str] | None = None
        self._waiting_since = time.monotonic()
        self._told_fresh = True

    def is_fresh(self) -> bool:
        if time.monotonic() >= self._next_look and self._lock.acquire(blocking=False):
            try:
                self._look()
            finally:
                self._lock.release()
        fresh = time.monotonic() - self._holds_all_until <= LONGEST_BEHIND
        if fresh:
            self._tell(fresh)
        elif time.monotonic() - self._waiting_since > LONGEST_BEHIND:
            self._tell(fresh)  # and not merely new to a process that has just begun
        return fresh

    def _tell(self, fresh: bool) -> None:
        if fresh == self._told_fresh:
            return
        self._told_fresh = fresh
        if fresh:
            logger.warning("The replica is read again.")
        else:
            logger.warning("The replica is behind or away: the primary is read.")

    def lose(self, error: BaseException) -> None:
        """It cannot be asked; look again later."""
        logger.debug("The replica cannot be asked: %s.", type(error).__name__)
        self._holds_all_until = self._waiting_since = float("-inf")
        self._next_look = time.monotonic() + LOOK_AGAIN_AFTER

    def _look(self) -> None:
        now = time.monotonic()
        self._next_look = now + LOOK_EVERY
        if self._mark is None:
            # Where the next record goes, so that a commit that is not yet on the disk counts too.
            self._mark = now, _ask(DEFAULT_DB_ALIAS, "SELECT pg_current_wal_insert_lsn()::text")
        at, position = self._mark
        try:
            drop_dead_connection(REPLICA)
            has_it = _ask(REPLICA, "SELECT pg_last_wal_replay_lsn() >= %s::pg_lsn", position)
        except OperationalError as error:
            connections[REPLICA].close()
            self.lose(error)
            return
        if has_it:
            self._holds_all_until, self._mark = at, None


def _ask(database: str, sql: str, *values: str) -> Any:
    with connections[database].cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchone()[0]


_watch = _Watch()
