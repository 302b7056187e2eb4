"""Clients that take their time, many at once, each in its own way."""

import contextlib
import socket
import time
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit
from urllib.request import urlopen

Client = Callable[[socket.socket], None]


def silent(_connection: socket.socket) -> None:
    """Says nothing at all."""


def drips_its_head(connection: socket.socket) -> None:
    connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Slow: a")


def drips_its_body(connection: socket.socket) -> None:
    connection.sendall(
        b"POST /sign-in/ HTTP/1.1\r\nHost: localhost\r\n"
        b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 900\r\n\r\nusername="
    )


def never_hangs_up(connection: socket.socket) -> None:
    connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")


def reads_slowly(path: str, cookie: str) -> Client:
    """Asks for a long answer and takes none of it."""

    def ask(connection: socket.socket) -> None:
        head = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nCookie: {cookie}\r\n\r\n"
        connection.sendall(head.encode())

    return ask


@contextlib.contextmanager
def many(address: str, client: Client, count: int = 50) -> Iterator[list[socket.socket]]:
    """So many of them, connected for the length of the block."""
    port = urlsplit(address).port
    with contextlib.ExitStack() as opened:
        connections = []
        for _ in range(count):
            connection = opened.enter_context(socket.socket())
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            connection.settimeout(60)
            connection.connect(("127.0.0.1", port))
            client(connection)
            connections.append(connection)
        yield connections


def drip(connections: list[socket.socket], seconds: float) -> None:
    """A byte of each, now and then, as long as the server takes it."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        for connection in connections:
            with contextlib.suppress(OSError):
                connection.sendall(b"a")
        time.sleep(0.2)


def seconds_for(url: str) -> float:
    """How long somebody else waits for the address, meanwhile."""
    began = time.monotonic()
    with urlopen(url, timeout=60) as answer:  # noqa: S310 - our own server
        answer.read()
    return time.monotonic() - began
