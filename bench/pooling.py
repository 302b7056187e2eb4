"""Sift behind PgBouncer in transaction mode: `.venv/bin/python -m bench.pooling` shows it working.

Two Sifts of eight threads each, sixteen connections in all, share the four that a PgBouncer keeps
to a PostgreSQL of this module's own. Pages, the API, changes of status, CSV exports and searches
within a transcript are asked for all at once, and each answer is held against the one that came
without a pool. Then two workers send letters over it, each of which must be sent once. It needs
PgBouncer 1.21 or newer (`--pgbouncer PATH`), which knows prepared statements in transaction mode.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

import httpx
import psycopg
from psycopg.rows import dict_row

from bench.database import BIGGEST, PROJECT, UNTIL, environment, manage, new_key
from foundation.database import time_limits
from sift_site.development.embedded_postgres import EmbeddedPostgres
from tests.mail_server import mail_server
from tests.pooler import pgbouncer, pgbouncer_program
from tests.servers import free_port, stop, wait_until_it_answers

CONNECTIONS = 4  # to PostgreSQL
THREADS = 8  # of each Sift
ROUNDS = 40
LETTERS = 200
_ASKED_AT_START = ("plan_cache_mode", *time_limits.SERVER, *time_limits.UNTIL_GONE)
# By its own version 1.21 or newer, for which statements stay prepared.
SETTINGS = f"""
max_prepared_statements = 200
ignore_startup_parameters = {", ".join(_ASKED_AT_START)}
"""


def main() -> None:
    """Run it all; exit with 1 where an answer differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pgbouncer", default=pgbouncer_program())
    program = parser.parse_args().pgbouncer
    if program is None:
        sys.exit("There is no pgbouncer: install one, or name it with --pgbouncer.")
    version = subprocess.run([program, "--version"], capture_output=True, text=True, check=True)
    _say(version.stdout.splitlines()[0])
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        folder.chmod(0o755)
        server = EmbeddedPostgres(folder, "postgres", durable=False)
        direct = stack.enter_context(server.in_use())
        manage(direct, "collectstatic", "--no-input", "--verbosity=0")
        manage(direct, "migrate", "--verbosity=0")
        manage(direct, "load_demo", "--organisations=1", "--leads=2000", "--until", UNTIL)
        with psycopg.connect(direct, autocommit=True) as connection:
            # PgBouncer drops what Sift asks for as a connection begins; the role brings it.
            connection.execute("ALTER ROLE sift SET plan_cache_mode = force_generic_plan")
        questions = _questions(direct)
        key, cookies = new_key(direct), _signed_in(direct)
        ask = partial(_ask, key=key, cookies=cookies)
        with _sift(direct) as address:
            expected = {path: ask(address, path) for path in questions}
        pool = stack.enter_context(
            pgbouncer(program, server, database="sift", connections=CONNECTIONS, more=SETTINGS)
        )
        addresses = [stack.enter_context(_sift(pool)) for _ in range(2)]
        asked = ROUNDS * [(address, path) for path in questions for address in addresses]
        with ThreadPoolExecutor(2 * THREADS) as threads:
            answers = list(threads.map(lambda one: (one[1], ask(*one)), asked))
        wrong = Counter(path for path, answer in answers if answer != expected[path])
        moved = [ask(address, _a_lead(direct), patch=True)[0] for address in addresses * ROUNDS]
        with psycopg.connect(pool, autocommit=True) as connection:
            (mode,) = connection.execute("SHOW plan_cache_mode").fetchone()
            _say(f"plan_cache_mode: {mode}")
        _say_connections(pool)
        sent = _letters_sent(pool, direct)
    _say(f"{len(answers)} answers of {len(questions)} addresses, wrong: {dict(wrong) or 'none'}")
    _say(f"{len(moved)} changes of status: {dict(Counter(moved))}")
    _say(f"{len(sent)} letters by two workers, sent {dict(Counter(sent.values()))} times")
    once = len(sent) == LETTERS and set(sent.values()) == {1}
    sys.exit(1 if wrong or set(moved) != {200} or not once else 0)


def _questions(url: str) -> list[str]:
    with psycopg.connect(url) as connection:
        (talk,) = connection.execute(
            "SELECT id FROM conversations_conversation ORDER BY message_count DESC, id LIMIT 1"
        ).fetchone()
    return [
        *("/leads/", "/leads/?q=leeds", "/conversations/", "/conversations/?q=house"),
        *(f"/conversations/{talk}/", f"/conversations/{talk}/?find=the", "/leads/export.csv"),
        *("/api/v1/leads", "/api/v1/leads?limit=500", "/api/v1/leads?offset=10&count=exact"),
        *("/api/v1/leads?status=qualified", "/api/v1/conversations"),
        f"/api/v1/conversations/{talk}/messages",
    ]


