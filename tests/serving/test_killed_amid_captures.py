"""kill -9 of the server amid captures: what was acknowledged is there, nothing is there twice.

The test is short; `SIFT_TEST_CAPTURES=1000` has it go on for longer.
"""

import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from conversations.models import Conversation
from leads.models import Lead
from tests.api.test_capture import chat
from tests.factories import make_key, make_organisation
from tests.servers import serve

pytestmark = pytest.mark.django_db(transaction=True)

CAPTURES = int(os.environ.get("SIFT_TEST_CAPTURES", "120"))
SENDERS = 4
KILLS = 3


def children_of(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def server_processes() -> list[int]:
    """Those of gunicorn that answer: its first process only watches over them."""
    masters = [pid for pid in children_of(os.getpid()) if b"gunicorn" in command_of(pid)]
    return [worker for master in masters for worker in children_of(master)]


def command_of(pid: int) -> bytes:
    return Path(f"/proc/{pid}/cmdline").read_bytes()


class Sender:
    """A chat tool that sends each conversation until it is acknowledged."""

    def __init__(self, address: str, key: str) -> None:
        self.client = httpx.Client(
            base_url=address, headers={"Authorization": f"Bearer {key}"}, timeout=20
        )
        self.acknowledged: set[str] = set()
        self.tries = 0

    def send(self, number: int) -> None:
        name = f"chat-{number}"
        body = chat(external_id=name, lead={"email": f"{number}@example.com"})
        while name not in self.acknowledged:
            self.tries += 1
            try:
                answer = self.client.post("/api/v1/conversations", json=body)
            except httpx.TransportError:
                continue
            if answer.status_code in (200, 201):
                self.acknowledged.add(name)


def test_a_server_that_is_killed_loses_nothing_that_it_acknowledged():
    agency = make_organisation()
    limits = {"SIFT_RATE_CAPTURE": "100000/m"}
    with serve(env=limits) as address, ThreadPoolExecutor(SENDERS) as threads:
        sender = Sender(address, make_key(agency, scope="capture")[1])
        sending = threads.map(sender.send, range(CAPTURES))
        for part in range(1, KILLS + 1):
            while len(sender.acknowledged) < part * CAPTURES // (KILLS + 1):
                time.sleep(0.005)
            for process in server_processes():
                os.kill(process, signal.SIGKILL)
        list(sending)

    names = sorted(Conversation.objects.values_list("external_id", flat=True))
    assert names == sorted(f"chat-{number}" for number in range(CAPTURES))
    assert Lead.objects.count() == CAPTURES
    assert sender.tries > CAPTURES
