"""`python -m bench.pages`: each page of a big agency beside the same page of a small one.

Both agencies stand in one database, and the pages are opened in this process, through the WSGI
application under production settings: what is measured is the work of Python and of PostgreSQL.
"""

import argparse
import gzip
import json
import os
import platform
import shutil
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from wsgiref.util import setup_testing_defaults

import psycopg
from django.utils.module_loading import import_string

from bench import processes
from bench.database import environment, manage
from sift_site.development.embedded_postgres import EmbeddedPostgres
from sift_site.development.var_folder import VAR

SERVER = EmbeddedPostgres(VAR, "bench-pages-postgres")
SMALL, BIG = "fenwick-lettings", "harbour-and-vale"
MOST_RATIO = 2.5
_TRANSCRIPTS = "0.36"  # of the leads: with twelve messages or so, four messages a lead


class Cost(NamedTuple):
    """What opening a page took: milliseconds of CPU time."""

    python: float
    database: float
    rows: int  # of the lists on the page
    kilobytes: float  # as it is sent, compressed

    @property
    def total(self) -> float:
        return self.python + self.database


@dataclass(slots=True)
class Seen:
    """A page in one agency, as often as it was opened."""

    costs: list[Cost] = field(default_factory=list)

    def median(self, of: Callable[[Cost], float]) -> float:
        return statistics.median(map(of, self.costs))


@dataclass(frozen=True, slots=True)
class Browser:
    """A person signed in, to whom the application answers in this process."""

    application: Any
    cookie: str

    def open(self, address: str) -> Cost:
        """Open the page; RuntimeError unless it comes whole, and compressed."""
        backend = _backend()
        path, _, query = address.partition("?")
        environ = {
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "HTTP_HOST": "127.0.0.1",
            "HTTP_COOKIE": self.cookie,
            "HTTP_ACCEPT_ENCODING": "gzip",
        }
        setup_testing_defaults(environ)
        said: list[Any] = []
        database, python = processes.cpu_seconds([backend]), time.process_time()
        answer = self.application(environ, lambda status, headers: said.extend((status, headers)))
        body = b"".join(answer)
        answer.close()
        python = time.process_time() - python
        database = processes.cpu_seconds([backend]) - database
        status, headers = said[0], dict(said[1])
        if status != "200 OK" or headers.get("Content-Encoding") != "gzip":
            raise RuntimeError(f"{address}: {status}, {headers}")
        if _backend() != backend:
            raise RuntimeError(f"{address}: the connection was not kept.")
        page = gzip.decompress(body)
        rows = page.count(b"<tr") - page.count(b"<thead")
        return Cost(python * 1e3, database * 1e3, rows, len(body) / 1e3)


def main() -> None:
    wanted = _arguments()
    if wanted.fresh:
        shutil.rmtree(SERVER.data, ignore_errors=True)
    with SERVER.in_use() as url:
        size = load(url, wanted.big, wanted.small)
        _say(size)
        os.environ.update(environment(url) | {"SIFT_RATE_PAGES": "9999999/m"})
        manage(url, "collectstatic", "--no-input", "--verbosity=0")
        seen = measure(wanted.rounds, wanted.pages)
    _say(table(seen))
    _write(seen, size)
    if wanted.drop:
        shutil.rmtree(SERVER.data)


def load(url: str, big: int, small: int) -> str:
    """Have the two agencies, with so many leads each; what stands already stays. Returns the size.

    The demo's year ends today, as the overview's does.
    """
    manage(url, "migrate", "--verbosity=0")
    if _sizes(url).get(BIG, (0, 0))[0] < big * 0.99:
        demo = ["load_demo", "--transcripts", _TRANSCRIPTS]
        manage(url, *demo, "--organisations=1", f"--leads={big}")
        # Of two the second has a third; what the first has of these, it has already.
        manage(url, *demo, "--organisations=2", f"--leads={small * 3}")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")
        # Of a process that helped nobody would know the CPU time: the backend does all itself.
        connection.execute("ALTER ROLE sift SET max_parallel_workers_per_gather = 0")
    return "\n".join(
        f"{slug}: {leads:,} leads, {messages:,} messages"
        for slug, (leads, messages) in _sizes(url).items()
    )


