"""Sift as somebody runs it, on a database of its own: PostgreSQL, server, worker, one webhook.

Whatever dies of it is begun anew, as systemd would. One agency with an admin, a key and leads is
there, and who looks at what became of it does so by `url`, past all that a fault is in the way of.
"""

import contextlib
import os
import re
import signal
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
import psycopg
from psycopg import sql

from bench.database import environment, manage
from sift_site.development.embedded_postgres import EmbeddedPostgres
from sift_site.development.postgres_home import EmbeddedPostgresFailed
from sift_site.development.var_folder import VAR
from tests.faults.supervised import BEGUN_AFTER, Supervised
from tests.servers import free_port, wait_until_it_answers
from tests.webhooks.receivers import Answer, Received, Receiver, receiver

LOG = VAR / "faults.log"  # of server and worker
LEADS = 1_100  # that came by SMS before all others: two batches of a change of many leads
PASSWORD = "violet kestrel over nine harbours"
_AT_ONCE = 100  # conversations in a batch
_MIGRATED, _OWN = "sift", "sift_under_fault"
_THREADS = 8


def own_postgres(**settings: str) -> EmbeddedPostgres:
    """The server of these runs; its data stays in var, migrated, for the next."""
    return EmbeddedPostgres(VAR, "faults-postgres", settings=settings)


@dataclass
class Installation:
    """What runs, and where it is reached."""

    postgres: EmbeddedPostgres
    url: str  # of the database
    server: Supervised
    worker: Supervised
    address: str  # of the server
    probes: str  # of its own socket for them
    receiver: Receiver
    slug: str = "under-fault"
    key: str = ""
    told_at: list[float] = field(default_factory=list)  # by time.monotonic(), each event
    beside: dict[str, Any] = field(default_factory=dict)  # what else runs, for some faults

    @property
    def email(self) -> str:
        return f"admin@{self.slug}.example.com"

    def api(self, *, longest: float) -> httpx.Client:
        """A client with the agency's key."""
        headers = {"Authorization": f"Bearer {self.key}"}
        return httpx.Client(base_url=f"{self.address}/api/v1", timeout=longest, headers=headers)

    def browser(self, *, longest: float) -> httpx.Client:
        """A client in which the agency's admin has signed in."""
        return signed_in(self.address, self.email, PASSWORD, longest=longest)

    def kill_postgres(self) -> None:
        """kill -9 of its first process; the others end when they notice."""
        kill_first_process(self.postgres)


@contextlib.contextmanager
def installation(
    postgres: EmbeddedPostgres | None = None,
    *,
    reached_by: str | None = None,
    env: Mapping[str, str] | None = None,
) -> Iterator[Installation]:
    """All of it, up and with its agency.

    Sift reaches the database by the server's socket, or by `reached_by`: an address without the
    name of the database, such as `postgres://sift@10.0.0.2:5432`. `env` is added to what server and
    worker have.
    """
    postgres = postgres or own_postgres()
    with contextlib.ExitStack() as stack:
        stack.enter_context(postgres.in_use())
        url = fresh_database(postgres)
        manage(url, "collectstatic", "--no-input", "--verbosity=0")
        given = f"{reached_by}/{_OWN}" if reached_by else url
        told = stack.enter_context(receiver())
        port, probe_port = free_port(), free_port()
        its = _environment(given, port, probe_port) | dict(env or {})
        stack.enter_context(kept_up(postgres))
        server, worker = (
            stack.enter_context(Supervised([sys.executable, *words], its, LOG).running())
            for words in (["-m", "gunicorn", "sift_site.wsgi"], ["manage.py", "work"])
        )
        there = Installation(
            postgres, url, server, worker,
            f"http://127.0.0.1:{port}", f"http://127.0.0.1:{probe_port}", told,
        )  # fmt: skip
        wait_until_it_answers(f"{there.address}/readyz", server.process, 40)
        _note_when_told(there)
        _have_agency(there)
        yield there


