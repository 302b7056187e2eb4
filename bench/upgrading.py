"""What an upgrade costs: `.venv/bin/python -m bench.upgrading FOLDER`, of the version before.

The version in FOLDER makes a database with half a million leads; this one migrates it, while a
reader asks every 50 ms for a page of leads, of conversations and of messages, with the key's check
before, as the API does. Shown are the seconds of each migration, what the reader waited for, and
how long its slowest read took.
"""

import argparse
import re
import shutil
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import contextmanager
from pathlib import Path

import psycopg

from bench.database import BIGGEST, PROJECT, environment
from sift_site.development.embedded_postgres import EmbeddedPostgres
from sift_site.development.var_folder import VAR

SERVER = EmbeddedPostgres(VAR, "upgrading-postgres", settings={"shared_buffers": "512MB"})
EVERY = 0.05  # seconds between two reads
READS = (
    """
    SELECT key.id, organisation.plan FROM apikeys_apikey AS key
      JOIN organisations_organisation AS organisation ON organisation.id = key.organisation_id
     WHERE key.digest = 'none'
    """,
    """
    SELECT id, name, status, score FROM leads_lead
     WHERE organisation_id = %(agency)s AND merged_into_id IS NULL
     ORDER BY created_at DESC, id DESC LIMIT 50
    """,
    """
    SELECT id, channel, status FROM conversations_conversation
     WHERE organisation_id = %(agency)s ORDER BY created_at DESC, id DESC LIMIT 50
    """,
    "SELECT id, content FROM conversations_message WHERE organisation_id = %(agency)s LIMIT 50",
)
_WAITED_FOR = """
    SELECT coalesce(relation::regclass::text, locktype) || ' ' || mode FROM pg_locks
     WHERE pid = %s AND NOT granted
"""
_APPLIED = re.compile(r"Applying (\S+)\.\.\. OK \(([\d.]+)s\)")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.upgrading", description=__doc__)
    parser.add_argument("folder", type=Path, help="the version before, as it was checked out")
    parser.add_argument("--leads", type=int, default=500_000)
    parser.add_argument("--keep", action="store_true", help="keep the database that came of it")
    wanted = parser.parse_args()
    with SERVER.in_use() as url:
        _manage(url, wanted.folder, "migrate", "--verbosity=0")
        _manage(url, wanted.folder, "load_demo", f"--leads={wanted.leads}", "--transcripts=0.2")
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE")
        _upgrade(url)
    if not wanted.keep:
        shutil.rmtree(SERVER.data)


def _upgrade(url: str) -> None:
    with _reading(url) as reader:
        began = time.perf_counter()
        said = _manage(url, PROJECT, "migrate", "--verbosity=2")
        seconds = time.perf_counter() - began
    for name, took in _APPLIED.findall(said):
        _say(f"{float(took):8.2f} s  {name}")
    _say(f"{seconds:8.2f} s  in all")
    _say(f"{len(reader.taken)} reads meanwhile; the slowest took {max(reader.taken) * 1000:.0f} ms")
    for lock, times in reader.waited_for.most_common():
        _say(f"waited for {lock}: seen {times} times, {reader.longest[lock] * 1000:.0f} ms at most")


def _manage(url: str, folder: Path, *words: str) -> str:
    done = subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=folder, env=environment(url), check=True, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    return done.stdout


class _Reader:
    """What a reader saw while the tables were changed."""

    def __init__(self) -> None:
        self.taken: list[float] = []
        self.waited_for: Counter[str] = Counter()
        self.longest: dict[str, float] = {}
        self.is_over = threading.Event()

    def read(self, connection: psycopg.Connection, agency: object) -> None:
        while not self.is_over.wait(EVERY):
            for sql in READS:
                began = time.perf_counter()
                connection.execute(sql, {"agency": agency}).fetchall()
                self.taken.append(time.perf_counter() - began)

    def watch(self, connection: psycopg.Connection, pid: int) -> None:
        """Look at what the reader waits for, as often as can be."""
        since: dict[str, float] = {}
        while not self.is_over.wait(0.005):
            waiting = {lock for (lock,) in connection.execute(_WAITED_FOR, [pid]).fetchall()}
            since = {lock: since.get(lock, time.perf_counter()) for lock in waiting}
            for lock, began in since.items():
                waited = time.perf_counter() - began
                self.longest[lock] = max(self.longest.get(lock, 0.0), waited)
                self.waited_for[lock] += 1


@contextmanager
def _reading(url: str):
    reader = _Reader()
    reading = psycopg.connect(url, autocommit=True, options="-c statement_timeout=30s")
    watching = psycopg.connect(url, autocommit=True)
    with reading, watching:
        asked = "SELECT id FROM organisations_organisation WHERE slug = %s"
        ((agency,),) = reading.execute(asked, [BIGGEST]).fetchall()
        threads = [
            threading.Thread(target=reader.read, args=(reading, agency)),
            threading.Thread(target=reader.watch, args=(watching, reading.info.backend_pid)),
        ]
        for thread in threads:
            thread.start()
        try:
            yield reader
        finally:
            reader.is_over.set()
            for thread in threads:
                thread.join()


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
