"""`python -m bench`: load, start everybody, check that they agree, measure, report."""

import argparse
import contextlib
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator

from bench import agreement, database, report
from bench.contenders import CONTENDERS, PROCESSES, THREADS, running
from bench.measuring import measure
from bench.questions import Asker, sample
from sift_site.development.var_folder import VAR

RESULTS = VAR / "bench"


def main() -> None:
    wanted = _arguments()
    RESULTS.mkdir(parents=True, exist_ok=True)
    if wanted.fresh:
        shutil.rmtree(database.SERVER.data, ignore_errors=True)
    with database.SERVER.in_use() as url, contextlib.ExitStack() as stack:
        size = database.load(url, wanted.scale)
        _say(f"{size}.")
        redis_url, redis_pid = stack.enter_context(_redis())
        servers = [
            stack.enter_context(running(contender, url, redis_url, RESULTS))
            for contender in CONTENDERS
            if contender.name in wanted.only
        ]
        asker = Asker(database.new_key(url), sample(url))
        agreement.check(asker, servers, url)
        _say(f"All {len(servers)} give equal answers. {PROCESSES} processes, {THREADS} threads.")
        results = {}
        for question in asker.questions:
            if any(part in question.name for part in wanted.questions):
                results[question.name] = measure(
                    asker, question, servers, url=url, redis_pid=redis_pid,
                    rounds=wanted.rounds, seconds=wanted.seconds,
                )  # fmt: skip
        _say(report.tables(results))
        about = {"size": str(size), "python": platform.python_version(), "cpus": os.cpu_count()}
        path = RESULTS / f"{time.strftime('%Y%m%d-%H%M%S')}.json"
        report.write(path, results, about)
        _say(f"Written to {path.relative_to(VAR.parent)}.")
    if wanted.drop:
        shutil.rmtree(database.SERVER.data)


def _arguments() -> argparse.Namespace:
    names = [contender.name for contender in CONTENDERS]
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--scale", type=int, default=1_000_000, help="leads (default a million)")
    parser.add_argument("--rounds", type=int, default=5, help="of each contender and question")
    parser.add_argument("--seconds", type=float, default=2.0, help="that a round lasts at most")
    parser.add_argument("--only", nargs="+", choices=names, default=names, metavar="CONTENDER")
    parser.add_argument(
        "--questions", nargs="+", default=[""], metavar="TEXT", help="those whose name holds it"
    )
    parser.add_argument("--fresh", action="store_true", help="drop what an earlier run loaded")
    parser.add_argument("--drop", action="store_true", help="drop the database afterwards")
    return parser.parse_args()


@contextlib.contextmanager
def _redis() -> Iterator[tuple[str, int]]:
    """A Redis of one's own that keeps nothing: its address, and its process.

    Over a socket of this machine, as PostgreSQL is asked.
    """
    program = shutil.which("redis-server")
    if program is None:
        raise SystemExit("redis-server is needed: install it from the system's packages.")
    with tempfile.TemporaryDirectory() as folder:
        socket = f"{folder}/redis.sock"
        process = subprocess.Popen(
            [program, "--port", "0", "--unixsocket", socket, "--dir", folder, "--save", ""],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            yield f"unix://{socket}", process.pid
        finally:
            process.terminate()
            process.wait()


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
