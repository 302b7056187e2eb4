"""One POST to a receiver, and what came back of it or why nothing did.

httpcore alone: it follows no redirect, keeps no cookie and reads no proxy from the environment.
"""

import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache

import httpcore
import httpx

from webhooks.destinations import Refused
from webhooks.models.delivery import ANSWER_KEPT
from webhooks.network import CheckedBackend, NoSuchName, ends_within

LONGEST = 15.0  # seconds, from the name to the answer's end
MOST_READ = 16 * 1024  # bytes of the answer
_KEPT_OPEN = 200  # connections, for so many seconds
_KEPT_OPEN_FOR = 20.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a try: an answer's status and beginning, or a fault in words."""

    sent_at: datetime
    milliseconds: int
    status: int | None = None
    answer: str | None = None
    retry_after: str | None = None
    fault: str | None = None

    @property
    def succeeded(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


def post(url: str, headers: Mapping[str, str], body: bytes) -> Outcome:
    """Send it, whatever comes of it; nothing is raised for what a receiver does."""
    sent_at, began = datetime.now(UTC), time.monotonic()

    def took() -> int:
        return round((time.monotonic() - began) * 1000)

    try:
        status, retry_after, answer = _exchange(httpx.URL(url), headers, body)
    except (
        *(httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError),
        *(Refused, NoSuchName, ssl.SSLError, OSError),
    ) as error:
        return Outcome(sent_at, took(), fault=in_words(error))
    return Outcome(sent_at, took(), status, answer, retry_after)


def _exchange(
    url: httpx.URL, headers: Mapping[str, str], body: bytes
) -> tuple[int, str | None, str | None]:
    target = httpcore.URL(
        scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
    )
    sent = [
        *((name.encode(), value.encode()) for name, value in headers.items()),
        (b"Host", url.netloc),
        (b"Content-Length", str(len(body)).encode()),
    ]
    with (
        ends_within(LONGEST),
        _connections(url.scheme).stream("POST", target, headers=sent, content=body) as response,
    ):
        beginning = _beginning(response)
        named = {name.lower(): value for name, value in response.headers}
        retry_after = named.get(b"retry-after", b"").decode("latin-1") or None
        return response.status, retry_after, _as_text(beginning)


def _beginning(response: httpcore.Response) -> bytes:
    """The answer up to MOST_READ; one that goes on has its connection closed."""
    pieces, length = [], 0
    for piece in response.iter_stream():
        pieces.append(piece)
        length += len(piece)
        if length >= MOST_READ:
            break
    return b"".join(pieces)


def _as_text(answer: bytes) -> str | None:
    """What is kept of it, as PostgreSQL can hold it."""
    return answer[:ANSWER_KEPT].decode("utf-8", "replace").replace("\x00", "�") or None


@cache
def _connections(scheme: str) -> httpcore.ConnectionPool:
    """This process's open connections: those by TLS, and those without."""
    return httpcore.ConnectionPool(
        ssl_context=_tls(),
        max_connections=None,
        max_keepalive_connections=_KEPT_OPEN,
        keepalive_expiry=_KEPT_OPEN_FOR,
        network_backend=CheckedBackend(is_plain=scheme == "http"),
    )


@cache
def _tls() -> ssl.SSLContext:
    return httpx.create_ssl_context(trust_env=False)


# --- Faults in words -----------------------------------------------------------------------------
_WORDS: list[tuple[type[Exception], str]] = [
    (NoSuchName, "its name has no address"),
    (httpcore.ConnectTimeout, f"no connection within {LONGEST:.0f} seconds"),
    (httpcore.TimeoutException, f"no answer within {LONGEST:.0f} seconds"),
    (httpcore.ProtocolError, "it broke off, or its answer is no HTTP"),
    (httpcore.ConnectError, "it could not be connected to"),
    (httpcore.NetworkError, "the connection broke off"),
]


def in_words(error: Exception) -> str:
    """Why there is no answer; nothing of Sift's own network is in it."""
    if isinstance(error, Refused):
        return f"not sent: its address {error}"
    causes = [error, error.__cause__, error.__context__]
    for cause in causes:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"its certificate is not good: {cause.verify_message}"[:200]
        if isinstance(cause, ssl.SSLError):
            return "TLS failed"
        if isinstance(cause, ConnectionRefusedError):
            return "it refused the connection"
    return next((words for kind, words in _WORDS if isinstance(error, kind)), "it failed")
