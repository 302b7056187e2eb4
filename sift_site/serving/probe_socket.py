"""Probes on a socket of their own (PROBE_PORT), answered while every thread is busy.

An orchestrator that cannot ask a house full of slow clients takes it for dead and kills it. Each of
the server's processes answers for itself, from a thread of its own that nothing else uses; the
socket is opened once, before they are forked. It is for the machine and its orchestrator, not for
the world: only the two probes and /metrics answer here, and they answer on the main port as well.
"""

import socket
import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, HTTPServer

from django.db import connections
from django.http import HttpRequest

from sift_site.serving import health
from sift_site.watching import answering

_LONGEST = 2.0  # seconds that a prober may take
_ANSWERS = {**health.PROBES, answering.PATH: answering.answer}


def listen(port: int) -> socket.socket:
    """The socket, on every address of the machine; OSError where the port is taken."""
    return socket.create_server(("", port), backlog=64, reuse_port=True)


def answer_in_background(listener: socket.socket) -> None:
    """Answer what comes to the socket for as long as this process lives."""
    server = HTTPServer(listener.getsockname()[:2], _Probe, bind_and_activate=False)
    server.socket.close()
    server.socket = listener
    listener.setblocking(False)  # another process may have taken what woke this one
    threading.Thread(target=server.serve_forever, name="probes", daemon=True).start()


class _Probe(BaseHTTPRequestHandler):
    timeout = _LONGEST

    def do_GET(self) -> None:
        probe = _ANSWERS.get(self.path)
        if probe is None:
            self.send_error(HTTPStatus.NOT_FOUND)
            return
        request = HttpRequest()
        request.method = self.command
        request.META["HTTP_AUTHORIZATION"] = self.headers.get("Authorization", "")
        answer = probe(request)
        connections.close_all()  # this thread's: probes are rare, and one that hangs is not kept
        self.send_response(answer.status_code)
        for name, value in answer.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer.content)

    do_HEAD = do_GET  # noqa: N815 - http.server's names

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's name
        """Probes are no news."""
