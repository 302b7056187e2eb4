"""Reading a request's body as it comes from the socket (CONTRACT.md, section 2, 415 and 413).

Django reads as much as Content-Length says, so it takes a chunked body for an empty one. The server
marks its stream as one that ends by itself (`wsgi.input_terminated`), and that is read here.
"""

import socket
import threading
import time

from django.http import HttpRequest
from django.utils.http import parse_header_parameters

from sift_site.api import problems

MOST_DRAINED = 8 * 1024 * 1024  # bytes
LONGEST_DRAIN = 5.0  # seconds
_PIECE = 64 * 1024


def read(request: HttpRequest, most: int) -> bytes:
    """The body, at most `most` bytes of it; raises the Problems 415 and 413, in this order.

    A body that is too long is read on for a while: a client that is still sending does not look
    for an answer, and would find the connection reset instead of the 413.
    """
    if not _is_json(request.META.get("CONTENT_TYPE", "")):
        raise problems.unsupported_media_type()
    declared = _declared_length(request)
    body = b"" if declared is not None and declared > most else _read_up_to(request, most + 1)
    if len(body) > most or (declared is not None and declared > most):
        _drain(request, None if declared is None else declared - len(body))
        _shut_reading(request)
        raise problems.body_too_large(most)
    return body


def _is_json(content_type: str) -> bool:
    media_type, parameters = parse_header_parameters(content_type)
    charset = parameters.get("charset", "utf-8").strip("'\"").lower()
    return media_type == "application/json" and charset in {"utf-8", "utf8"}


def _declared_length(request: HttpRequest) -> int | None:
    """What Content-Length says; None for a body that ends by itself, 0 where there is none."""
    text: str = request.META.get("CONTENT_LENGTH") or ""
    if text.isascii() and text.isdigit():
        return int(text)
    return None if request.META.get("wsgi.input_terminated") else 0


def _read_up_to(request: HttpRequest, most: int) -> bytes:
    declared = _declared_length(request)
    wanted = most if declared is None else min(most, declared)
    stream = request.META["wsgi.input"]
    pieces = []
    while wanted > 0 and (piece := stream.read(min(wanted, _PIECE))):
        pieces.append(piece)
        wanted -= len(piece)
    return b"".join(pieces)


def _drain(request: HttpRequest, remaining: int | None) -> None:
    """Read on, for so many bytes and so long as is reasonable."""
    wanted = MOST_DRAINED if remaining is None else min(MOST_DRAINED, remaining)
    stream = request.META["wsgi.input"]
    deadline = time.monotonic() + LONGEST_DRAIN
    # One read may wait for a client that sends a byte now and then: shutting the socket from
    # outside ends it.
    watch = threading.Timer(LONGEST_DRAIN, _shut_reading, [request])
    watch.daemon = True
    watch.start()
    try:
        while wanted > 0 and time.monotonic() < deadline:
            piece = stream.read(min(wanted, _PIECE))
            if not piece:
                return
            wanted -= len(piece)
    except Exception:  # noqa: S110  # cut off or garbled: there is nobody left to tell
        pass
    finally:
        watch.cancel()


def _shut_reading(request: HttpRequest) -> None:
    """Take nothing more from the client's socket, where the server shows it (gunicorn does).

    gunicorn drops a `Connection: close` that an application sets. With the reading side shut it
    writes the answer, finds no further request, and closes.
    """
    connection: socket.socket | None = request.META.get("gunicorn.socket")
    if connection is not None:
        try:
            connection.shutdown(socket.SHUT_RD)
        except OSError:
            return  # the client was quicker