def _sizes(url: str) -> dict[str, tuple[int, int]]:
    with psycopg.connect(url) as connection:
        rows = connection.execute(
            """
            SELECT slug,
                   (SELECT count(*) FROM leads_lead WHERE organisation_id = organisation.id),
                   (SELECT count(*) FROM conversations_message
                     WHERE organisation_id = organisation.id)
              FROM organisations_organisation AS organisation ORDER BY slug
            """
        ).fetchall()
    return {slug: (leads, messages) for slug, leads, messages in rows}


def measure(rounds: int, wanted: list[str]) -> dict[str, tuple[Seen, Seen]]:
    """Each page in the small agency and in the big one, in turn, round after round."""
    application = import_string("sift_site.wsgi.application")  # which sets Django up
    from bench.page_addresses import pages

    browsers = [_signed_in(application, slug) for slug in (SMALL, BIG)]
    seen = {}
    for name, addresses_for in pages():
        if not any(part in name for part in wanted):
            continue
        addresses = [addresses_for(person) for person, _ in browsers]
        pair = Seen(), Seen()
        for number in range(rounds + 1):
            for (_, browser), ahead, of_one in zip(browsers, addresses, pair, strict=True):
                cost = browser.open(next(ahead))
                if number:  # the first finds caches cold
                    of_one.costs.append(cost)
        seen[name] = pair
    return seen


def _signed_in(application: Any, slug: str) -> tuple[Any, Browser]:
    """The agency's admin."""
    from django.conf import settings
    from django.test import Client

    from organisations.models import User

    people = User.objects.select_related("organisation").filter(organisation__slug=slug)
    person = people.earliest("created_at", "id")
    client = Client()
    client.force_login(person)
    name = settings.SESSION_COOKIE_NAME
    return person, Browser(application, f"{name}={client.cookies[name].value}")


def _backend() -> int:
    """PostgreSQL's process that serves this one."""
    from django.db import connection

    connection.ensure_connection()
    return int(connection.connection.info.backend_pid)


def table(seen: dict[str, tuple[Seen, Seen]]) -> str:
    """As Markdown: of each page the CPU time, the database's part of it, rows, and the ratio."""
    lines = [
        "| page | small: ms | database | rows | big: ms | database | rows | kB | ratio |",
        "|---|--:|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for name, (small, big) in seen.items():
        cells = [cell for one in (small, big) for cell in _cells(one)]
        times = ratio(small, big)
        mark = f"**{times:.2f}**" if times > MOST_RATIO else f"{times:.2f}"
        size = f"{big.median(lambda cost: cost.kilobytes):.0f}"
        lines.append(f"| {' | '.join([f'`{name}`', *cells, size, mark])} |")
    return "\n".join(lines)


def _cells(seen: Seen) -> Iterator[str]:
    yield f"{seen.median(lambda cost: cost.total):.1f}"
    yield f"{seen.median(lambda cost: cost.database):.1f}"
    yield f"{seen.median(lambda cost: cost.rows):.0f}"


def ratio(small: Seen, big: Seen) -> float:
    return big.median(lambda cost: cost.total) / small.median(lambda cost: cost.total)


def _write(seen: dict[str, tuple[Seen, Seen]], size: str) -> None:
    """Everything, for whoever wants to compare runs."""
    (VAR / "bench").mkdir(parents=True, exist_ok=True)
    path = VAR / "bench" / f"pages-{time.strftime('%Y%m%d-%H%M%S')}.json"
    measured = {
        name: {"small": small.costs, "big": big.costs, "ratio": ratio(small, big)}
        for name, (small, big) in seen.items()
    }
    about = {"size": size, "python": platform.python_version(), "cpus": os.cpu_count()}
    path.write_text(json.dumps({**about, "measured": measured}, indent=2) + "\n")
    _say(f"Written to {path.relative_to(VAR.parent)}.")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.pages", description=__doc__)
    parser.add_argument("--big", type=int, default=500_000, help="leads of the big agency")
    parser.add_argument("--small", type=int, default=1_000, help="leads of the small agency")
    parser.add_argument("--rounds", type=int, default=9, help="of each page in each agency")
    parser.add_argument("--pages", nargs="+", default=[""], metavar="TEXT", help="that hold it")
    parser.add_argument("--fresh", action="store_true", help="drop what an earlier run loaded")
    parser.add_argument("--drop", action="store_true", help="drop the database afterwards")
    return parser.parse_args()


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
