"""How Sift grows: `.venv/bin/python -m bench.growth` prints what docs/scale.md is made of.

For each size it makes a database of its own in a PostgreSQL of its own, loads that many leads of a
single agency, has growth_questions.py ask every page and endpoint in a process of its own, weighs
tables and indexes, and drops the database. Nothing is kept but `var/bench/growth.json`.
"""

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

from bench.database import BIGGEST, PROJECT, UNTIL, environment, manage, new_key
from sift_site.development.embedded_postgres import EmbeddedPostgres
from sift_site.development.var_folder import VAR

SERVER = EmbeddedPostgres(VAR, "growth-postgres")
TRANSCRIPTS = "0.2"
UNLIMITED = "9999999/m"
ASKING = {
    "DJANGO_SETTINGS_MODULE": "sift_site.settings",
    "ALLOWED_HOSTS": "testserver",
    "SIFT_RATE_GROWTH": UNLIMITED,
    "SIFT_RATE_SCALE": UNLIMITED,
    "SIFT_RATE_PAGES": UNLIMITED,
}
WEIGHED = """
    SELECT relname, n_live_tup, pg_table_size(relid), pg_indexes_size(relid)
      FROM pg_stat_user_tables ORDER BY pg_total_relation_size(relid) DESC LIMIT 12
"""
BIGGEST_INDEXES = """
    SELECT indexrelname, pg_relation_size(indexrelid) FROM pg_stat_user_indexes
     ORDER BY 2 DESC LIMIT 12
"""


def main() -> None:
    """Measure each size in turn and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    sizes = parser.parse_args().sizes
    found = {}
    with SERVER.in_use() as url:
        manage(url, "collectstatic", "--no-input", "--verbosity=0")
        for leads in sizes:
            with _database(url, f"growth_{leads}") as own:
                found[leads] = _measured(own, leads)
            (VAR / "bench").mkdir(exist_ok=True)
            (VAR / "bench" / "growth.json").write_text(json.dumps(found, indent=1))
    _print(found)


@contextmanager
def _database(url: str, name: str) -> Iterator[str]:
    """An empty database of that name on the server; it is dropped at the end."""
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(f"DROP DATABASE IF EXISTS {name}")
        server.execute(f"CREATE DATABASE {name}")
        try:
            yield f"{url.removesuffix('/sift')}/{name}"
        finally:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _measured(url: str, leads: int) -> dict[str, Any]:
    """What loading, vacuuming and asking took, in seconds and milliseconds, and what it weighs."""
    manage(url, "migrate", "--verbosity=0")
    demo = ["load_demo", "--organisations=1", f"--leads={leads}", f"--transcripts={TRANSCRIPTS}"]
    loading = _seconds(lambda: manage(url, *demo, "--until", UNTIL))
    with psycopg.connect(url, autocommit=True) as connection:
        vacuum = _seconds(lambda: connection.execute("VACUUM ANALYZE"))
        again = _seconds(lambda: connection.execute("VACUUM ANALYZE"))
        tables = connection.execute(WEIGHED).fetchall()
        indexes = connection.execute(BIGGEST_INDEXES).fetchall()
        total = connection.execute("SELECT pg_database_size(current_database())").fetchone()[0]
    asked = subprocess.run(
        [sys.executable, "-m", "bench.growth_questions", BIGGEST, new_key(url)],
        cwd=PROJECT,
        env=environment(url) | ASKING,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return {
        "loading": loading,
        "vacuum": vacuum,
        "vacuum_again": again,
        "total": total,
        "tables": tables,
        "indexes": indexes,
        "milliseconds": json.loads(asked.stdout),
    }


def _seconds(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return round(time.perf_counter() - began, 1)


def _print(found: dict[int, dict[str, Any]]) -> None:
    """Markdown: times by question and size, then what the biggest size weighs."""
    heads = " | ".join(f"{leads:,}" for leads in found)
    _say(f"| milliseconds | {heads} |\n|---|{'--:|' * len(found)}")
    for question in next(iter(found.values()))["milliseconds"]:
        cells = [f"{one['milliseconds'][question]:.1f}" for one in found.values()]
        _say(f"| {question} | {' | '.join(cells)} |")
    for what in ("loading", "vacuum", "vacuum_again"):
        _say(f"| {what}, s | {' | '.join(str(one[what]) for one in found.values())} |")
    _say(f"| MB in all | {' | '.join(_mb(one['total']) for one in found.values())} |")
    biggest = found[max(found)]
    _say("\n| table | rows | table, MB | indexes, MB |\n|---|--:|--:|--:|")
    for name, rows, table, indexes in biggest["tables"]:
        _say(f"| `{name}` | {rows:,} | {_mb(table)} | {_mb(indexes)} |")
    _say("\n| index | MB |\n|---|--:|")
    for name, size in biggest["indexes"]:
        _say(f"| `{name}` | {_mb(size)} |")


def _mb(size: int) -> str:
    return f"{size / 1_000_000:,.0f}"


def _say(text: object) -> None:
    sys.stdout.write(f"{text}\n")


if __name__ == "__main__":
    main()
