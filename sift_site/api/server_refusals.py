"""What gunicorn itself refuses before the application is asked, as the API would say it.

An address or header that is too long, or a request that is none, is gunicorn's to answer, in HTML
and repeating what it could not read. It does not know the path by then, and below /api/v1 nothing
answers in HTML (CONTRACT.md, section 2, Errors), so every such answer is problem details; browsers
send no such requests.
"""

import socket
from uuid import uuid4

import msgspec
from django.conf import settings
from gunicorn import util

from sift_site.api import problems
from sift_site.api.schemas import ProblemDetails
from sift_site.serving import security_headers

_DETAILS = {
    414: "The address is too long.",
    431: "The headers are too long or too many.",
}


def answer_as_problems() -> None:
    """Have this process's gunicorn write its refusals so; it has no setting for it."""
    util.write_error = _write


def _write(connection: socket.socket, status: int, reason: str, _quoted: str) -> None:
    """In place of gunicorn's own, whose last argument quotes the request, a key in it perhaps."""
    if status == 501:  # a coding that gunicorn does not know: no body of which the end is known
        status, reason = 400, "Bad Request"
    kind = problems.BAD_REQUEST if status < 500 else problems.SERVER_ERROR
    request_id = str(uuid4())
    body = msgspec.json.encode(
        ProblemDetails(
            type=kind.type,
            title=reason,
            status=status,
            detail=_DETAILS.get(status, "This could not be read as a request."),
            request_id=request_id,
        )
    )
    headers = {
        "Connection": "close",
        "Content-Type": "application/problem+json",
        "Content-Length": str(len(body)),
        "X-Request-Id": request_id,
        "Cache-Control": "private, no-store",
        "Vary": "Authorization",
    }
    # What a proxy said of the scheme was not read; but where one is trusted it ends TLS.
    security_headers.guard(headers, is_secure=settings.SIFT_TRUSTED_PROXIES > 0)
    lines = [f"HTTP/1.1 {status} {reason}", *map(": ".join, headers.items()), "", ""]
    util.write_nonblock(connection, "\r\n".join(lines).encode("latin-1") + body)
