"""Disks that are full amid captures: the database's, its log's, the server's own, a backup's."""

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import psycopg

from bench.database import PROJECT, environment
from sift_site.backups.manifest import DUMP, path_beside
from sift_site.development.embedded_postgres import EmbeddedPostgres
from tests.faults.fault import Fault
from tests.faults.installation import Installation, fresh_database, installation, own_postgres, said
from tests.faults.small_disks import filled, lacks_small_disks, small_disk, stay_full

_LASTS = 6.0  # seconds
_DATA, _LOG = 500, 320  # MiB
# Little log is kept for reuse, so that it soon needs what there is not.
_SMALL_LOG = {"min_wal_size": "32MB", "max_wal_size": "64MB", "shared_buffers": "32MB"}
_TEMPORARY = 8  # MiB, of the server's own disk
_LONG = "Looks for a house with a garden and room for two dogs. " * 36
_MANY = 900  # leads that say so: more than an export keeps in memory
_NO_ROOM = "The server's disk is full"


# --- PostgreSQL's --------------------------------------------------------------------------------
@contextlib.contextmanager
def _data_on_a_small_disk() -> Iterator[Installation]:
    """All that PostgreSQL has but its log, which a full disk would stop it for."""
    with (
        small_disk(_DATA) as disk,
        tempfile.TemporaryDirectory() as elsewhere,
        installation(_moved_to(disk, log=Path(elsewhere))) as there,
    ):
        yield there


@contextlib.contextmanager
def _log_on_a_small_disk() -> Iterator[Installation]:
    with (
        small_disk(_LOG) as disk,
        tempfile.TemporaryDirectory() as elsewhere,
        installation(_moved_to(Path(elsewhere), log=disk)) as there,
    ):
        yield there


def _moved_to(folder: Path, *, log: Path) -> EmbeddedPostgres:
    """A copy of these runs' server, with its log (pg_wal) in a folder apart."""
    own = own_postgres()
    with own.in_use():
        fresh_database(own)
    folder.chmod(0o755)
    moved = EmbeddedPostgres(folder, "data", settings=_SMALL_LOG)
    _copy(own.data, moved.data)
    _move(moved.data / "pg_wal", log / "pg_wal")
    log.chmod(0o755)
    return moved


def _copy(one: Path, other: Path) -> None:
    """With the owners that it has."""
    subprocess.run(["cp", "-a", one, other], check=True)


def _move(folder: Path, to: Path) -> None:
    _copy(folder, to)
    shutil.rmtree(folder)
    folder.symlink_to(to)


def _fill_data(there: Installation) -> None:
    with filled(there.postgres.data):
        stay_full(there.postgres.data, _LASTS)


def _fill_log(there: Installation) -> None:
    """PostgreSQL ends itself where it cannot write its log, and does not come up before it can."""
    log = (there.postgres.data / "pg_wal").resolve()
    with filled(log):
        _use_up_log(there)
        stay_full(log, _LASTS)


def _use_up_log(there: Installation) -> None:
    """Have PostgreSQL go on to the next file of its log until there is none."""
    gives_up = time.monotonic() + _LASTS
    with contextlib.suppress(psycopg.OperationalError), psycopg.connect(there.url) as connection:
        connection.autocommit = True
        while time.monotonic() < gives_up:
            connection.execute("SELECT pg_switch_wal()")
            time.sleep(0.05)
    assert time.monotonic() < gives_up, "the log found room"


# --- The server's own ----------------------------------------------------------------------------
@contextlib.contextmanager
def _temporary_files_on_a_small_disk() -> Iterator[Installation]:
    with (
        small_disk(_TEMPORARY) as disk,
        installation(env={"TMPDIR": str(disk)}) as there,
    ):
        there.beside["disk"] = disk
        _have_much_to_export(there)
        yield there


def _have_much_to_export(there: Installation) -> None:
    with there.api(longest=60) as api:
        for first in range(0, _MANY, 100):
            talks = [said(f"long-{first + n}") for n in range(100)]
            for talk in talks:
                talk["lead"] |= {"summary": _LONG}  # type: ignore[operator]
            answer = api.post("/conversations/batch", json={"conversations": talks})
            answer.raise_for_status()


