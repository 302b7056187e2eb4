"""`make run`: what it prints, what it refuses, and that Ctrl-C leaves nothing behind."""

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import psycopg
import pytest

from apikeys.keys import is_well_formed
from sift_site.development.embedded_postgres import EmbeddedPostgres
from tests.development.conftest import make_folder, remove_folder
from tests.servers import PROJECT, free_port, heed_ctrl_c, listening_socket
from tests.waiting import wait_for

_LONGEST = 60.0  # seconds


class Launch:
    """A `make run` under way, in a session of its own as a terminal gives one."""

    def __init__(self, project: Path, port: int, environment: dict[str, str]) -> None:
        self.port = port
        self.output = project / "output.txt"
        with self.output.open("w") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "sift_site.development.launch"],
                cwd=project,
                env=environment | {"PORT": str(port)},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=heed_ctrl_c,
            )

    def printed(self) -> str:
        return self.output.read_text()

    def wait_until_ready(self) -> str:
        """What it printed up to its last word, after which it serves."""

        def is_ready() -> bool:
            assert self.process.poll() is None, self.printed()
            return "Ctrl-C stops it." in self.printed()

        wait_for(is_ready)
        return self.printed()

    def end(self) -> None:
        """Press Ctrl-C, which comes to every process of the terminal."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGINT)
        self.process.wait(timeout=_LONGEST)

    def stop(self, how: signal.Signals) -> None:
        """Tell the one process that was started, which tells the others."""
        self.process.send_signal(how)
        self.process.wait(timeout=_LONGEST)

    def status_of(self, path: str, **headers: str) -> int:
        request = Request(f"http://127.0.0.1:{self.port}{path}", headers=headers)
        try:
            with urlopen(request, timeout=10) as answer:  # noqa: S310
                return int(answer.status)
        except HTTPError as answer:
            return answer.code

    def shown(self, path: str) -> str:
        with urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=10) as answer:
            return answer.read().decode()


def end_all(launches: list[Launch]) -> None:
    for one in launches:
        one.end()


@pytest.fixture(scope="module")
def project() -> Iterator[Path]:
    """A copy of the project, as a clone is: nothing of what running made here."""
    folder = make_folder()
    left_out = shutil.ignore_patterns(".git", ".venv", "var", "staticfiles", "tests", ".*_cache")
    shutil.copytree(PROJECT, folder, ignore=left_out, dirs_exist_ok=True)
    yield folder
    remove_folder(folder)


@pytest.fixture
def launch(project, plain_environment):
    """Starts `make run` in the copy; whatever still runs is stopped afterwards."""
    started = []

    def start(port: int | None = None) -> Launch:
        started.append(Launch(project, port or free_port(), plain_environment))
        return started[-1]

    yield start
    end_all(started)


@pytest.fixture(scope="module")
def left_running() -> Iterator[list[Launch]]:
    started: list[Launch] = []
    yield started
    end_all(started)


@pytest.fixture
def running(project, plain_environment, left_running):
    """Gives the start that the test before left running, else a new one, once it is ready.

    A start takes seconds, so tests that only look at one share it.
    """

    def ready() -> Launch:
        if not left_running or left_running[-1].process.poll() is not None:
            left_running.append(Launch(project, free_port(), plain_environment))
            left_running[-1].wait_until_ready()
        return left_running[-1]

    return ready


@pytest.fixture
def _never_started(project, left_running):
    """As the copy was made, whichever tests of starts were before."""
    end_all(left_running)
    shutil.rmtree(project / "var", ignore_errors=True)


@pytest.fixture(autouse=True)
def _alone_unless_it_asks_for_one_that_runs(request, left_running):
    if "running" not in request.fixturenames:
        end_all(left_running)


@pytest.fixture
def manage(project, plain_environment):
    """Runs a manage.py command in the copy and returns what it printed."""

    def run(*words: str) -> str:
        done = subprocess.run(
            [sys.executable, "manage.py", *words],
            cwd=project,
            env=plain_environment,
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout

    return run


def is_free(port: int) -> bool:
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        return trial.connect_ex(("127.0.0.1", port)) != 0


def database_runs(project: Path) -> bool:
    return (project / "var" / "postgres" / "postmaster.pid").exists()


def found(project: Path, question: str) -> Any:
    """The one value of the copy's database that is asked for; it runs, or is started for it."""
    with (
        EmbeddedPostgres(project / "var").in_use() as url,
        psycopg.connect(url, autocommit=True, application_name="a test") as connection,
    ):
        return connection.execute(question).fetchone()[0]


def people(project: Path) -> int:
    return found(project, "SELECT count(*) FROM organisations_user")


def people_by(manage) -> int:
    """The same, as a command counts them."""
    counting = "from organisations.models import User; print(User.objects.count())"
    return int(manage("shell", "--verbosity=0", "-c", counting))


def workers(project: Path) -> int:
    """Those that have given a sign of life and not said farewell."""
    return found(
        project, "SELECT count(*) FROM sift_site_beat WHERE heard_at > now() - interval '1 minute'"
    )


def signed_in_to_the_database(project: Path) -> str:
    """The roles of every connection but a test's own: a closed one is listed for a moment more."""
    return found(
        project,
        "SELECT string_agg(DISTINCT usename, ' ') FROM pg_stat_activity"
        " WHERE datname = current_database() AND application_name <> 'a test'",
    )