# --- PostgreSQL ----------------------------------------------------------------------------------
def fresh_database(postgres: EmbeddedPostgres) -> str:
    """The address of an empty one with all of Sift's tables; what stood there is gone."""
    manage(postgres.url(), "migrate", "--verbosity=0")
    address, _, _ = postgres.url().rpartition("/")
    own, migrated = sql.Identifier(_OWN), sql.Identifier(_MIGRATED)
    with psycopg.connect(f"{address}/postgres", autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(own))
        connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(own, migrated))
    return f"{address}/{_OWN}"


def first_process(postgres: EmbeddedPostgres) -> int:
    """The postmaster's number."""
    return int((postgres.data / "postmaster.pid").read_text().split()[0])


def kill_first_process(postgres: EmbeddedPostgres) -> None:
    os.kill(first_process(postgres), signal.SIGKILL)


@contextlib.contextmanager
def kept_up(postgres: EmbeddedPostgres) -> Iterator[None]:
    """Within, the server is begun anew whenever it is down."""
    is_over = threading.Event()

    def watch() -> None:
        while not is_over.wait(0.1):
            if postgres._state() == "down" and not is_over.wait(BEGUN_AFTER):
                # What the dead one left may still be there; the next try finds it gone.
                with contextlib.suppress(EmbeddedPostgresFailed):
                    postgres._ensure_up()

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield
    finally:
        is_over.set()
        watcher.join()
        postgres._ensure_up()


# --- Sift ----------------------------------------------------------------------------------------
def _environment(url: str, port: int, probe_port: int) -> dict[str, str]:
    """A deployment's, in which no limit is met."""
    return environment(url) | {
        "PORT": str(port),
        "PROBE_PORT": str(probe_port),
        "WEB_THREADS": str(_THREADS),
        "SIFT_WEBHOOK_ALLOW": "127.0.0.0/8",
        **{f"SIFT_RATE_{of}": "1000000/m" for of in ("GROWTH", "SCALE", "CAPTURE", "PAGES")},
    }


def _note_when_told(there: Installation) -> None:
    def note(_: Received) -> Answer:
        there.told_at.append(time.monotonic())
        return Answer()

    there.receiver.answers = note


def _have_agency(there: Installation) -> None:
    """An agency with an admin, a key, an endpoint that is told everything, and leads to move."""
    slug = there.slug
    manage(there.url, "create_organisation", "Fault & Co", "--slug", slug, "--plan", "scale")
    who = ("--organisation", slug, "--role", "admin", "--name", "Una Fault")
    manage(there.url, "create_user", there.email, *who, given=f"{PASSWORD}\n")
    there.key = manage(there.url, "create_api_key", slug, "Faults").strip()
    with there.api(longest=30) as api:
        endpoint = {"url": there.receiver.url, "types": ["*"]}
        api.post("/webhook-endpoints", json=endpoint).raise_for_status()
        for first in range(0, LEADS, _AT_ONCE):
            talks = [said(f"before-{first + n}", channel="sms") for n in range(_AT_ONCE)]
            api.post("/conversations/batch", json={"conversations": talks}).raise_for_status()


def said(name: str, channel: str = "website") -> dict[str, object]:
    """A conversation of that name, whose lead is nobody else's."""
    return {
        "channel": channel,
        "external_id": name,
        "lead": {"name": "Vic Visitor", "email": f"{name}@example.com"},
        "messages": [
            {"role": "user", "content": "Hi, is the house on Elm Grove still available?"},
            {"role": "assistant", "content": "It is. When would you like to see it?"},
        ],
    }


def signed_in(address: str, email: str, password: str, *, longest: float) -> httpx.Client:
    """A browser in which that person has signed in."""
    browser = httpx.Client(base_url=address, timeout=longest)
    page = browser.get("/sign-in/").text
    (token,) = re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
    form = {"username": email, "password": password, "csrfmiddlewaretoken": token}
    answer = browser.post("/sign-in/", data=form)
    assert answer.is_redirect, answer.status_code
    return browser
