"""Error pages: in the site's shell for who is signed in, plain for others, kept by no cache."""

import errno
import logging
import sys
from typing import Any

from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from foundation.database.lost_database import first_line, hindrance
from foundation.web.pages import TooManyRequests
from organisations.signing_in.middleware import REFUSAL

logger = logging.getLogger("sift.pages")
_DISK_IS_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
_ASK_AGAIN_AFTER = "10"  # seconds


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400: a form of too many fields, and the like."""
    return _page(request, "400.html", 400)


def foreign_host(request: HttpRequest, fault: DisallowedHost) -> HttpResponse:
    """400 for a host that is not ours, in one line of the log: whoever tries every address of a
    network sends them by the thousand."""
    logger.warning("Refused: %s", fault)
    answer = bad_request(request, fault)
    answer._has_been_logged = True  # type: ignore[attr-defined]
    return answer


def broken_off(request: HttpRequest) -> HttpResponse:
    """400 for a form of which not all came."""
    return _page(request, "400.html", 400)


def too_large(request: HttpRequest) -> HttpResponse:
    """413 for a form with files of which nothing was read."""
    return _page(request, "413.html", 413)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403, with the reason that the view gave, if any; 429 for what came too often."""
    if isinstance(exception, TooManyRequests):
        return too_many_requests(request, exception)
    return _page(request, "403.html", 403, reason=str(exception))


def too_many_requests(request: HttpRequest, exception: TooManyRequests) -> HttpResponse:
    """429, saying how long to wait."""
    answer = _page(request, "429.html", 429, seconds=exception.seconds, why=exception.why)
    answer.headers["Retry-After"] = str(exception.seconds)
    return answer


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404: one page for what never was, what is gone, and what is another agency's."""
    return _page(request, "404.html", 404)


def server_error(request: HttpRequest) -> HttpResponse:
    """500, or 503 where the database cannot be reached, is too busy or has no room, or where this
    machine's own disk is full; called while the fault is handled.

    It asks the database nothing: the shell shows a person only where one was read before.
    """
    fault = sys.exc_info()[1]
    if fault is not None and (what := hindrance(fault)):
        return _unavailable(request, "503.html", f"{what}: {first_line(fault)}")
    if _is_of_a_full_disk(fault):
        return _unavailable(request, "503_disk.html", "the server's own disk is full")
    return _page(request, "500.html", 500)


def _is_of_a_full_disk(fault: BaseException | None) -> bool:
    """Whether a file found no room: what came as an upload, or an export before it is sent."""
    return isinstance(fault, OSError) and fault.errno in _DISK_IS_FULL


def _unavailable(request: HttpRequest, template: str, why: str) -> HttpResponse:
    """503, in one line of the log instead of Django's traceback: there is nothing to find out in
    it."""
    logger.error("%s failed: %s", request.path, why)
    answer = _page(request, template, 503)
    answer.headers["Retry-After"] = _ASK_AGAIN_AFTER
    answer._has_been_logged = True  # type: ignore[attr-defined]
    return answer


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form that was sent without its token: an old page, or cookies turned off.

    A page that asked by HTMX gets itself a new one (static/js/requests.js).
    """
    answer = _page(request, "403_csrf.html", 403)
    answer.headers[REFUSAL] = "stale-form"
    return answer


def _page(request: HttpRequest, template: str, status: int, **context: Any) -> HttpResponse:
    answer = render(request, template, context, status=status)
    answer.headers["Cache-Control"] = "no-store"
    return answer