@pytest.mark.usefixtures("_never_started")
def test_the_first_start_prints_the_ways_in_and_later_ones_how_to_make_another_key(
    project, launch, running
):
    first = launch()
    printed = first.wait_until_ready()
    key = re.search(r"sk_live_\w+", printed)[0]
    address = f"http://127.0.0.1:{first.port}"

    assert f"Sift is running at {address}\n" in printed
    assert re.search(r"admin  admin@harbour-and-vale\.example  \S+", printed)
    assert re.search(r"agent  agent@harbour-and-vale\.example  \S+", printed)
    assert is_well_formed(key)
    assert (
        f'curl -H "Authorization: Bearer {key}" "{address}/api/v1/leads'
        '?status=hot&since=2026-06-01T00:00:00Z&limit=5"\n'
    ) in printed
    leads = "/api/v1/leads?status=hot&since=2026-06-01T00:00:00Z&limit=5"
    assert first.status_of(leads, Authorization=f"Bearer {key}") == 200
    assert first.shown("/api/docs/").count(f"{address}/api/v1/leads") > 1
    assert (project / "var" / "secret_key").stat().st_mode & 0o777 == 0o600
    there = people(project)
    assert signed_in_to_the_database(project) == "sift_server"

    first.end()
    assert first.process.returncode == 0
    assert is_free(first.port)
    assert not database_runs(project)
    assert "Traceback" not in first.printed()
    assert "No worker runs" not in first.printed()  # it began with the server
    assert key not in first.printed().replace(printed, "")
    assert first.printed().count("leads loaded") == 1

    second = running()
    again = second.printed()
    assert "sk_live_" not in again
    assert '.venv/bin/python manage.py create_api_key harbour-and-vale "My key"' in again
    assert second.status_of(leads, Authorization=f"Bearer {key}") == 200
    assert people(project) == there


def test_started_twice_it_says_where_it_is_in_one_line_and_a_lone_command_leaves_it_its_database(
    project, launch, running, manage
):
    first = running()
    printed = first.printed()

    first.output.rename(first.output.with_name("first.txt"))
    second = launch(port=free_port())

    assert second.process.wait(timeout=_LONGEST) == 1
    assert second.printed() == (
        f"make run: Sift is already running: http://127.0.0.1:{first.port} "
        f"(process {first.process.pid}).\n"
    )
    assert printed
    assert not is_free(first.port)

    assert people_by(manage) > 0
    assert database_runs(project)


def test_a_worker_runs_beside_the_server_and_a_service_manager_stops_all_of_it(project, running):
    stopped = running()
    wait_for(lambda: workers(project) == 1)

    stopped.stop(signal.SIGTERM)

    assert is_free(stopped.port)
    assert not database_runs(project)
    assert workers(project) == 0  # it said farewell


def test_killed_it_leaves_nothing_that_blocks_the_next_start_which_a_closed_terminal_stops(
    project, launch
):
    killed = launch()
    killed.wait_until_ready()
    wait_for(lambda: workers(project) == 1)
    killed.process.kill()
    killed.process.wait()
    wait_for(lambda: not is_anybody_left_of(killed))

    next_one = launch(port=killed.port)
    next_one.wait_until_ready()
    assert next_one.process.poll() is None
    next_one.stop(signal.SIGHUP)

    assert is_free(next_one.port)
    assert not database_runs(project)


def is_anybody_left_of(launched: Launch) -> bool:
    """Whether a process of its terminal's runs."""
    try:
        os.killpg(launched.process.pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_with_the_port_taken_it_says_so_in_one_line_and_starts_nothing(project, launch):
    with listening_socket() as other:
        port = other.getsockname()[1]
        refused = launch(port=port)

        assert refused.process.wait(timeout=_LONGEST) == 1

    assert refused.printed() == (
        f"make run: Port {port} is taken by another program. "
        f"Choose another: PORT={port + 1} make run\n"
    )
    assert not database_runs(project)


def test_ctrl_c_before_it_serves_stops_the_database_as_well(project, launch):
    interrupted = launch()
    wait_for(lambda: database_runs(project))

    interrupted.end()

    assert "Traceback" not in interrupted.printed()
    assert not database_runs(project)


@pytest.mark.parametrize(
    ("environment", "line"),
    [
        ({"PORT": "http"}, "PORT is 'http'; it takes a whole number from 1 up."),
        ({"PORT": "70000"}, "PORT is 70000; it takes a whole number from 1 to 65535."),
        ({"SIFT_HTTPS": "perhaps"}, "SIFT_HTTPS is 'perhaps'; it takes on or off"),
        ({"WEB_CONCURRENCY": "2"}, "2 worker processes (WEB_CONCURRENCY or --workers) need REDIS"),
    ],
)
def test_a_faulty_setting_is_one_line(project, plain_environment, environment, line):
    done = subprocess.run(
        [sys.executable, "-m", "sift_site.development.launch"],
        cwd=project,
        env=plain_environment | environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    assert done.stderr.startswith(f"make run: {line}")
    assert done.stderr.count("\n") == 1


def test_a_lone_command_starts_the_database_and_stops_it(project, running, left_running, manage):
    if not left_running:  # by a test before, which filled the database
        running()
    left_running[-1].end()

    assert people_by(manage) > 0
    assert not database_runs(project)


def test_help_needs_no_database(project, manage, monkeypatch):
    assert "migrate" in manage("help")
    assert not database_runs(project)
