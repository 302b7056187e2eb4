"""/healthz and /readyz, for whatever starts, stops and routes to this process.

They are answered before anything else looks at the request: a probe comes by IP address and in
plain HTTP, so neither the host nor the scheme is checked.
"""

import logging
from collections.abc import Callable
from functools import cache

from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed

from foundation.plurals import so_many
from sift_site.version import VERSION

logger = logging.getLogger("sift.health")


def alive(request: HttpRequest) -> HttpResponse:
    """200 as long as this process answers at all."""
    return _answer(request, None)


def ready(request: HttpRequest) -> HttpResponse:
    """200 when the database answers and every migration is applied; else 503, saying which.

    Where no worker runs pages are served all the same, so that is a line of the log and no more.
    """
    return _answer(request, _hindrance() if _is_safe(request) else None)


PROBES: dict[str, Callable[[HttpRequest], HttpResponse]] = {"/healthz": alive, "/readyz": ready}


def _is_safe(request: HttpRequest) -> bool:
    return request.method in {"GET", "HEAD"}


def _answer(request: HttpRequest, hindrance: str | None) -> HttpResponse:
    if not _is_safe(request):
        return HttpResponseNotAllowed(["GET", "HEAD"])
    text = "ok\n" if hindrance is None else f"not ready: {hindrance}\n"
    return HttpResponse(
        text if request.method == "GET" else b"",
        status=200 if hindrance is None else 503,
        content_type="text/plain; charset=utf-8",
        headers={
            "Cache-Control": "no-store",
            "Content-Length": str(len(text)),
            "Sift-Version": VERSION,
        },
    )


def _hindrance() -> str | None:
    """What keeps this process from serving, or None."""
    # Models: gunicorn's configuration imports this before the application is loaded.
    from sift_site.working.absence import look_for_workers

    try:
        applied = _applied_migrations()
    except DatabaseError as error:
        logger.warning("Not ready: the database cannot be asked (%s).", type(error).__name__)
        return "the database cannot be reached"
    missing = len(_last_migrations() - applied)
    if missing:
        return f"migrations are missing in {so_many(missing, 'app')}"
    look_for_workers()
    return None


def _applied_migrations() -> set[tuple[str, str]]:
    """What the database says was applied, in one statement; none where it has no such table."""
    try:
        return _ask()
    except DatabaseError:
        # A connection may have died with a database that is back by now.
        if connection.in_atomic_block:
            raise
        connection.close()
        return _ask()


def _ask() -> set[tuple[str, str]]:
    return set(MigrationRecorder(connection).applied_migrations())


@cache
def _last_migrations() -> frozenset[tuple[str, str]]:
    """The last migration of each app; the ones before it were applied if it was.

    Read from the files once: they do not change under a running process.
    """
    loader = MigrationLoader(None, ignore_no_migrations=True)
    return frozenset(loader.graph.leaf_nodes())
