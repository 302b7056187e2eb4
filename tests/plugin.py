"""The tests' PostgreSQL: a throwaway server, unless DATABASE_URL names another.

It is up before Django's settings are read, once for all test processes (they inherit its address),
and stopped at the end. Its data stays in `var/test-postgres`, so the next run starts at once. And
how the tests are spread over processes, and what these do with memory.
"""

import fcntl
import gc
import os
import shutil
from typing import IO

import pytest
from _pytest import runner

from sift_site.development.embedded_postgres import EmbeddedPostgres
from sift_site.development.postgres_home import EmbeddedPostgresFailed
from sift_site.development.var_folder import VAR, open_in_var

ROOM = 65_000  # values; half as much again is left for the calls within, some thousands deep

_locks: list[IO[bytes]] = []


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config, parser, args):
    if os.environ.get("DATABASE_URL", "").strip():
        return  # the caller's own server, or this one, seen from a process that the first started
    _only_one_run()
    server = EmbeddedPostgres(VAR, "test-postgres", durable=False)
    try:
        os.environ["DATABASE_URL"] = _hold(server)
    except EmbeddedPostgresFailed as error:
        raise pytest.UsageError(str(error)) from None


def _hold(server: EmbeddedPostgres) -> str:
    """Start it; it writes nothing safely, so what the last crash broke is made anew."""
    try:
        return server.hold()
    except EmbeddedPostgresFailed:
        shutil.rmtree(server.data, ignore_errors=True)
        return server.hold()


def _only_one_run() -> None:
    """Two runs at once would drop each other's databases."""
    lock = open_in_var(VAR / "test-run.lock")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise pytest.UsageError("The tests of this project are already running.") from None
    _locks.append(lock)


@pytest.hookimpl(tryfirst=True)
def pytest_xdist_auto_num_workers(config):
    """One more than there are processors: many tests wait, for Chromium or for a process."""
    return (os.cpu_count() or 1) + 1


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    """The long files first, those of browsers, processes and attacks: else one runs on alone."""
    long = {item.path for item in items if item.get_closest_marker("browser")}
    rooms = ("development", "serving", "security")
    long |= {item.path for item in items if item.path.parent.name in rooms}
    items.sort(key=lambda item: item.path not in long)


@pytest.hookimpl(tryfirst=True)
def pytest_collection():
    gc.disable()  # nothing that is loaded is garbage


@pytest.hookimpl(trylast=True)
def pytest_collection_finish():
    """To look through all that is loaded again and again was a quarter of the plain tests' time."""
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)  # as gunicorn.conf.py has it
    gc.enable()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item, nextitem):
    """pytest's own, with room for all calls that a test makes.

    Python 3.11 and 3.12 map memory for calls in pieces of 16 KiB, and give a piece back with the
    first call in it: what is called again and again at its edge asks the kernel twice for each
    (python/cpython#142183). So deep down in pytest and Django that was a seventh of the time. Tests
    of browsers wait for Chromium, and Playwright has stacks of its own: they gain nothing by it.
    """
    if item.get_closest_marker("browser"):
        return None  # pytest's own goes on
    return _with_room(runner.pytest_runtest_protocol, item, nextitem)


def _with_room(call, *arguments):
    return call(*arguments)


_with_room.__code__ = _with_room.__code__.replace(co_stacksize=ROOM)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session, exitstatus):
    """With SIFT_TEST_NO_SKIP, as the checks of every change set it, a skipped test is a failure.

    But for one that is marked `optional`: nobody need have what it is over.
    """
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if not os.environ.get("SIFT_TEST_NO_SKIP") or reporter is None:
        return
    skipped = reporter.stats.get("skipped", ())
    if any("optional" not in getattr(report, "keywords", ()) for report in skipped):
        reporter.write_line("Tests were skipped, and SIFT_TEST_NO_SKIP allows none.", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
