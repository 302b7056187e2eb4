"""Connections to receivers: a name is resolved once, every address of it is checked, and a checked
one is connected to; what then happens ends by its deadline, however slowly it goes on.

Nobody between looks a name up again: httpcore is given an open connection, and the name is only
what its certificate must say.
"""

import queue
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import httpcore

from webhooks.destinations import Refused, check_address, read_address

Resolve = Callable[[str, int], list[str]]

_own = threading.local()  # the deadline of what this thread sends, by time.monotonic()


@contextmanager
def ends_within(seconds: float) -> Iterator[None]:
    """Within, connecting, sending and reading in this thread take no longer than that together."""
    _own.deadline = time.monotonic() + seconds
    try:
        yield
    finally:
        _own.deadline = None


def _seconds_left(timeout: float | None, error: type[Exception]) -> float | None:
    """What is left until the deadline, and no more than `timeout`; raises the error where none is.

    A socket's own time-out begins anew with each byte: one that drips would never end.
    """
    deadline: float | None = getattr(_own, "deadline", None)
    if deadline is None:
        return timeout
    left = deadline - time.monotonic()
    if left <= 0:
        raise error("the time is up")
    return left if timeout is None else min(left, timeout)


def resolve(host: str, port: int) -> list[str]:
    """Every address of the name, as the system's resolver has them."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(where[0]) for *_, where in found))


class CheckedBackend(httpcore.NetworkBackend):
    """Connects where it may; `is_plain` for what goes out without TLS."""

    def __init__(self, *, is_plain: bool, resolve: Resolve = resolve) -> None:
        self._is_plain = is_plain
        self._resolve = resolve
        self._sockets = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """A connection to one of the name's addresses; raises Refused where any is forbidden."""
        addresses = self._checked(host, port)
        for address in addresses[:-1]:
            try:
                return self._connect(address, port, timeout, socket_options)
            except httpcore.ConnectError:
                continue
        return self._connect(addresses[-1], port, timeout, socket_options)

    def connect_unix_socket(self, *_: Any, **__: Any) -> httpcore.NetworkStream:
        raise Refused("leads to a socket of this machine")

    def _connect(
        self, address: str, port: int, timeout: float | None, options: Iterable[Any] | None
    ) -> httpcore.NetworkStream:
        left = _seconds_left(timeout, httpcore.ConnectTimeout)
        return _Timed(
            self._sockets.connect_tcp(address, port, timeout=left, socket_options=options)
        )

    def _checked(self, host: str, port: int) -> list[str]:
        """The addresses of the name, each of them fit."""
        found = self._resolved(host, port)
        for text in found:
            address = read_address(text)
            if address is None:  # with a zone, which means something on one machine alone
                raise Refused("leads to an address that is not public")
            check_address(address, port=port, is_plain=self._is_plain)
        return found

    def _resolved(self, host: str, port: int) -> list[str]:
        """In a thread of its own: a resolver cannot be told how long it may take."""
        if read_address(host) is not None:
            return [host.strip("[]")]
        answer: queue.SimpleQueue[list[str] | BaseException] = queue.SimpleQueue()

        def ask() -> None:
            try:
                answer.put(self._resolve(host, port))
            except Exception as error:  # raised again by who waits
                answer.put(error)

        threading.Thread(target=ask, name="webhook-name", daemon=True).start()
        try:
            found = answer.get(timeout=_seconds_left(None, httpcore.ConnectTimeout))
        except queue.Empty:
            raise httpcore.ConnectTimeout("the name was not resolved in time") from None
        if isinstance(found, OSError | UnicodeError) or found == []:
            raise NoSuchName from None
        if isinstance(found, BaseException):
            raise found
        return found


class NoSuchName(Exception):
    """No address is known for the name."""


class _Timed(httpcore.NetworkStream):
    """A connection on which nothing takes longer than until the deadline of its thread."""

    def __init__(self, stream: httpcore.NetworkStream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _seconds_left(timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _seconds_left(timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        left = _seconds_left(timeout, httpcore.ConnectTimeout)
        return _Timed(self._stream.start_tls(ssl_context, server_hostname, left))

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