def _fill_own(there: Installation) -> None:
    """An export and an upload are refused in words meanwhile, and taken before and afterwards.

    Before: where it writes them a process finds out at the first, and would go to another folder.
    """
    disk: Path = there.beside["disk"]
    with contextlib.closing(there.browser(longest=60)) as browser:
        _require_taken(browser)
        with filled(disk):
            for answer in (_exported(browser), _uploaded(browser)):
                assert answer.status_code == 503, f"{answer.url}: {answer.status_code}"
                assert _NO_ROOM in answer.text, f"{answer.url} does not say why"
                assert answer.headers["Retry-After"], f"{answer.url} does not say when"
            stay_full(disk, _LASTS)
        _require_taken(browser)


def _require_taken(browser: httpx.Client) -> None:
    export, upload = _exported(browser), _uploaded(browser)
    assert export.status_code == 200, f"the export: {export.status_code}"
    assert export.text.count("Looks for") >= _MANY, "the export lacks leads"
    assert upload.status_code == 303, f"the upload: {upload.status_code}"


def _exported(browser: httpx.Client) -> httpx.Response:
    return browser.get("/leads/export.csv")


def _uploaded(browser: httpx.Client) -> httpx.Response:
    """A CSV file that is too long to be kept in memory."""
    rows = "".join(f"Vic Visitor,vic-{n}@example.com,{_LONG}\n" for n in range(1_600))
    file = {"file": ("leads.csv", f"name,email,summary\n{rows}", "text/csv")}
    headers = {"X-CSRFToken": browser.cookies.get("sift_csrf", "")}
    return browser.post(
        "/settings/data/import/", files=file, data={"whole": "yes"}, headers=headers
    )


# --- A backup's ----------------------------------------------------------------------------------
def _fill_backup(there: Installation) -> None:
    """No half of a backup stays, what stood stands, and the next one is taken."""
    with small_disk(_needed(there)) as disk:
        first = _backed_up(there, disk)
        assert first.returncode == 0, first.stderr
        stood = _pairs(disk)
        broken = _backed_up_while_the_disk_fills(there, disk)
        assert broken.returncode == 1, f"exit status {broken.returncode}: {broken.stderr}"
        assert broken.stderr.count("\n") == 1, f"not one sentence: {broken.stderr}"
        assert "No space left on device" in broken.stderr, broken.stderr
        assert set(disk.iterdir()) == stood, f"left behind: {set(disk.iterdir()) - stood}"
        with filled(disk):
            refused = _backed_up(there, disk)
        assert "make room first" in refused.stderr, refused.stderr
        assert _backed_up(there, disk).returncode == 0, "the next backup fails"


def _needed(there: Installation) -> int:
    """A little more than a backup asks for, in MiB: little is soon filled."""
    with psycopg.connect(there.url) as connection:
        row = connection.execute("SELECT pg_database_size(current_database())").fetchone()
    assert row is not None
    return int(row[0]) // 1024**2 + 24


def _pairs(disk: Path) -> set[Path]:
    dumps = set(disk.glob(f"*{DUMP}"))
    return dumps | {path_beside(dump) for dump in dumps}


def _backup(there: Installation, disk: Path) -> "subprocess.Popen[str]":
    programs = there.postgres.program("pg_dump").parent  # of its version
    return subprocess.Popen(
        [sys.executable, "manage.py", "backup", str(disk), "--keep", "1"],
        cwd=PROJECT,
        env=environment(there.url) | {"PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def _ended(process: "subprocess.Popen[str]") -> "subprocess.CompletedProcess[str]":
    _, said_of_it = process.communicate(timeout=60)
    return subprocess.CompletedProcess(process.args, process.returncode, stderr=said_of_it)


def _backed_up(there: Installation, disk: Path) -> "subprocess.CompletedProcess[str]":
    return _ended(_backup(there, disk))


def _backed_up_while_the_disk_fills(
    there: Installation, disk: Path
) -> "subprocess.CompletedProcess[str]":
    process = _backup(there, disk)
    while process.poll() is None and not list(disk.glob("*.unfinished")):
        time.sleep(0.001)
    with filled(disk):
        return _ended(process)


FAULTS = (
    Fault(
        name="the database's disk full",
        inflict=_fill_data,
        install=_data_on_a_small_disk,
        lacks=lacks_small_disks,
        moves_many=True,
    ),
    Fault(
        name="the disk of the database's log full",
        inflict=_fill_log,
        install=_log_on_a_small_disk,
        lacks=lacks_small_disks,
        moves_many=True,
    ),
    Fault(
        name="the server's own disk full",
        inflict=_fill_own,
        install=_temporary_files_on_a_small_disk,
        lacks=lacks_small_disks,
    ),
    Fault(name="a backup's disk full", inflict=_fill_backup, lacks=lacks_small_disks),
)
