"""Taking a backup: a dump and its manifest, of one moment, while Sift goes on.

The moment is a snapshot that a transaction holds open: figures are counted in it, and pg_dump is
given the same. Both files get their names when both are whole, the manifest last: so a dump with a
manifest beside it is always a whole one, and a disk that is full in between keeps neither.
"""

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from django.db import connection, transaction

from sift_site.backups import programs
from sift_site.backups.manifest import DUMP, MANIFEST, Manifest, path_beside, sha256_of, written
from sift_site.backups.standing import Standing, taken
from sift_site.version import VERSION

_UNFINISHED = ".unfinished"
_BEGINS = "sift-"


class CannotBackUp(Exception):
    """There is no new backup, and the older ones stand; the text is one line that says why."""


class Backup(NamedTuple):
    dump: Path
    manifest: Manifest
    dropped: list[Path]  # older dumps


def back_up(
    folder: Path, *, keep: int | None = None, on_table: Callable[[int], None] = lambda of: None
) -> Backup:
    """A new pair of files in the folder; of older ones all but the newest are then dropped, so
    that `keep` stand. `on_table` is called for each table with the number of all.

    Raises CannotBackUp, and programs.ProgramFailed.
    """
    with _alone_in(folder):
        _require_room(folder)
        backup = _taken_into(folder, on_table)
        dropped = _drop_older(folder, keep) if keep is not None else []
        return backup._replace(dropped=dropped)


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Within, no other backup is taken into the folder, and nothing of a broken one lies there."""
    try:
        lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as error:
        raise CannotBackUp(f"{folder} cannot be used: {error.strerror}") from None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        for left_behind in folder.glob(f"{_BEGINS}*{_UNFINISHED}"):
            left_behind.unlink()
        yield
    except BlockingIOError:
        raise CannotBackUp(f"another backup is being taken into {folder}") from None
    except OSError as error:
        raise CannotBackUp(f"{folder} cannot be written: {error.strerror}") from None
    finally:
        os.close(lock)


def _require_room(folder: Path) -> None:
    """A dump is compressed, so the database's own size is more than it will need."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database())")
        (needed,) = cursor.fetchone()
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise CannotBackUp(
            f"{folder} has {free:,} bytes left and the database has {needed:,}: make room first"
        )


def _taken_into(folder: Path, on_table: Callable[[int], None]) -> Backup:
    with _one_moment() as (snapshot, moment):
        standing = taken()
        name = f"{_BEGINS}{moment:%Y%m%d-%H%M%S-%f}"
        dump = folder / f"{name}{DUMP}"
        with _finished(path_beside(dump)) as beside, _finished(dump) as unfinished:
            _dump(unfinished, snapshot, standing, on_table)
            manifest = Manifest(
                sift=VERSION,
                taken_at=f"{moment:%Y-%m-%dT%H:%M:%S.%fZ}",
                bytes=unfinished.stat().st_size,
                sha256=sha256_of(unfinished),
                standing=standing,
            )
            _write(beside, written(manifest))
    return Backup(dump, manifest, [])


def _write(path: Path, text: bytes) -> None:
    with path.open("wb") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


@contextmanager
def _one_moment() -> Iterator[tuple[str, datetime]]:
    """A transaction that sees one moment; yields its snapshot's name, and when that is, in UTC."""
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")  # pg_dump takes long
        cursor.execute("SELECT pg_export_snapshot(), clock_timestamp()")
        snapshot, moment = cursor.fetchone()
        yield snapshot, moment.astimezone(UTC)


def _dump(into: Path, snapshot: str, standing: Standing, on_table: Callable[[int], None]) -> None:
    def tell(line: str) -> None:
        if "dumping contents of table" in line:
            on_table(len(standing.counts))

    programs.run(
        "pg_dump",
        *("--format=custom", "--no-password", "--verbose"),
        *(f"--snapshot={snapshot}", f"--file={into}"),
        on_line=tell,
    )


@contextmanager
def _finished(path: Path) -> Iterator[Path]:
    """A new file, for its owner alone, that gets this name when the block ends, and goes if it
    fails."""
    unfinished = path.with_name(path.name + _UNFINISHED)
    os.close(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        yield unfinished
        unfinished.rename(path)
        _sync(path.parent)  # its name: older backups go next
    except BaseException:
        with suppress(OSError):
            unfinished.unlink()
        raise


def _sync(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _drop_older(folder: Path, keep: int) -> list[Path]:
    """All whole pairs but the newest; their names are in the order of their moments."""
    dumps = sorted(folder.glob(f"{_BEGINS}*{DUMP}"), reverse=True)
    older = [dump for dump in dumps if path_beside(dump).exists()][keep:]
    for dump in older:
        dump.unlink()
        dump.with_suffix(MANIFEST).unlink()
    return older
