"""`make run`: everything set up, demo data in an empty database, the server and the worker that
sends letters until Ctrl-C.

Gunicorn runs in this very process, so its workers notice when it is killed and end too, and
nothing is left that holds the port. What it needs of Django happens before the workers fork. So is
`manage.py work` forked, which asks each second whether its parent lives.
"""

import contextlib
import errno
import fcntl
import io
import logging
import os
import signal
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, NoReturn

import django
from django.core.exceptions import ImproperlyConfigured
from gunicorn.app.base import Application
from gunicorn.arbiter import Arbiter

from sift_site import environment
from sift_site.development import embedded_postgres, secret_key
from sift_site.development.postgres_home import EmbeddedPostgresFailed
from sift_site.development.var_folder import VAR, open_in_var

PROJECT = Path(__file__).resolve().parents[2]
_HOST = "127.0.0.1"
_PORT = 8000
SERVER_ROLE = "sift_server"  # of the embedded database
_AFTER_A_KILL = 10.0  # seconds until the workers of a server that was killed are surely gone


class CannotRun(Exception):
    """Sift cannot be started; the text is one line that says why and what to do."""


def main() -> NoReturn:
    """Run until told to stop; every expected fault is one line."""
    for name in (signal.SIGTERM, signal.SIGHUP):  # until gunicorn takes them over
        signal.signal(name, lambda number, _: sys.exit(128 + number))
    try:
        run()
    except (CannotRun, ImproperlyConfigured, EmbeddedPostgresFailed) as error:
        sys.exit(f"make run: {error}")
    except KeyboardInterrupt:
        say("")
        sys.exit(128 + signal.SIGINT)
    sys.exit(0)


def run() -> None:
    os.chdir(PROJECT)
    port = environment.port(_PORT)
    url = f"http://{_HOST}:{port}"
    set_development_values(url)
    environment.require_shared_counters(environment.count("WEB_CONCURRENCY", 1, least=1))
    with only_one(url) as after_a_kill:
        check_port(port, patience=_AFTER_A_KILL if after_a_kill else 0)
        with database():
            django.setup()
            welcome = prepare(url)
            with work_beside():
                serve(port, welcome)


def set_development_values(url: str) -> None:
    """What a developer's machine needs, where the environment does not say otherwise."""
    defaults = {
        "DJANGO_SETTINGS_MODULE": "sift_site.settings",
        "SIFT_HTTPS": "off",
        "ALLOWED_HOSTS": ",".join(environment.DEVELOPMENT_HOSTS),
        "SIFT_URL": url,
    }
    for name, value in defaults.items():
        if environment.optional_text(name) is None:
            os.environ[name] = value
    if environment.optional_text("SECRET_KEY") is None:  # with a database of one's own, too
        os.environ["SECRET_KEY"] = secret_key.of_this_machine()


