"""Five hundred clients at once, and a PostgreSQL whose connections others have used up."""

import contextlib
import itertools
import json
import socket
import time
from collections import Counter

import psycopg

from tests.faults.fault import Fault
from tests.faults.installation import Installation, said
from tests.serving.slow_clients import Client, many, silent

CLIENTS = 500
_LASTS = 5.0  # seconds


def _many_say_nothing(there: Installation) -> None:
    with many(there.address, silent, CLIENTS):
        time.sleep(_LASTS)


def _many_capture(there: Installation) -> None:
    """Each of them one conversation; what is acknowledged is there, and the rest may come again."""
    with many(there.address, captures(there.key), CLIENTS) as connections:
        statuses = [status_of(connection) for connection in connections]
    unclear = Counter(statuses) - Counter({"201": CLIENTS, "503, Retry-After": CLIENTS})
    assert not unclear, f"of {CLIENTS} captures at once: {dict(unclear)}"
    acknowledged = [f"crowd-{n}" for n, status in enumerate(statuses) if status == "201"]
    missing = set(acknowledged) - _those_there(there, acknowledged)
    assert not missing, f"acknowledged in the crowd and not there: {len(missing)}"


def captures(key: str) -> Client:
    """Sends a conversation of its own, `crowd-0` the first, and closes its end after the answer."""
    numbers = itertools.count()

    def send(connection: socket.socket) -> None:
        body = json.dumps(said(f"crowd-{next(numbers)}")).encode()
        head = (
            "POST /api/v1/conversations HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
            f"Authorization: Bearer {key}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        connection.sendall(head.encode() + body)

    return send


def status_of(connection: socket.socket) -> str:
    """What came back: `201`, `503, Retry-After`, or `cut` where nothing did."""
    answer = b""
    with contextlib.suppress(OSError):
        while part := connection.recv(64 * 1024):
            answer += part
    head, _, _ = answer.partition(b"\r\n\r\n")
    status = head[9:12].decode() or "cut"
    return f"{status}, Retry-After" if b"\r\nretry-after:" in head.lower() else status


def _those_there(there: Installation, names: list[str]) -> set[str]:
    with psycopg.connect(there.url) as connection:
        found = connection.execute(
            "SELECT external_id FROM conversations_conversation WHERE external_id = ANY(%s)",
            [names],
        )
        return {name for (name,) in found}


def _use_up_connections(there: Installation) -> None:
    """Others take every one that PostgreSQL allows, those of Sift's too as soon as they end."""
    with contextlib.ExitStack() as taken:
        first = taken.enter_context(psycopg.connect(there.url, autocommit=True))
        ends = time.monotonic() + _LASTS
        while time.monotonic() < ends:
            with contextlib.suppress(psycopg.OperationalError):
                while True:
                    taken.enter_context(psycopg.connect(there.url, application_name="crowd"))
            first.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE pid <> pg_backend_pid() AND application_name <> 'crowd'"
                " AND backend_type = 'client backend'"
            )
            time.sleep(0.02)


FAULTS = (
    Fault(name="500 silent clients", inflict=_many_say_nothing),
    Fault(name="500 captures at once", inflict=_many_capture),
    Fault(name="connections used up", inflict=_use_up_connections),
)
