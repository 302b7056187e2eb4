"""Rounds: each contender in turn for a moment, many times over: noise falls on all alike."""

import statistics
from dataclasses import dataclass, field
from typing import Any

import psycopg

from bench import processes
from bench.contenders import PROCESSES, THREADS, Running, application_name
from bench.driver import drive
from bench.questions import Asker, Question

_CONNECTIONS = PROCESSES * THREADS
_WARM_UP = 200  # requests: connections, prepared statements and plans are made by then
_MOST = 20_000  # requests of a round


@dataclass(slots=True)
class Figures:
    """What was measured of one contender on one question, all rounds together."""

    requests: int = 0
    seconds: float = 0.0
    app_cpu: float = 0.0
    database_cpu: float = 0.0
    counter_cpu: float = 0.0  # Redis, which only Sift asks
    latencies: list[float] = field(default_factory=list)
    peak_memory: int = 0

    @property
    def cpu(self) -> float:
        """CPU seconds of a request, application and database together."""
        return (self.app_cpu + self.database_cpu) / self.requests

    def summary(self) -> dict[str, Any]:
        cuts = statistics.quantiles(self.latencies, n=100)
        return {
            "requests": self.requests,
            "per_second": self.requests / self.seconds,
            "p50_ms": cuts[49] * 1e3,
            "p99_ms": cuts[98] * 1e3,
            "app_cpu_us": self.app_cpu / self.requests * 1e6,
            "database_cpu_us": self.database_cpu / self.requests * 1e6,
            "redis_cpu_us": self.counter_cpu / self.requests * 1e6,
            "peak_memory_mb": self.peak_memory / 1e6,
        }


def measure(
    asker: Asker,
    question: Question,
    servers: list[Running],
    *,
    url: str,
    redis_pid: int,
    rounds: int,
    seconds: float,
) -> dict[str, Figures]:
    """The question put to each contender, `rounds` times for `seconds` each."""
    figures = {server.name: Figures() for server in servers}
    for server in servers:
        drive(
            server.port,
            asker.requests(question, server.port),
            connections=_CONNECTIONS,
            seconds=10,
            most=_WARM_UP,
        )
    for number in range(rounds):
        # Another begins each time, so that nobody always follows the same one.
        start = number % len(servers)
        for server in [*servers[start:], *servers[:start]]:
            _one_round(
                figures[server.name], asker, question, server,
                url=url, redis_pid=redis_pid, seconds=seconds,
            )  # fmt: skip
    return figures


def _one_round(
    figures: Figures, asker: Asker, question: Question, server: Running, *,
    url: str, redis_pid: int, seconds: float,
) -> None:  # fmt: skip
    workers = processes.workers_of(server.pid)
    backends = _backends(url, server)
    requests = asker.requests(question, server.port)
    before = [processes.cpu_seconds(pids) for pids in (workers, backends, [redis_pid])]
    seen = drive(server.port, requests, connections=_CONNECTIONS, seconds=seconds, most=_MOST)
    after = [processes.cpu_seconds(pids) for pids in (workers, backends, [redis_pid])]
    figures.requests += seen.requests
    figures.seconds += seen.seconds
    figures.latencies += seen.latencies
    figures.app_cpu += after[0] - before[0]
    figures.database_cpu += after[1] - before[1]
    figures.counter_cpu += after[2] - before[2]
    figures.peak_memory = max(figures.peak_memory, processes.peak_memory(workers))


def _backends(url: str, server: Running) -> list[int]:
    """PostgreSQL's processes that serve this contender."""
    with psycopg.connect(url) as connection:
        rows = connection.execute(
            "SELECT pid FROM pg_stat_activity WHERE application_name = %s",
            [application_name(server.contender)],
        ).fetchall()
    return [row[0] for row in rows]
