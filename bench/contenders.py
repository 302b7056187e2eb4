"""Who is measured, and how each is started: as many processes and threads for all."""

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

from bench.database import PROJECT, environment
from tests.servers import free_port

PROCESSES, THREADS = 2, 4
_LONGEST_START = 60  # seconds


@dataclass(frozen=True, slots=True)
class Contender:
    """A way of writing the API."""

    name: str
    title: str
    command: tuple[str, ...]
    env: Mapping[str, str] = field(default_factory=dict)


def _gunicorn(application: str) -> tuple[str, ...]:
    """The same server as Sift has, without its access log and its other settings."""
    return (
        "gunicorn", application, "--config=/dev/null", "--worker-class=gthread",
        f"--workers={PROCESSES}", f"--threads={THREADS}", "--keep-alive=15",
        "--worker-tmp-dir=/dev/shm", "--no-control-socket", "--bind=127.0.0.1:{port}",
    )  # fmt: skip


def _django(module: str) -> dict[str, str]:
    return {
        "DJANGO_SETTINGS_MODULE": "bench.servers.django_settings",
        "BENCH_URLS": f"bench.servers.{module}",
    }


_RATES = dict.fromkeys(("SIFT_RATE_GROWTH", "SIFT_RATE_SCALE"), "999999999/m")
SIFT = Contender(
    "sift",
    "Sift",
    ("gunicorn", "sift_site.wsgi", "--bind=127.0.0.1:{port}"),
    {"WEB_CONCURRENCY": str(PROCESSES), "WEB_THREADS": str(THREADS), **_RATES},
)
CONTENDERS = (
    SIFT,
    Contender("drf", "DRF", _gunicorn("bench.servers.drf"), _django("drf")),
    Contender("ninja", "Ninja", _gunicorn("bench.servers.ninja_api"), _django("ninja_api")),
    Contender(
        "fastapi",
        "FastAPI",
        (
            "uvicorn", "bench.servers.fastapi_app:app", f"--workers={PROCESSES}",
            "--port={port}", "--no-access-log", "--log-level=warning",
        ),
        {"BENCH_THREADS": str(THREADS)},
    ),
    Contender(
        "django", "Django", _gunicorn("bench.servers.plain_django"), _django("plain_django")
    ),
    Contender("bare", "bare WSGI", _gunicorn("bench.servers.bare")),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Running:
    """A contender that answers."""

    contender: Contender
    port: int
    pid: int

    @property
    def name(self) -> str:
        return self.contender.name


@contextlib.contextmanager
def running(contender: Contender, url: str, redis_url: str, logs: Path) -> Iterator[Running]:
    """Start it, with its standard output and error in `logs`; stop it afterwards."""
    port = free_port()
    command = [sys.executable, "-m", *(word.format(port=port) for word in contender.command)]
    env = environment(url) | {
        "REDIS_URL": redis_url,
        "PGAPPNAME": application_name(contender),
        "BENCH_ASYNC_DATABASE": _for_asyncpg(url),
        **contender.env,
    }
    with (logs / f"{contender.name}.log").open("wb") as log:
        process = subprocess.Popen(
            command, cwd=PROJECT, env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=log
        )
        try:
            _wait(process, port, log.name)
            yield Running(contender, port, process.pid)
        finally:
            process.terminate()
            try:
                process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def application_name(contender: Contender) -> str:
    """By which PostgreSQL tells whose connection it is."""
    return f"bench-{contender.name}"


def _for_asyncpg(url: str) -> str:
    """`postgres://sift@%2Fsocket:5432/sift` as SQLAlchemy takes it for asyncpg."""
    person_and_host, _, name = url.removeprefix("postgres://").partition("/")
    person, _, host_and_port = person_and_host.partition("@")
    host, _, port = host_and_port.rpartition(":")
    return f"postgresql+asyncpg://{person}@/{name}?host={host}&port={port}"


def _wait(process: "subprocess.Popen[bytes]", port: int, log: str) -> None:
    deadline = time.monotonic() + _LONGEST_START
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise SystemExit(f"A server ended by itself; see {os.path.relpath(log)}")
        try:
            urlopen(f"http://127.0.0.1:{port}/api/v1/leads", timeout=5)
        except HTTPError:
            return
        except (URLError, OSError):
            time.sleep(0.1)
    raise SystemExit(f"A server does not answer; see {os.path.relpath(log)}")
