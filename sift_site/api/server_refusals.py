"""What gunicorn itself refuses before the application is asked, as the API would say it.

An address or header that is too long, or a request that is none, is gunicorn's to answer, in HTML
and repeating what it could not read. It does not know the path by then, and below /api/v1 nothing
answers in HTML (CONTRACT.md, section 2, Errors), so every such answer is problem details; browsers
send no such requests.
"""

import socket
from uuid import uuid4

import msgspec
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
    head = (
        f"HTTP/1.1 {status} {reason}\r\n"
        "Connection: close\r\n"
        "Content-Type: application/problem+json\r\n"
        f"Content-Length: {len(body)}\r\n"
        f"X-Request-Id: {request_id}\r\n"
        "Cache-Control: private, no-store\r\n"
        "Vary: Authorization\r\n"
        f"Content-Security-Policy: {security_headers.NOT_A_PAGE}\r\n"
        + "".join(f"{name}: {value}\r\n" for name, value in security_headers.EVERYWHERE.items())
        + "\r\n"
    )
    util.write_nonblock(connection, head.encode("latin-1") + body)
