"""The access log's lines, written some times a second at most."""

import logging
import logging.handlers
from datetime import timedelta
from types import SimpleNamespace

import pytest
from gunicorn.config import Config

from sift_site.serving import gathered_lines
from sift_site.serving.gathered_lines import GatheredLines
from sift_site.serving.server_log import ServerLog
from tests.waiting import wait_for

_LONG = 5  # seconds


@pytest.fixture
def written() -> list[str]:
    return []


def test_a_line_after_a_pause_is_written_at_once_and_those_soon_after_it_together(written):
    lines = GatheredLines(written.append)
    for number in range(4):
        lines.add(f"line {number}")

    assert written == ["line 0"]
    lines.write()
    assert written == ["line 0", "line 1\nline 2\nline 3"]


def test_the_last_lines_are_written_soon_without_another_after_them(written):
    lines = GatheredLines(written.append)
    for line in ("the first", "the last"):
        lines.add(line)

    wait_for(lambda: written == ["the first", "the last"])


def test_nothing_is_written_where_nothing_came(written):
    GatheredLines(written.append).write()

    assert written == []


def test_whoever_brings_more_than_are_held_writes_them(monkeypatch, written):
    monkeypatch.setattr(gathered_lines, "MOST_GATHERED", 3)
    monkeypatch.setattr(gathered_lines, "SECONDS_BETWEEN_WRITES", _LONG)
    lines = GatheredLines(written.append)

    for number in range(7):
        lines.add(str(number))

    assert written == ["0", "1\n2\n3", "4\n5\n6"]


@pytest.fixture
def server_log(tmp_path):
    config = Config()
    config.set("accesslog", str(tmp_path / "access.log"))
    config.set("access_log_format", '"%(m)s %(U)s" %(s)s')
    log = ServerLog(config)
    yield log
    for handler in list(log.access_log.handlers):
        log.access_log.removeHandler(handler)
        handler.close()


def test_a_file_gets_its_lines_together_and_a_handler_of_ones_own_gets_each_by_itself(
    server_log, tmp_path
):
    seen = logging.handlers.BufferingHandler(capacity=10)

    _answer(server_log, "/healthz")
    server_log.access_log.addHandler(seen)
    server_log.setup(server_log.cfg)
    _answer(server_log, "/leads/")
    _answer(server_log, "/leads/?page=2")

    assert [record.getMessage() for record in seen.buffer] == ['"GET /leads/" 200'] * 2
    file = tmp_path / "access.log"
    wait_for(lambda: len(file.read_text().splitlines()) == 3)


def _answer(log: ServerLog, address: str) -> None:
    response = SimpleNamespace(status="200 OK", headers=[], sent=0)
    environ = {"REQUEST_METHOD": "GET", "RAW_URI": address}
    log.access(response, None, environ, timedelta(0))
