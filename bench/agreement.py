"""Whether all contenders give equal answers: without that, their figures mean nothing."""

import json
from datetime import datetime
from typing import Any

import psycopg

from bench.contenders import Running
from bench.questions import Asker

_CHECKED = 20  # addresses of a question
_TIMES = {"created_at", "updated_at"}


class Disagreement(Exception):
    """Two contenders answer the same request differently."""


def check(asker: Asker, servers: list[Running], url: str) -> None:
    """Every question, put to all; raises Disagreement."""
    first = servers[0]
    for question in asker.questions:
        if question.changes:
            continue
        expected = [
            _comparable(asker.read(first.port, path))
            for path in list(question.paths(first.port))[:_CHECKED]
        ]
        for other in servers[1:]:
            paths = list(question.paths(other.port))[:_CHECKED]
            given = [_comparable(asker.read(other.port, path)) for path in paths]
            if given != expected:
                raise Disagreement(
                    f"{other.name} and {first.name} differ on {question.name}:"
                    f"\n{_first_difference(given, expected)}"
                )
    for server in servers:
        _check_change(asker, server, url)


def _comparable(answer: Any) -> Any:
    """The answer with times as instants; of a cursor it counts only whether there is one."""
    if isinstance(answer, list):
        return [_comparable(one) for one in answer]
    if not isinstance(answer, dict):
        return answer
    changed: dict[str, Any] = {}
    for name, value in answer.items():
        if name in _TIMES:
            changed[name] = datetime.fromisoformat(value)
        elif name == "next_cursor":
            changed[name] = value is not None
        else:
            changed[name] = _comparable(value)
    return changed


def _first_difference(given: Any, expected: Any) -> str:
    for one, other in zip(given, expected, strict=False):
        if one != other:
            return f"{json.dumps(one, default=str)[:1500]}\n{json.dumps(other, default=str)[:1500]}"
    return "in number"


def _check_change(asker: Asker, server: Running, url: str) -> None:
    """A PATCH answers with the lead as it now is, and leaves one event if it changed anything."""
    lead = asker.sample.leads[0]
    path = f"/leads/{lead}/status"
    asker.read(server.port, path, b'{"status":"new"}')
    before = _events(url, lead)
    answers = [asker.read(server.port, path, b'{"status":"rejected"}') for _ in range(2)]
    stands = asker.read(server.port, f"/leads/{lead}")
    if not (answers[0] == answers[1] == stands and stands["status"] == "rejected"):
        raise Disagreement(f"{server.name} does not answer a PATCH with the lead as it now is")
    if _events(url, lead) != before + 1:
        raise Disagreement(f"{server.name} does not write one event for one change")


def _events(url: str, lead: str) -> int:
    with psycopg.connect(url) as connection:
        row = connection.execute(
            "SELECT count(*) FROM leads_leadevent WHERE lead_id = %s", [lead]
        ).fetchone()
    return int(row[0]) if row else 0
