"""An upgrade under load: the version before serves on, while this version's migrations run.

    .venv/bin/python -m tests.faults.upgrade [--leads 100000] [COMMIT]

The version before is the last tag, or COMMIT; it is taken out of git and runs in this environment,
from a folder of its own: server, worker, and the database that it makes. Then readers and writers
ask it by API and by page, `migrate` of this version runs, and they go on for some seconds, as until
somebody restarts the server. Whatever is answered otherwise than it should be is counted.
"""

import argparse
import contextlib
import itertools
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from sift_site.development.embedded_postgres import EmbeddedPostgres
from sift_site.development.var_folder import VAR
from tests.faults.installation import signed_in
from tests.servers import PROJECT, listening_socket, stop, wait_until_it_answers

# The version before webhooks, for as long as no version has a tag.
_BEFORE_TAGS = "0f3134a"
_AGENCY = "harbour-and-vale"  # of load_demo's agencies the one with most
_EMAIL, _PASSWORD = "upgrade@example.co.uk", "violet kestrel over nine harbours"
_LONGEST = 30.0  # seconds for an answer
_BEFORE = 1.0  # seconds of load before the migrations begin
_LOGGED = re.compile(r"^\S+ (?:ERROR|CRITICAL) .*", re.M)
_RAISED = re.compile(r"^Traceback .*\n(?: .*\n|\n)*(\S.*)", re.M)  # its last line
_APPLIED = re.compile(r"Applying (\S+)\.\.\. OK")


@dataclass
class Outcome:
    migrations: list[str] = field(default_factory=list)
    seconds: float = 0.0
    answered: Counter[str] = field(default_factory=Counter)  # by kind of request
    failed: list[str] = field(default_factory=list)
    slowest: dict[str, float] = field(default_factory=dict)  # seconds, likewise
    logged: list[str] = field(default_factory=list)  # errors of the server and the worker

    def __str__(self) -> str:
        kinds = (
            f"{kind:16} {count:6,} answered, the slowest in {self.slowest[kind] * 1000:,.0f} ms\n"
            for kind, count in sorted(self.answered.items())
        )
        return (
            f"{len(self.migrations)} migrations in {self.seconds:.1f} s, meanwhile and around\n"
            f"{''.join(kinds)}"
            f"failed requests: {len(self.failed)}; errors logged: {len(self.logged)}"
        )


def version_before() -> str | None:
    """The last tag, or the commit that is named here; None in a clone that has neither."""
    for name in (_last_tag(), _BEFORE_TAGS):
        if name and _git("rev-parse", "--quiet", "--verify", f"{name}^{{commit}}") is not None:
            return name
    return None


@dataclass(frozen=True)
class Load:
    """How much is there, and how hard it is asked."""

    leads: int
    pause: float  # seconds between two requests of one client
    after: float  # seconds for which it goes on when the migrations are done


