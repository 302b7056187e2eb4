"""The client: a few connections that are kept, each with one request under way at any time.

Of our own rather than wrk's, so that it looks at every answer, sends PATCH with a body of its own,
and stops at a number of requests as well as after a time. One thread over epoll; the bytes of
requests are made beforehand. It costs a few hundredths of a millisecond of CPU for each request.
"""

import selectors
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass

_PATIENCE = 30.0  # seconds for one answer


@dataclass(frozen=True, slots=True)
class Round:
    """What was seen in one round."""

    requests: int
    seconds: float
    latencies: list[float]  # seconds, one for each request


class UnexpectedAnswer(Exception):
    """An answer that is not a 200: the figures would mean nothing."""


class _Connection:
    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sent_at = 0.0
        self.received = b""

    def send(self, request: bytes) -> None:
        self.received = b""
        self.sent_at = time.perf_counter()
        self.socket.sendall(request)

    def receive(self) -> bool:
        """Take what has come; whether the answer is whole."""
        piece = self.socket.recv(1 << 20)
        if not piece:
            raise UnexpectedAnswer("the server closed the connection")
        self.received = self.received + piece if self.received else piece
        head, mark, body = self.received.partition(b"\r\n\r\n")
        if not mark:
            return False
        if not head.startswith(b"HTTP/1.1 200"):
            raise UnexpectedAnswer(head.partition(b"\r\n")[0].decode())
        return len(body) >= _content_length(head)


def _content_length(head: bytes) -> int:
    _, found, rest = head.lower().partition(b"\r\ncontent-length:")
    if not found:
        raise UnexpectedAnswer("no Content-Length")
    return int(rest.partition(b"\r\n")[0])


def drive(
    port: int, requests: Iterator[bytes], *, connections: int, seconds: float, most: int
) -> Round:
    """Ask until the time is up or so many are answered, whichever comes first."""
    selector = selectors.DefaultSelector()
    opened = [_Connection(port) for _ in range(connections)]
    latencies: list[float] = []
    started = time.perf_counter()
    ends = started + seconds
    try:
        for connection in opened:
            selector.register(connection.socket, selectors.EVENT_READ, connection)
            connection.send(next(requests))
        under_way, sent = len(opened), len(opened)
        while under_way:
            ready = selector.select(_PATIENCE)
            if not ready:
                raise UnexpectedAnswer(f"nothing came for {_PATIENCE:.0f} s")
            for key, _ in ready:
                connection = key.data
                if not connection.receive():
                    continue
                now = time.perf_counter()
                latencies.append(now - connection.sent_at)
                if now < ends and sent < most:
                    connection.send(next(requests))
                    sent += 1
                else:
                    under_way -= 1
        return Round(len(latencies), time.perf_counter() - started, latencies)
    finally:
        selector.close()
        for connection in opened:
            connection.socket.close()
