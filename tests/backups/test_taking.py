"""`manage.py backup`: a whole pair of files, of one moment, or none."""

import shutil
import stat
from pathlib import Path
from typing import NamedTuple

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from leads.models import Lead
from organisations.models import Feed
from sift_site.backups import manifest, programs
from sift_site.backups.manifest import path_beside
from sift_site.backups.taking import _alone_in, _one_moment
from sift_site.version import VERSION
from tests.factories import make_lead

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_backup_is_a_dump_and_a_manifest_for_their_owner_alone(back_up, demo_data, tmp_path):
    said = back_up()

    dump = Path(said["file"])
    told = manifest.read(path_beside(dump))
    assert sorted(tmp_path.iterdir()) == [dump, path_beside(dump)]
    assert {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()} == {0o600}
    assert dump.read_bytes().startswith(b"PGDMP")
    assert said["bytes"] == told.bytes == dump.stat().st_size
    assert said["sha256"] == told.sha256 == manifest.sha256_of(dump)
    assert said["rows"] == sum(told.standing.counts.values())
    assert told.sift == VERSION
    assert told.standing.counts["leads_lead"] == Lead.objects.count() > 0
    assert told.standing.feeds == {
        str(id_): position for id_, position in Feed.objects.values_list("pk", "position")
    }


def test_what_is_committed_meanwhile_is_in_neither_of_the_two(agency, meanwhile, monkeypatch):
    make_lead(agency)

    with _one_moment():
        meanwhile(lambda: make_lead(agency))()

        assert Lead.objects.count() == 1


def test_older_backups_go_once_the_new_one_stands(back_up, agency, tmp_path):
    first, second = back_up()["file"], back_up()["file"]
    lone = tmp_path / "sift-20200101-000000-000000.dump"
    lone.touch()

    said = back_up("--keep", "2")

    assert said["dropped"] == [first]
    assert {path.name for path in tmp_path.glob("*.dump")} == {
        *(Path(path).name for path in (second, said["file"])),
        lone.name,  # it is no pair: somebody may want to look at it
    }
    assert len(list(tmp_path.glob("*.json"))) == 2


@pytest.mark.parametrize("number", ["0", "-1", "two"])
def test_at_least_one_backup_is_kept(number, tmp_path):
    with pytest.raises(CommandError, match="whole number from 1 up"):
        call_command("backup", str(tmp_path), "--keep", number)


def test_a_disk_without_room_is_refused_before_anything_is_written(
    back_up, agency, tmp_path, monkeypatch
):
    class Usage(NamedTuple):
        free: int

    monkeypatch.setattr(shutil, "disk_usage", lambda folder: Usage(free=1000))

    with pytest.raises(CommandError, match="has 1,000 bytes left and the database has"):
        back_up()
    assert list(tmp_path.iterdir()) == []


def test_a_dump_that_fails_leaves_nothing_and_drops_nothing(back_up, agency, tmp_path, monkeypatch):
    good = back_up()["file"]
    only_on_path(monkeypatch, false_program(tmp_path / "bin", "pg_dump", fails=True))

    with pytest.raises(CommandError, match=r"No backup was made: pg_dump failed: no room\."):
        back_up("--keep", "1")
    assert {path.suffix for path in tmp_path.glob("sift-*")} == {".dump", ".json"}
    assert Path(good).exists()


def test_a_disk_that_is_full_once_the_dump_is_written_keeps_no_dump_without_a_manifest(
    back_up, agency, tmp_path, monkeypatch
):
    good = back_up()["file"]
    real = shutil.which("pg_dump")
    wrapped = false_program(tmp_path / "bin", "pg_dump") / "pg_dump"
    wrapped.write_text(
        f'#!/bin/sh\nPATH={Path(real).parent}:/bin:/usr/bin\n{real} "$@" || exit\n'
        f"for dump in {tmp_path}/*.dump.unfinished; do\n"
        'ln -sf /dev/full "${dump%.dump.unfinished}.json.unfinished"\ndone\n'
    )
    only_on_path(monkeypatch, wrapped.parent)

    with pytest.raises(CommandError, match="cannot be written: No space left on device"):
        back_up("--keep", "1")

    assert set(tmp_path.glob("sift-*")) == {Path(good), path_beside(Path(good))}


def test_what_a_killed_backup_left_behind_goes(back_up, agency, tmp_path):
    left_behind = tmp_path / "sift-20260101-000000-000000.dump.unfinished"
    left_behind.touch()

    back_up()

    assert not left_behind.exists()


def test_two_backups_are_not_taken_into_one_folder_at_once(back_up, agency, tmp_path):
    with _alone_in(tmp_path), pytest.raises(CommandError, match="another backup is being taken"):
        back_up()


def test_programs_older_than_the_server_are_refused(back_up, agency, tmp_path, monkeypatch):
    only_on_path(monkeypatch, false_program(tmp_path / "bin", "pg_dump", major=14))

    with pytest.raises(CommandError, match=r"of PostgreSQL 14 and the server of \d+: have client"):
        back_up()
    only_on_path(monkeypatch, tmp_path)
    with pytest.raises(CommandError, match="pg_dump is not on the PATH"):
        back_up()


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(CommandError, match="gone cannot be used: No such file"):
        call_command("backup", str(tmp_path / "gone"))


def test_the_password_comes_to_the_programs_by_the_environment_alone(
    back_up, agency, tmp_path, monkeypatch
):
    folder = false_program(tmp_path / "bin", "pg_dump", fails=True)
    only_on_path(monkeypatch, folder)
    monkeypatch.setitem(connection.settings_dict, "PASSWORD", "known to few")

    with pytest.raises(CommandError):
        back_up()

    assert (folder / "password").read_text() == "known to few\n"
    assert "--format=custom" in (folder / "words").read_text()
    assert "known to few" not in (folder / "words").read_text()


def only_on_path(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """PostgreSQL's programs are in this folder, if anywhere."""
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setattr(programs, "OF_DEBIAN", folder / "none")


def false_program(folder: Path, name: str, *, major: int = 99, fails: bool = False) -> Path:
    """A folder with a program of that name that says its version, and may fail."""
    folder.mkdir()
    program = folder / name
    program.write_text(
        f'#!/bin/sh\nif [ "$1" = --version ]; then echo "{name} (PostgreSQL) {major}.1"; exit; fi\n'
        f'echo "$@" > {folder}/words; echo "$PGPASSWORD" > {folder}/password\n'
        f"echo '{name}: error: no room' >&2\nexit {int(fails)}\n"
    )
    program.chmod(0o755)
    return folder
