"""What is asked: each question as the requests that put it, one after another without end."""

import itertools
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.request import Request, urlopen

import psycopg

from bench.database import BIGGEST

_IDS = 2_000  # leads and conversations that are asked for in turn


@dataclass(frozen=True, slots=True)
class Question:
    """One sort of request. `requests` makes them for a port; `sample` is one address of it."""

    name: str
    paths: Callable[[int], Iterator[str]]
    changes: bool = False  # a PATCH, whose body is made for each request


@dataclass(frozen=True, slots=True)
class Sample:
    """Rows that are asked for, the same for all contenders."""

    leads: list[str]
    conversations: list[str]
    since: str
    biggest: int


def sample(url: str) -> Sample:
    with psycopg.connect(url, options="-c timezone=UTC") as connection:
        leads = connection.execute(
            """
            SELECT lead.id::text FROM leads_lead AS lead
              JOIN organisations_organisation AS organisation
                ON organisation.id = lead.organisation_id
             WHERE organisation.slug = %s AND lead.merged_into_id IS NULL
             ORDER BY md5(lead.id::text) LIMIT %s
            """,
            [BIGGEST, _IDS],
        ).fetchall()
        conversations = connection.execute(
            """
            SELECT conversation.id::text FROM conversations_conversation AS conversation
              JOIN organisations_organisation AS organisation
                ON organisation.id = conversation.organisation_id
             WHERE organisation.slug = %s ORDER BY md5(conversation.id::text) LIMIT %s
            """,
            [BIGGEST, _IDS],
        ).fetchall()
        biggest, since = connection.execute(
            """
            SELECT count(*), to_char(percentile_disc(0.5) WITHIN GROUP (ORDER BY lead.created_at),
                                     'YYYY-MM-DD"T"HH24:MI:SS"Z"')
              FROM leads_lead AS lead
              JOIN organisations_organisation AS organisation
                ON organisation.id = lead.organisation_id
             WHERE organisation.slug = %s
            """,
            [BIGGEST],
        ).fetchone()
    return Sample([row[0] for row in leads], [row[0] for row in conversations], since, biggest)


class Asker:
    """Puts questions to a port, with the key."""

    def __init__(self, key: str, chosen: Sample) -> None:
        self.key = key
        self.sample = chosen
        # Shared by all contenders, so that each request changes what the one before has left.
        self._changes = itertools.cycle(
            [(lead, status) for status in ("contacted", "qualified") for lead in chosen.leads]
        )
        self.questions = (
            Question("leads?limit=50", self._same("/leads?limit=50")),
            Question("leads?limit=500", self._same("/leads?limit=500")),
            Question("one lead", self._in_turn("/leads/{}", chosen.leads)),
            Question("PATCH status", self._same(""), changes=True),
            Question(
                "status and since",
                self._same(f"/leads?status=qualified&since={chosen.since}&limit=50"),
            ),
            Question("messages", self._in_turn("/conversations/{}/messages", chosen.conversations)),
            Question("cursor, from the top", self._by_cursor(50)),
            Question("cursor, at four fifths", self._by_cursor(chosen.biggest * 4 // 5)),
            Question(
                "offset, at one fifth", self._same(f"/leads?limit=50&offset={chosen.biggest // 5}")
            ),
            Question("events, none new", self._events_since(0)),
            Question("events, 100 new", self._events_since(100)),
        )

    def requests(self, question: Question, port: int) -> Iterator[bytes]:
        """The bytes of one request after another, without end."""
        if question.changes:
            return map(self._change, self._changes)
        return itertools.cycle([self._get(path) for path in question.paths(port)])

    def read(self, port: int, path: str, body: bytes | None = None) -> dict[str, Any]:
        """The JSON that is answered, for the comparison of contenders."""
        request = Request(
            f"http://127.0.0.1:{port}/api/v1{path}",
            data=body,
            method="GET" if body is None else "PATCH",
            headers={"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"},
        )
        with urlopen(request, timeout=60) as response:
            answer: dict[str, Any] = json.load(response)
        return answer

    def _get(self, path: str) -> bytes:
        return self._head("GET", path) + b"\r\n"

    def _change(self, change: tuple[str, str]) -> bytes:
        lead, status = change
        body = json.dumps({"status": status}).encode()
        head = self._head("PATCH", f"/leads/{lead}/status")
        return (
            head
            + b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body)
            + body
        )

    def _head(self, method: str, path: str) -> bytes:
        return (
            f"{method} /api/v1{path} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            f"Authorization: Bearer {self.key}\r\nAccept: application/json\r\n"
            "User-Agent: bench\r\n"
        ).encode()

    @staticmethod
    def _same(path: str) -> Callable[[int], Iterator[str]]:
        return lambda port: iter([path])

    @staticmethod
    def _in_turn(path: str, ids: list[str]) -> Callable[[int], Iterator[str]]:
        return lambda port: (path.format(one) for one in ids)

    def _by_cursor(self, depth: int) -> Callable[[int], Iterator[str]]:
        """The page after so many rows, by the contender's own cursor."""

        def paths(port: int) -> Iterator[str]:
            before = self.read(port, f"/leads?limit=1&offset={depth - 1}")
            return iter([f"/leads?limit=50&cursor={before['next_cursor']}"])

        return paths

    def _events_since(self, changes: int) -> Callable[[int], Iterator[str]]:
        """The poll of a follower who has read all but the latest so many changes."""

        def paths(port: int) -> Iterator[str]:
            latest = self.read(port, "/events?after=latest")["latest"]
            return iter([f"/events?after={latest - changes}&limit=100"])

        return paths
