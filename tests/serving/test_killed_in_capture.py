"""Server processes killed in the middle of captures: what was acknowledged is there, and once.

A sender that repeats what was not answered is all that it takes. The test is short;
`SIFT_TEST_KILLED=1000` has it send as many.
"""

import os
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

import httpx
import pytest

from conversations.models import Conversation, Message
from leads.models import Lead
from organisations.models import Change, Feed
from tests.factories import make_key, make_organisation
from tests.servers import serve

CAPTURES = int(os.environ.get("SIFT_TEST_KILLED", "120"))
SENDERS = 4
BETWEEN = 40  # acknowledged captures from one killing to the next


def children(pid: int) -> Iterator[int]:
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            text = stat.read_text()
        except OSError:
            continue  # it ended meanwhile
        if int(text.rpartition(")")[2].split()[1]) == pid:
            yield int(stat.parent.name)


def servers() -> list[int]:
    """gunicorn's workers: the children of those of our own that are gunicorn."""
    masters = [
        pid
        for pid in children(os.getpid())
        if b"gunicorn" in Path(f"/proc/{pid}/cmdline").read_bytes()
    ]
    return [worker for master in masters for worker in children(master)]


class Sender:
    """A website chat's server: it sends each conversation until it is told that it is there."""

    def __init__(self, address: str, key: str) -> None:
        self.url = f"{address}/api/v1/conversations"
        self.headers = {"Authorization": f"Bearer {key}"}
        self.repeated = 0

    def send(self, number: int) -> str:
        body = {
            "external_id": f"chat-{number}",
            "channel": "website",
            "messages": [
                {"role": "user", "content": f"Hello, this is visitor {number}."},
                {"role": "assistant", "content": "Good morning! What are you looking for?"},
            ],
            "lead": {"email": f"visitor{number % 50}@example.com"},
        }
        while True:
            try:
                answer = httpx.post(self.url, json=body, headers=self.headers, timeout=10)
            except httpx.TransportError:
                self.repeated += 1
                continue
            if answer.status_code in (200, 201):
                return str(answer.json()["conversation"]["id"])
            assert answer.status_code >= 500, answer.text
            self.repeated += 1


@pytest.mark.django_db(transaction=True)
def test_whatever_was_acknowledged_is_there_once_however_often_servers_are_killed():
    agency = make_organisation()
    _, key = make_key(agency)
    killed = 0

    with (
        serve(workers=1, env={"SIFT_RATE_CAPTURE": "1000000/m"}) as address,
        ThreadPoolExecutor(SENDERS) as pool,
    ):
        sender = Sender(address, key)
        sending = [pool.submit(sender.send, number) for number in range(CAPTURES)]
        told = []
        for each in as_completed(sending):
            told.append(each.result())
            if len(told) % BETWEEN == 0:
                for pid in servers():
                    os.kill(pid, signal.SIGKILL)
                    killed += 1

    there = Conversation.objects.for_organisation(agency)
    assert sorted(told) == sorted(str(id_) for id_ in there.values_list("id", flat=True))
    assert len(set(told)) == CAPTURES
    assert Message.objects.count() == 2 * CAPTURES
    assert Lead.objects.count() == min(CAPTURES, 50)
    assert killed > 1
    assert sender.repeated > 0
    positions = Change.objects.for_organisation(agency).order_by("position")
    latest = Feed.objects.get(organisation=agency).position
    assert list(positions.values_list("position", flat=True)) == list(range(1, latest + 1))