def upgrade(url: str, before: str, load: Load) -> Outcome:
    """Upgrade a database, empty until now, from the version before, under load."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        _take_out(before, folder)
        env = _environment(url)
        key = _set_up(folder, env, load.leads)
        with _served(folder, env) as address:
            outcome = _migrated_under_load(address, key, env, load)
        logs = "".join(log.read_text(errors="replace") for log in folder.glob("*.log"))
        outcome.logged = _LOGGED.findall(logs) + _RAISED.findall(logs)
        return outcome


def _migrated_under_load(address: str, key: str, env: dict[str, str], load: Load) -> Outcome:
    outcome, is_over = Outcome(), threading.Event()
    clients = [*_api_clients(address, key), _page_client(address)]
    threads = [
        threading.Thread(target=_ask, args=(client, requests, load.pause, outcome, is_over))
        for client, requests in clients
    ]
    for thread in threads:
        thread.start()
    try:
        time.sleep(_BEFORE)
        began = time.monotonic()
        said = _run(PROJECT, env, "manage.py", "migrate", "--no-input")
        outcome.seconds = time.monotonic() - began
        outcome.migrations = _APPLIED.findall(said)
        time.sleep(load.after)
    finally:
        is_over.set()
        for thread in threads:
            thread.join()
    return outcome


# --- The version before --------------------------------------------------------------------------
def _last_tag() -> str | None:
    return (_git("describe", "--tags", "--abbrev=0", "--match", "v[0-9]*") or b"").decode().strip()


def _git(*words: str) -> bytes | None:
    done = subprocess.run(["git", *words], cwd=PROJECT, capture_output=True, check=False)
    return done.stdout if done.returncode == 0 else None


def _take_out(commit: str, folder: Path) -> None:
    archive = subprocess.run(
        ["git", "archive", commit], cwd=PROJECT, stdout=subprocess.PIPE, check=True
    ).stdout
    subprocess.run(["tar", "--extract", "--directory", folder], input=archive, check=True)


def _environment(url: str) -> dict[str, str]:
    """A deployment's, in which no limit is met."""
    kept = {"PATH", "HOME", "LANG", "TMPDIR"}
    return {name: value for name, value in os.environ.items() if name in kept} | {
        "DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": "sift_site.settings",
        "SECRET_KEY": "only-to-try-an-upgrade-0123456789-abcdefghijklmnopqrstuvwxyz",
        "ALLOWED_HOSTS": "127.0.0.1",
        "SIFT_URL": "http://127.0.0.1",
        "SIFT_HTTPS": "off",
        "WEB_THREADS": "6",
        **{f"SIFT_RATE_{of}": "1000000/m" for of in ("GROWTH", "SCALE", "CAPTURE", "PAGES")},
    }


def _set_up(folder: Path, env: dict[str, str], leads: int) -> str:
    """Its database with people, leads and styles; returns an API key. All in one process."""
    who = ("--organisation", _AGENCY, "--role", "agent", "--name", "Una Upgrade")
    commands = [
        ("migrate", "--verbosity=0"),
        ("load_demo", "--organisations=2", f"--leads={leads}"),
        ("collectstatic", "--no-input", "--verbosity=0"),
        ("create_user", _EMAIL, *who),
        ("create_api_key", _AGENCY, "Upgrade"),
    ]
    program = (
        "import django; from django.core.management import call_command; django.setup()\n"
        "from django.conf import settings\n"
        "settings.WHITENOISE_SKIP_COMPRESS_EXTENSIONS = ['css', 'js', 'svg']  # it takes seconds\n"
        f"for words in {commands!r}: call_command(*words)"
    )
    return _run(folder, env, "-c", program, given=f"{_PASSWORD}\n").split()[-1]


def _run(folder: Path, env: dict[str, str], *words: str, given: str = "") -> str:
    return subprocess.run(
        [sys.executable, *words],
        cwd=folder, env=env, input=given, stdout=subprocess.PIPE, text=True, check=True,
    ).stdout  # fmt: skip


@contextlib.contextmanager
def _served(folder: Path, env: dict[str, str]) -> Iterator[str]:
    """Its server and its worker; yields the server's address."""
    with listening_socket() as listener, contextlib.ExitStack() as stack:
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        for log, words in {
            "web.log": ["-m", "gunicorn", "sift_site.wsgi", "--bind", f"fd://{listener.fileno()}"],
            "work.log": ["manage.py", "work"],
        }.items():
            output = stack.enter_context((folder / log).open("wb"))
            process = subprocess.Popen(
                [sys.executable, *words],
                cwd=folder, env=env, pass_fds=[listener.fileno()],
                stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
            )  # fmt: skip
            stack.callback(stop, process)
        wait_until_it_answers(f"{address}/healthz", process)
        yield address


# --- Load ----------------------------------------------------------------------------------------
Request = tuple[str, Callable[[], httpx.Response], int]  # its kind, and the status that is expected
Client = tuple[httpx.Client, Iterator[Request]]