@contextlib.contextmanager
def only_one(url: str) -> Iterator[bool]:
    """Within, no second `make run` of this project; yields whether the last one was killed.

    The lock is POSIX's, which workers do not inherit; the file says where the server is, and is
    emptied by every other end than a kill.
    """
    path = VAR / "run.lock"
    try:
        lock = open_in_var(path)
    except OSError as error:
        raise CannotRun(f"{path} cannot be written: {error.strerror}.") from None
    with lock:
        running = _read(lock)
        try:
            fcntl.lockf(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise CannotRun(f"Sift is already running: {running}.") from None
        _write(lock, f"{url} (process {os.getpid()})")
        launcher = os.getpid()
        try:
            yield bool(running)
        finally:
            if os.getpid() == launcher:  # a worker that ends leaves by the same way
                _write(lock, "")


def _read(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode()


def _write(file: IO[bytes], text: str) -> None:
    file.truncate(0)  # opened for appending, so what is written next starts there
    file.write(text.encode())
    file.flush()


def check_port(port: int, patience: float) -> None:
    """CannotRun where somebody else has the port, still so after `patience` seconds."""
    deadline = time.monotonic() + patience
    while (fault := _fault_of(port)) is not None:
        if fault.errno != errno.EADDRINUSE:
            raise CannotRun(f"Port {port} cannot be had: {fault.strerror}.")
        if time.monotonic() >= deadline:
            raise CannotRun(
                f"Port {port} is taken by another program. Choose another: PORT={port + 1} make run"
            )
        time.sleep(0.1)


def _fault_of(port: int) -> OSError | None:
    """Why the port cannot be bound the way gunicorn will; None if it can."""
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((_HOST, port))
        except OSError as error:
            return error
    return None


@contextlib.contextmanager
def database() -> Iterator[None]:
    """A database: the one that DATABASE_URL names, else the embedded one, stopped afterwards."""
    if environment.optional_text("DATABASE_URL") is not None:
        yield
        return
    say("Starting PostgreSQL...")
    embedded_postgres.PROJECT.acquire()
    launcher = os.getpid()
    try:
        say(f"Data: {embedded_postgres.PROJECT.data}")
        yield
    finally:
        if os.getpid() == launcher:  # a worker that ends leaves by the same way
            embedded_postgres.PROJECT.release()
            say("Stopped. The data is kept; make run finds it again.")


def prepare(url: str) -> str:
    """Bring database and static files up to date; return what to tell the person.

    It is done as the owner of the embedded database; its server then signs in with less.
    """
    from django.core.management import call_command
    from django.db import OperationalError, connections

    from sift_site.development import demo_access  # models: only after django.setup()

    try:
        call_command("migrate", interactive=False, verbosity=0)
    except OperationalError as error:
        raise CannotRun(f"The database cannot be used: {_first_line(error)}") from None
    if demo_access.is_wanted():
        say("Loading demo data...")
        call_command("load_demo")
    call_command("collectstatic", interactive=False, verbosity=0)
    welcome = demo_access.welcome(url)
    if environment.optional_text("DATABASE_URL") is None:
        call_command("grant_server_role", SERVER_ROLE, stdout=io.StringIO())
        connections.settings["default"]["USER"] = SERVER_ROLE  # of every connection from here on
    connections.close_all()  # a worker must not share its parent's
    sys.stdout.flush()  # nor say again, when it ends, what its parent had not yet written
    return welcome


def _first_line(error: Exception) -> str:
    return next(iter(str(error).splitlines()), type(error).__name__)


@contextlib.contextmanager
def work_beside() -> Iterator[None]:
    """Within, letters are sent and duties done, by a process of their own."""
    launcher = os.getpid()
    worker = os.fork()
    if worker == 0:
        _work_for(launcher)
    try:
        yield
    finally:
        if os.getpid() == launcher:  # a process of gunicorn's that ends leaves by the same way
            # It may have had the terminal's Ctrl-C as well, and been waited for by gunicorn.
            with contextlib.suppress(ProcessLookupError, ChildProcessError):
                os.kill(worker, signal.SIGTERM)
                os.waitpid(worker, 0)


def _work_for(launcher: int) -> NoReturn:
    """Be the worker, as the same role of PostgreSQL's, until told to stop or left alone."""
    from sift_site.working.running import work_until_told_to_stop  # models, likewise

    try:
        work_until_told_to_stop(is_wanted=lambda: os.getppid() == launcher)
    except Exception:
        logging.getLogger("sift.work").exception("The worker has failed.")
    finally:
        os._exit(0)  # what is to be cleared up is the launcher's


def serve(port: int, welcome: str) -> None:
    """Serve until Ctrl-C or SIGTERM; ends with SystemExit, as gunicorn does."""
    _Server(port, welcome).run()


class _Server(Application):  # type: ignore[misc]  # gunicorn has no types
    """Gunicorn with gunicorn.conf.py, on this machine's own address."""

    def __init__(self, port: int, welcome: str) -> None:
        self.port = port
        self.welcome = welcome
        super().__init__()

    def load_config(self) -> None:
        self.load_config_from_file(str(PROJECT / "gunicorn.conf.py"))
        self.cfg.set("bind", f"{_HOST}:{self.port}")
        self.cfg.set("loglevel", "warning")
        self.cfg.set("graceful_timeout", 5)  # whoever pressed Ctrl-C waits
        self.prepare = self.cfg.post_worker_init
        self.cfg.set("post_worker_init", self.say_welcome)

    def say_welcome(self, worker: Any) -> None:
        """The first worker does, when it serves: what is printed can be tried at once."""
        self.prepare(worker)
        if worker.age == 1:
            say(self.welcome)

    def load(self) -> Any:
        from sift_site.wsgi import application

        return application

    def run(self) -> None:
        _Master(self).run()


class _Master(Arbiter):  # type: ignore[misc]
    def handle_hup(self) -> None:
        """Stop when the terminal is closed; gunicorn's own meaning is to start the workers anew."""
        raise StopIteration


def say(text: str) -> None:
    # Once the terminal is closed there is nobody to tell, and stopping must go on.
    with contextlib.suppress(OSError):
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
