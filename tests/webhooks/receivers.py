"""Receivers of webhooks: real HTTP servers on loopback that keep what they were sent."""

import contextlib
import json
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Received:
    """One request as it arrived."""

    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> dict[str, Any]:
        return json.loads(self.body)

    @property
    def event(self) -> dict[str, Any]:
        return self.json["data"]


@dataclass
class Answer:
    """What a receiver answers."""

    status: int = 204
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


class Receiver:
    """What one received, in order, and how it answers."""

    def __init__(self) -> None:
        self.received: list[Received] = []
        self.answers: Callable[[Received], Answer] = lambda _: Answer()
        self.lock = threading.Lock()
        self.connections = 0
        self.url = ""

    def answers_with(self, status: int, body: bytes = b"", **headers: str) -> None:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.answers = lambda _: Answer(status, named, body)

    @property
    def events(self) -> list[dict[str, Any]]:
        return [each.event for each in self.received]

    @property
    def positions(self) -> list[int]:
        return [event["position"] for event in self.events]


@contextlib.contextmanager
def receiver() -> Iterator[Receiver]:
    """A receiver on a free port of loopback; `url` is where it is reached."""
    state = Receiver()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def setup(self) -> None:
            super().setup()
            with state.lock:
                state.connections += 1

        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            body = self.rfile.read(length)
            if len(body) < length:  # whoever sent it was killed
                self.close_connection = True
                return
            got = Received({name.lower(): value for name, value in self.headers.items()}, body)
            with state.lock:
                state.received.append(got)
            answer = state.answers(got)
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            if answer.status != 204:
                self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            with contextlib.suppress(OSError):
                self.wfile.write(answer.body)

        def log_message(self, *_: Any) -> None:
            pass

    class Server(ThreadingHTTPServer):
        request_queue_size = 128

        def handle_error(self, *_: Any) -> None:
            """A sender that was killed is no fault of the receiver's."""
            if not isinstance(sys.exc_info()[1], ConnectionError):
                traceback.print_exc()

    server = Server(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    state.url = f"http://127.0.0.1:{server.server_port}/sift"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