def _api_clients(address: str, key: str) -> list[Client]:
    """Two that read, one that moves leads, one that sends conversations."""
    clients = [
        httpx.Client(
            base_url=f"{address}/api/v1", timeout=_LONGEST,
            headers={"Authorization": f"Bearer {key}"},
        )
        for _ in range(4)
    ]  # fmt: skip
    ids = [lead["id"] for lead in clients[0].get("/leads?limit=50").json()["data"]]
    reading, following, moving, sending = clients
    return [
        (reading, _reads(reading, ids)),
        (following, _follows(following)),
        (moving, _moves(moving, ids)),
        (sending, _sends(sending)),
    ]


def _reads(client: httpx.Client, ids: list[str]) -> Iterator[Request]:
    for id_ in itertools.cycle(ids):
        yield "GET leads", lambda: client.get("/leads?limit=50&status=hot"), 200
        yield "GET lead", lambda id_=id_: client.get(f"/leads/{id_}"), 200
        yield "GET talks", lambda: client.get("/conversations?limit=20&include=messages"), 200


def _follows(client: httpx.Client) -> Iterator[Request]:
    path = "/events?limit=100&after="
    for after in itertools.cycle(range(0, 2000, 100)):
        yield "GET events", lambda after=after: client.get(f"{path}{after}"), 200


def _moves(client: httpx.Client, ids: list[str]) -> Iterator[Request]:
    for status in itertools.cycle(["contacted", "qualified"]):
        for id_ in ids:
            path, body = f"/leads/{id_}/status", {"status": status}
            yield "PATCH status", lambda p=path, b=body: client.patch(p, json=b), 200


def _sends(client: httpx.Client) -> Iterator[Request]:
    for number in itertools.count():
        body = {
            "channel": "website",
            "external_id": f"upgrade-{number}",
            "lead": {"email": f"upgrade-{number % 50}@example.co.uk"},
            "messages": [{"role": "user", "content": "A flat with 2 bedrooms in Leeds, please"}],
        }
        yield "POST talk", lambda b=body: client.post("/conversations", json=b), 201
        yield "POST talk again", lambda b=body: client.post("/conversations", json=b), 200


def _page_client(address: str) -> Client:
    """Somebody who signed in and goes from page to page."""
    browser = signed_in(address, _EMAIL, _PASSWORD, longest=_LONGEST)
    paths = itertools.cycle(["/", "/leads/", "/conversations/", "/settings/profile/"])
    return browser, (("GET page", lambda p=path: browser.get(p), 200) for path in paths)


def _ask(
    client: httpx.Client,
    requests: Iterator[Request],
    pause: float,
    outcome: Outcome,
    is_over: threading.Event,
) -> None:
    """One request after the other; each thread writes under kinds of its own."""
    with contextlib.closing(client):
        while not is_over.wait(pause):
            began = time.monotonic()
            try:
                kind, send, expected = next(requests)
                answer: Any = send().status_code
            except httpx.HTTPError as error:
                answer = type(error).__name__
            outcome.answered[kind] += 1
            taken = time.monotonic() - began
            outcome.slowest[kind] = max(outcome.slowest.get(kind, 0.0), taken)
            if answer != expected:
                outcome.failed.append(f"{kind}: {answer}")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults.upgrade", description=__doc__)
    parser.add_argument("commit", metavar="COMMIT", nargs="?", default=version_before())
    parser.add_argument("--leads", type=int, default=100_000)
    wanted = parser.parse_args()
    if wanted.commit is None:
        parser.error("this clone has no version before: name a COMMIT")
    server = EmbeddedPostgres(VAR, "upgrade-postgres")
    try:
        with server.in_use() as url:
            outcome = upgrade(url, wanted.commit, Load(wanted.leads, pause=0.01, after=3.0))
    finally:
        shutil.rmtree(server.data, ignore_errors=True)
    failed = "".join(f"{line}\n" for line in [*outcome.failed, *outcome.logged])
    sys.stdout.write(f"From {wanted.commit} with {wanted.leads:,} leads\n{outcome}\n{failed}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
