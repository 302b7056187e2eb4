"""A mail server of a test's own: it takes letters over SMTP, or fails in the way that is asked of
it.

    with mail_server() as post:
        post.refusals["DATA"] = "451 4.3.0 come back later"
        ...
        assert post.letters_to("priya@example.com") == []
"""

import contextlib
import email
import email.policy
import socket
import socketserver
import threading
from collections.abc import Iterator
from email.message import EmailMessage
from typing import BinaryIO

from tests.servers import free_port


class MailServer:
    """What it has taken, and how it behaves; both may change while it runs.

    `accepted` are the letters whose acceptance it has told, `received` those that it has been sent
    whole. `refusals` are its answers to commands by their first word; `END` is the letter's end.
    It holds back its greeting, and its answer to a letter's end, until these events are set.
    """

    def __init__(self, port: int) -> None:
        self.port = port
        self.received: list[EmailMessage] = []
        self.accepted: list[EmailMessage] = []
        self.refusals: dict[str, str] = {}
        self.greets = threading.Event()
        self.answers_the_end = threading.Event()
        self.greets.set()
        self.answers_the_end.set()
        self._server: socketserver.ThreadingTCPServer | None = None

    @property
    def environment(self) -> dict[str, str]:
        """What has Sift send its letters here."""
        return {
            "EMAIL_URL": f"smtp://127.0.0.1:{self.port}",
            "EMAIL_FROM": "Sift <sift@example.co.uk>",
        }

    def letters_to(self, address: str) -> list[EmailMessage]:
        return [letter for letter in self.accepted if letter["To"] == address]

    def start(self) -> None:
        server = _Listener(("127.0.0.1", self.port), _Talk)
        server.post = self
        self._server = server
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self) -> None:
        """Be away: whoever calls is refused. `start` brings it back."""
        self.greets.set()
        self.answers_the_end.set()
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None


class _Listener(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 64
    post: MailServer


class _Talk(socketserver.StreamRequestHandler):
    """One session, as RFC 5321 has it and no more of it than a client of ours asks for."""

    def handle(self) -> None:
        assert isinstance(self.server, _Listener)
        post = self.server.post
        post.greets.wait()
        with contextlib.suppress(OSError):
            self._say("220 mail.example ready")
            while line := self.rfile.readline().decode().strip():
                self._answer(post, line.split()[0].upper())

    def _answer(self, post: MailServer, word: str) -> None:
        if refusal := post.refusals.get(word):
            self._say(refusal)
        elif word == "DATA":
            self._say("354 go on")
            self._take(post)
        else:
            self._say("221 bye" if word == "QUIT" else "250 good")

    def _take(self, post: MailServer) -> None:
        letter = email.message_from_bytes(_dotted(self.rfile), policy=email.policy.default)
        post.received.append(letter)
        post.answers_the_end.wait()
        if refusal := post.refusals.get("END"):
            self._say(refusal)
            return
        self._say("250 accepted")
        post.accepted.append(letter)

    def _say(self, words: str) -> None:
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.wfile.write(f"{words}\r\n".encode())


def _dotted(lines: BinaryIO) -> bytes:
    """The letter, up to the line that is one dot."""
    taken = []
    while (line := lines.readline()) not in {b".\r\n", b""}:
        taken.append(line.removeprefix(b".") if line.startswith(b"..") else line)
    return b"".join(taken)


@contextlib.contextmanager
def mail_server(*, started: bool = True) -> Iterator[MailServer]:
    """A server on a free port, which is not up yet unless it is `started`."""
    post = MailServer(free_port())
    if started:
        post.start()
    try:
        yield post
    finally:
        post.stop()
