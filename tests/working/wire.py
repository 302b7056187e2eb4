"""A way to the tests' PostgreSQL that can be cut: for the worker the server is then away."""

import contextlib
import selectors
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

from tests.servers import database_url, free_port


class Wire:
    """Listens on a port of this machine and passes on what comes, until it is cut."""

    def __init__(self) -> None:
        self.port = free_port()
        parts = urlsplit(database_url())
        self._to = unquote(parts.hostname or "")
        self._to_port = parts.port or 5432
        self.url = f"{parts.scheme}://{parts.username}@127.0.0.1:{self.port}{parts.path}"
        self._ends: list[socket.socket] = []

    def join(self) -> None:
        listener = socket.create_server(("127.0.0.1", self.port))
        self._ends = [listener]
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()

    def cut(self) -> None:
        """Every connection breaks off, and new ones are refused."""
        for end in self._ends:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def _accept(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = listener.accept()
                server = self._connect()
                self._ends += [client, server]
                threading.Thread(target=_pass_on, args=(client, server), daemon=True).start()

    def _connect(self) -> socket.socket:
        if not self._to.startswith("/"):
            return socket.create_connection((self._to, self._to_port))
        server = socket.socket(socket.AF_UNIX)
        server.connect(str(Path(self._to) / f".s.PGSQL.{self._to_port}"))
        return server


def _pass_on(one: socket.socket, other: socket.socket) -> None:
    with selectors.DefaultSelector() as waiting, contextlib.suppress(OSError, ValueError):
        waiting.register(one, selectors.EVENT_READ, other)
        waiting.register(other, selectors.EVENT_READ, one)
        while True:
            for key, _ in waiting.select():
                assert isinstance(key.fileobj, socket.socket)
                said = key.fileobj.recv(65536)
                if not said:
                    return
                key.data.sendall(said)


@contextlib.contextmanager
def wire() -> Iterator[Wire]:
    way = Wire()
    way.join()
    try:
        yield way
    finally:
        way.cut()
