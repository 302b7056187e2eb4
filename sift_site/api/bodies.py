"""Reading a request's body as it comes from the socket (CONTRACT.md, section 2, 415 and 413).

Django reads as much as Content-Length says, so it takes a chunked body for an empty one. The server
marks its stream as one that ends by itself (`wsgi.input_terminated`), and that is read here.
"""

import socket
import time
from functools import lru_cache, partial

from django.http import HttpRequest
from django.utils.http import parse_header_parameters

from sift_site.api import problems
from sift_site.api.problems import Problem
from sift_site.serving.deadlines import Deadlines

LONGEST_READ = 30.0  # seconds, for a body that is not too long
MOST_DRAINED = 8 * 1024 * 1024  # bytes
LONGEST_DRAIN = 5.0  # seconds
_PIECE = 64 * 1024
# They end a read that waits for a client which sends nothing, or a byte now and then. One read
# returns when it has all that it was asked for, so a time-out on the socket would start anew with
# every byte; shutting the socket from outside ends the read itself.
_DEADLINES = Deadlines()


def read(request: HttpRequest, most: int) -> bytes:
    """The body, at most `most` bytes of it; raises the Problems 415 and 413, in this order.

    A body that is too long is read on for a while: a client that is still sending does not look
    for an answer, and would find the connection reset instead of the 413. One that breaks off is a
    400.
    """
    if not _is_json(request.META.get("CONTENT_TYPE", "")):
        raise problems.unsupported_media_type()
    if encoding := _encoding(request.META.get("HTTP_CONTENT_ENCODING", "")):
        raise problems.encoded_body(encoding)
    declared = _declared_length(request)
    body = b""
    if declared is None or declared <= most:
        body = _read_whole(request, declared, most)
    if len(body) > most or (declared is not None and declared > most):
        _drain(request, None if declared is None else declared - len(body))
        _shut_reading(request)
        raise problems.body_too_large(most)
    return body


@lru_cache(maxsize=64)  # a caller says the same each time
def _is_json(content_type: str) -> bool:
    try:
        media_type, parameters = parse_header_parameters(content_type)
    except (ValueError, LookupError):  # a parameter in a charset that nobody knows (RFC 2231)
        return False
    charset = parameters.get("charset", "utf-8").strip("'\"").lower()
    return media_type == "application/json" and charset in {"utf-8", "utf8"}


def _encoding(said: str) -> str:
    """What the body is encoded with (RFC 9110, 8.4); empty where it is sent as it is."""
    if not said:
        return ""
    codings = [coding.strip() for coding in said.split(",")]
    return ", ".join(coding for coding in codings if coding.lower() not in {"", "identity"})


def _declared_length(request: HttpRequest) -> int | None:
    """What Content-Length says; None for a body that ends by itself, 0 where there is none."""
    text: str = request.META.get("CONTENT_LENGTH") or ""
    if text.isascii() and text.isdigit():
        return int(text[:19])  # Python refuses thousands of digits; so many are too long anyhow
    return None if request.META.get("wsgi.input_terminated") else 0


def _read_whole(request: HttpRequest, declared: int | None, most: int) -> bytes:
    """The declared bytes; or, where the body ends by itself, up to one byte more than `most`."""
    wanted = most + 1 if declared is None else declared
    stream = request.META["wsgi.input"]
    pieces = []
    try:
        with _DEADLINES.within(LONGEST_READ, partial(_shut_reading, request)):
            while wanted > 0 and (piece := stream.read(min(wanted, _PIECE))):
                pieces.append(piece)
                wanted -= len(piece)
    except Exception:  # whatever the server raises for a garbled or broken stream
        raise _broken_off(request) from None
    if declared is not None and wanted > 0:
        raise _broken_off(request)
    return b"".join(pieces)


def _broken_off(request: HttpRequest) -> Problem:
    _shut_reading(request)  # where the next request would begin is not known
    return Problem(problems.BAD_REQUEST, "The body broke off or took too long.")


def _drain(request: HttpRequest, remaining: int | None) -> None:
    """Read on, for so many bytes and so long as is reasonable."""
    wanted = MOST_DRAINED if remaining is None else min(MOST_DRAINED, remaining)
    stream = request.META["wsgi.input"]
    deadline = time.monotonic() + LONGEST_DRAIN
    try:
        with _DEADLINES.within(LONGEST_DRAIN, partial(_shut_reading, request)):
            while wanted > 0 and time.monotonic() < deadline:
                piece = stream.read(min(wanted, _PIECE))
                if not piece:
                    return
                wanted -= len(piece)
    except Exception:  # noqa: S110  # cut off or garbled: there is nobody left to tell
        pass


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