def _a_lead(url: str) -> str:
    with psycopg.connect(url) as connection:
        (lead,) = connection.execute("SELECT id FROM leads_lead ORDER BY id LIMIT 1").fetchone()
    return f"/api/v1/leads/{lead}/status"


def _signed_in(url: str) -> dict[str, str]:
    """The cookie of a browser in which the agency's admin is signed in."""
    said = subprocess.run(
        [sys.executable, "-c", SIGN_IN, BIGGEST],
        cwd=PROJECT,
        env=environment(url) | {"DJANGO_SETTINGS_MODULE": "sift_site.settings"},
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    name, value = said.stdout.split()
    return {name: value}


SIGN_IN = """
import sys, django
django.setup()
from django.conf import settings
from django.test import Client
from organisations.models import User
client = Client()
client.force_login(User.objects.get(organisation__slug=sys.argv[1], role="admin"))
print(settings.SESSION_COOKIE_NAME, client.cookies[settings.SESSION_COOKIE_NAME].value)
"""


def _ask(
    address: str, path: str, *, key: str, cookies: dict[str, str], patch: bool = False
) -> tuple[int, object]:
    """The status and what is the same each time: JSON, the rows of a file, a page's length."""
    by_key = path.startswith("/api/")
    headers = {"Authorization": f"Bearer {key}"} if by_key else {}
    method, body = ("PATCH", {"status": "contacted"}) if patch else ("GET", None)
    answer = httpx.request(
        method, f"{address}{path}", headers=headers, cookies=cookies, json=body, timeout=60
    )
    if by_key:
        said = answer.json()
        if isinstance(said, dict):
            said.pop("next_cursor", None)
        return answer.status_code, said
    return answer.status_code, answer.text.count("\n")


@contextmanager
def _sift(url: str) -> Iterator[str]:
    port = free_port()
    unlimited = {f"SIFT_RATE_{plan}": "9999999/m" for plan in ("GROWTH", "SCALE")}
    env = environment(url) | unlimited | {"WEB_THREADS": str(THREADS), "PORT": str(port)}
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "sift_site.wsgi"],
            cwd=PROJECT, env=env, stdout=log, stderr=log,
        )  # fmt: skip
        try:
            wait_until_it_answers(f"http://127.0.0.1:{port}/readyz", process)
            yield f"http://127.0.0.1:{port}"
        finally:
            stop(process)
            log.seek(0)
            faults = [line for line in log.read().decode().splitlines() if "Error" in line]
            _say("\n".join(faults[:10]))


def _say_connections(pool: str) -> None:
    """PgBouncer's own account."""
    with psycopg.connect(pool.removesuffix("sift") + "pgbouncer", autocommit=True) as admin:
        cursor = psycopg.ClientCursor(admin, row_factory=dict_row)
        row = next(row for row in cursor.execute("SHOW POOLS") if row["database"] == "sift")
    serving = row["sv_active"] + row["sv_idle"] + row["sv_used"]
    _say(f"{row['cl_active']} connections of Sift's over {serving} to PostgreSQL")


# --- The worker ----------------------------------------------------------------------------------
def _letters_sent(pool: str, direct: str) -> Counter[str]:
    """Have LETTERS letters sent by two workers over the pool: how often each address got one."""
    with mail_server() as post, ExitStack() as stack:
        for _ in range(2):
            stack.enter_context(_worker(environment(pool) | post.environment))
        subprocess.run(
            [sys.executable, "-c", WRITE_LETTERS, str(LETTERS)],
            cwd=PROJECT,
            env=environment(direct) | {"DJANGO_SETTINGS_MODULE": "sift_site.settings"},
            check=True,
        )
        deadline = time.monotonic() + 120
        with psycopg.connect(direct, autocommit=True) as connection:
            while connection.execute(WAITING).fetchone() != (0,) and time.monotonic() < deadline:
                time.sleep(0.2)
        return Counter(letter["To"] for letter in post.accepted)


WAITING = "SELECT count(*) FROM organisations_letter WHERE encrypted_words IS NOT NULL"
WRITE_LETTERS = """
import sys, django
django.setup()
from organisations.letters.writing import write
from organisations.models import User
person = User.objects.select_related("organisation")[0]
for number in range(int(sys.argv[1])):
    to, said = [f"person{number}@example.com"], {"person": person, "link": "http://127.0.0.1/"}
    write("organisations/mail/password_reset", to, said, organisation_id=person.organisation_id)
"""


@contextmanager
def _worker(env: dict[str, str]) -> Iterator[None]:
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "work"], cwd=PROJECT, env=env, stdout=log, stderr=log
        )
        try:
            yield
        finally:
            stop(process)
            log.seek(0)
            faults = [line for line in log.read().decode().splitlines() if "Error" in line]
            _say("\n".join(faults[:10]))


def _say(text: object) -> None:
    sys.stdout.write(f"{text}\n")


if __name__ == "__main__":
    os.environ.pop("DATABASE_URL", None)
    main()
