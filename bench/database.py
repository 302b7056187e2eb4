"""The data: a PostgreSQL of the benchmark's own, with Sift's tables and made-up leads."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import psycopg

from sift_site.development.embedded_postgres import EmbeddedPostgres
from sift_site.development.var_folder import VAR

PROJECT = Path(__file__).resolve().parent.parent
ORGANISATIONS = 20
BIGGEST = "harbour-and-vale"  # of load_demo's agencies the first, and so the one with most
TRANSCRIPTS = "0.192"  # of the leads; some come back, which makes it one conversation for five
UNTIL = "2026-06-01T00:00:00Z"
# 128 MB, which it takes by itself, is for the smallest of machines: the indexes on the leads alone
# are a gigabyte, and a quarter of the memory is what PostgreSQL's manual begins with.
SERVER = EmbeddedPostgres(VAR, "bench-postgres", settings={"shared_buffers": "1GB"})


@dataclass(frozen=True, slots=True)
class Size:
    """What the tables hold."""

    leads: int
    biggest: int  # leads of the organisation that is asked about
    conversations: int
    messages: int

    def __str__(self) -> str:
        return (
            f"{self.leads:,} leads over {ORGANISATIONS} organisations, {self.biggest:,} of them in"
            f" one; {self.conversations:,} conversations, {self.messages:,} messages"
        )


def environment(url: str) -> dict[str, str]:
    """Sift's production settings on that database."""
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("PG")},
        "DATABASE_URL": url,
        "SECRET_KEY": "for-the-benchmark-only-0123456789-abcdefghijklmnopqrstuvwxyz",
        "ALLOWED_HOSTS": "127.0.0.1",
        "SIFT_URL": "http://127.0.0.1",
        "SIFT_HTTPS": "off",  # nothing in front ends TLS here
    }


def load(url: str, leads: int) -> Size:
    """Have so many leads, half of them in one organisation; what stands already stays."""
    manage(url, "migrate", "--verbosity=0")
    size = size_of(url)
    if size.leads < leads * 0.99:
        # load_demo gives the first of N organisations its share. So the biggest is loaded by
        # itself, then all, which leaves what stands and adds the others' half.
        demo = ["load_demo", "--transcripts", TRANSCRIPTS, "--until", UNTIL]
        manage(url, *demo, "--organisations=1", f"--leads={leads // 2}")
        first_share = 1 / sum(1 / (position + 1) for position in range(ORGANISATIONS))
        others = round(leads / 2 / (1 - first_share))
        manage(url, *demo, f"--organisations={ORGANISATIONS}", f"--leads={others}")
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE")
    return size_of(url)


def size_of(url: str) -> Size:
    with psycopg.connect(url) as connection:
        row = connection.execute(
            """
            SELECT (SELECT count(*) FROM leads_lead),
                   (SELECT count(*) FROM leads_lead WHERE organisation_id =
                           (SELECT id FROM organisations_organisation WHERE slug = %s)),
                   (SELECT count(*) FROM conversations_conversation),
                   (SELECT count(*) FROM conversations_message)
            """,
            [BIGGEST],
        ).fetchone()
    return Size(*row)


def new_key(url: str) -> str:
    """A key of the biggest organisation; those of earlier runs are revoked."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "UPDATE apikeys_apikey SET revoked_at = now() WHERE name = 'Benchmark'"
            " AND revoked_at IS NULL"
        )
    return manage(url, "create_api_key", BIGGEST, "Benchmark").strip()


def manage(url: str, *words: str, given: str = "") -> str:
    """What the command says; `given` is its input."""
    done = subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=PROJECT,
        env=environment(url),
        input=given,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return done.stdout
