"""gunicorn's worker with threads, one of which a slow client holds for a moment only.

gunicorn gives a connection a thread with its first byte, and the thread waits for the rest; a
handful of clients that drip their headers would hold them all. Here a request waits at the poller,
among thousands and without a thread, until its head and, if it is short, its body have arrived.
What is longer has a deadline, and so have each piece of an answer and the whole of it: a slow
reader does hold a thread, until then. A proxy in front, which takes requests and answers in itself,
spares Sift these too (deploy/nginx.conf).
"""

import errno
import re
import socket
import time
from collections import deque
from concurrent.futures import Future
from contextlib import ExitStack
from functools import partial
from selectors import EVENT_READ
from typing import Any

from gunicorn.http.errors import InvalidHeader
from gunicorn.workers.gthread import _DEFER, ThreadWorker

from sift_site.serving.deadlines import Deadlines

LONGEST_ARRIVAL = 20.0  # seconds, for a head, and for a body that is short
LONGEST_BODY = 30.0  # for any other
LONGEST_PIECE = 20.0  # of an answer, to be taken by the client: a page, a thousand rows of a file
LONGEST_ANSWER = 180.0
LONGEST_FAREWELL = 2.0
_LONGEST_WAITED_FOR = 32 * 1024  # bytes of head and body, as they wait in the kernel
_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*([0-9]{1,6})[ \t]*\r\n", re.IGNORECASE)
_EXPECT = re.compile(rb"\r\nexpect:", re.IGNORECASE)
_DEADLINES = Deadlines()


class Worker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    """ThreadWorker, in which clients wait for their threads and not the threads for them."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._leaving: deque[Any] = deque()

    def handle(self, conn: Any) -> Any:
        """In a thread: serve the connection's request, or send it back to wait for its rest."""
        missing = _missing(conn)
        if missing:
            if _is_overdue(conn):
                return False
            # The poller wakes once so many bytes are there, and not for each of them.
            conn.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, missing)
            conn.waited_for = missing
            return _DEFER
        if getattr(conn, "waited_for", 0):
            conn.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, 1)
        conn.waited_for, conn.arriving_since, conn.data_ready = 0, None, True
        with ExitStack() as conn.until_head:
            cut = partial(_shut, conn.sock, socket.SHUT_RD)
            conn.until_head.enter_context(_DEADLINES.within(LONGEST_ARRIVAL, cut))
            return super().handle(conn)

    def handle_request(self, req: Any, conn: Any) -> Any:
        """Answer the request, whose head is read by now, within its deadlines."""
        conn.until_head.close()
        _refuse_unclear(req)
        conn.sock.settimeout(LONGEST_PIECE)
        cut = partial(_shut, conn.sock, socket.SHUT_RDWR)
        with _DEADLINES.within(LONGEST_ANSWER, cut), _body_deadline(req, conn):
            try:
                return super().handle_request(req, conn)
            except TimeoutError:  # gunicorn would write a traceback; it knows clients that left
                raise ConnectionResetError(errno.ECONNRESET, "the client is too slow") from None

    def finish_request(self, conn: Any, fs: "Future[Any]") -> None:
        """In the main thread: what becomes of the connection.

        gunicorn waits there for up to two seconds for a client to close its end, and meanwhile
        hears nobody: here it waits at the poller.
        """
        closes = not (fs.cancelled() or fs.exception() or fs.result())
        if not (closes and self.alive):
            super().finish_request(conn, fs)
            return
        self.nr_conns -= 1
        try:
            conn.sock.shutdown(socket.SHUT_WR)
            conn.sock.setblocking(False)
            self.poller.register(conn.sock, EVENT_READ, partial(self._on_farewell, conn))
        except (OSError, ValueError):  # it is gone
            conn.close()
            return
        conn.timeout = time.monotonic() + LONGEST_FAREWELL
        self._leaving.append(conn)

    def murder_pending(self) -> None:
        """Close the connections that waited too long; called about once a second."""
        super().murder_pending()
        now = time.monotonic()
        while self._leaving and self._leaving[0].timeout <= now:
            self._let_go(self._leaving[0])

    def _on_farewell(self, conn: Any, _socket: socket.socket) -> None:
        """Drop what still comes, so that the client's end is not reset before it read its answer;
        what comes after it has read that is none of ours."""
        try:
            rest = conn.sock.recv(64 * 1024)
        except OSError:
            rest = b""
        if not rest:
            self._let_go(conn)

    def _let_go(self, conn: Any) -> None:
        self.poller.unregister(conn.sock)
        self._leaving.remove(conn)
        conn.close()


def _refuse_unclear(req: Any) -> None:
    """InvalidHeader for a request of which it is not plain to whom it goes or how long it is.

    HTTP/1.1 names its host, once (RFC 9112, 3.2); and nothing that came compressed is unpacked, so
    chunked is the only coding (6.1). Proxies may see both otherwise than we do.
    """
    hosts = [value for name, value in req.headers if name == "HOST"]
    if len(hosts) > 1 or (not hosts and req.version >= (1, 1)):
        raise InvalidHeader("HOST", req=req)
    for name, value in req.headers:
        if name == "TRANSFER-ENCODING" and value.strip(" \t").lower() != "chunked":
            raise InvalidHeader("TRANSFER-ENCODING", req=req)


def _missing(conn: Any) -> int:
    """How many bytes must be there before the request can be served; 0 where it can be now.

    Nothing is taken from the socket: gunicorn reads the request itself.
    """
    if conn.cfg.is_ssl or (conn.parser is not None and conn.parser.unreader.buf.getvalue()):
        return 0
    flags = socket.MSG_PEEK | socket.MSG_DONTWAIT
    try:
        arrived = conn.sock.recv(_LONGEST_WAITED_FOR, flags)
    except BlockingIOError:
        return 1
    except OSError:
        return 0
    if len(arrived) < getattr(conn, "waited_for", 0):
        return 0  # woken without it: the client has closed its end
    needed = _needed(arrived)
    return needed if len(arrived) < needed <= _LONGEST_WAITED_FOR else 0


def _needed(arrived: bytes) -> int:
    """How long the request is, as far as can be told by what arrived of it."""
    end = arrived.find(b"\r\n\r\n")
    if end < 0:
        is_faulty = arrived.count(b"\n") != arrived.count(b"\r\n")
        return 0 if is_faulty or not arrived else len(arrived) + 1
    head = arrived[: end + 2]
    length = _LENGTH.search(head)
    if length is None or _EXPECT.search(head):  # who expects a word before the body waits for it
        return 0
    return end + 4 + int(length[1])


def _is_overdue(conn: Any) -> bool:
    now = time.monotonic()
    if getattr(conn, "arriving_since", None) is None:
        conn.arriving_since = now
    return bool(now - conn.arriving_since > LONGEST_ARRIVAL)


def _body_deadline(req: Any, conn: Any) -> Any:
    names = {name for name, _ in req.headers}
    if not names & {"CONTENT-LENGTH", "TRANSFER-ENCODING"}:
        return ExitStack()
    return _DEADLINES.within(LONGEST_BODY, partial(_shut, conn.sock, socket.SHUT_RD))


def _shut(connection: socket.socket, how: int) -> None:
    """From another thread: the one that waits for the client is woken, and ends."""
    try:
        connection.shutdown(how)
    except OSError:
        return  # the client was quicker
