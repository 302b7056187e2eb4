"""`make install` and `make develop`: when they make `.venv` anew, and what they say where not."""

import os
import runpy
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.servers import PROJECT

# What the two commands do instead, each noting that it ran; an environment takes a while to make.
_MAKE_VENV = "MAKE_VENV=echo venv >> commands; sleep 0.2; mkdir"
_PIP_INSTALL = "PIP_INSTALL=echo pip >> commands; test ! -e broken && test -e"


@pytest.fixture
def project(tmp_path):
    """A project of its own, with what installing needs and short lock files."""
    home = tmp_path / "the project"  # a space in the name is nobody's fault
    (home / "requirements").mkdir(parents=True)
    shutil.copy(PROJECT / "Makefile", home)
    shutil.copy(PROJECT / "requirements" / "in_turn.py", home / "requirements")
    for lock in ["run", "develop"]:
        (home / "requirements" / f"{lock}.lock").write_text(lock)
    return home


def begin(project: Path, target: str = "install") -> "subprocess.Popen[bytes]":
    own = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    words = ["make", "--silent", target, f"PYTHON={sys.executable}", _MAKE_VENV, _PIP_INSTALL]
    return subprocess.Popen(words, cwd=project, env=own)


def commands(project: Path) -> list[str]:
    """What has run since this was asked last."""
    notes = project / "commands"
    noted = notes.read_text().split() if notes.exists() else []
    notes.unlink(missing_ok=True)
    return noted


def after(project: Path, target: str = "install") -> list[str]:
    """The commands that an installation runs now."""
    assert begin(project, target).wait(timeout=30) == 0
    return commands(project)


def test_it_makes_the_environment_once(project):
    assert after(project) == ["venv", "pip"]
    assert after(project) == []


def test_a_changed_lock_is_installed_into_what_stands(project):
    after(project)
    lock = project / "requirements" / "run.lock"
    lock.write_text("newer")
    os.utime(lock, (0, 0))  # unpacked, say, with the time at which it was written

    assert after(project) == ["pip"]
    assert after(project) == []


def test_what_the_tests_need_includes_what_running_needs(project):
    after(project, "develop")

    assert after(project, "install") == []
    assert after(project, "develop") == []


def test_one_that_was_moved_here_is_made_again(project):
    after(project)
    moved = project.rename(project.parent / "moved")

    assert after(moved) == ["venv", "pip"]


def test_one_that_was_left_half_made_is_made_again(project):
    (project / ".venv" / "bin").mkdir(parents=True)

    assert after(project) == ["venv", "pip"]


def test_one_of_another_python_is_made_again(project):
    after(project)
    made = project / ".venv" / ".made"
    made.write_text(made.read_text().replace("Python 3.", "Python 2."))

    assert after(project) == ["venv", "pip"]


def test_a_link_is_left_alone(project, tmp_path):
    own = tmp_path / "somebody's own"
    own.mkdir()
    (project / ".venv").symlink_to(own)

    assert after(project) == []
    assert list(own.iterdir()) == []


def test_an_installation_that_was_broken_off_goes_on(project):
    after(project)
    (project / "requirements" / "develop.lock").write_text("newer")
    (project / "broken").touch()
    assert begin(project, "develop").wait(timeout=30) != 0
    assert commands(project) == ["pip"]
    (project / "broken").unlink()

    assert after(project, "install") == ["pip"]  # what broke off may have taken half of it along


def test_two_at_once_take_turns_and_the_second_finds_it_done(project):
    both = [begin(project), begin(project)]

    assert [each.wait(timeout=30) for each in both] == [0, 0]
    assert commands(project) == ["venv", "pip"]


def test_pip_is_told_to_require_hashes():
    assert "--require-hashes" in (PROJECT / "Makefile").read_text()


@pytest.mark.parametrize("lock", ["run", "develop"])
def test_lock_files_hold_hashes_and_no_addresses(lock):
    text = (PROJECT / "requirements" / f"{lock}.lock").read_text()

    assert "--hash=sha256:" in text
    assert "://" not in text


@pytest.mark.parametrize("version", [(3, 10), (3, 15), (2, 7)])
def test_another_python_is_refused_in_words(monkeypatch, version):
    monkeypatch.setattr(sys, "version_info", version)

    with pytest.raises(SystemExit, match=r"Sift needs Python 3\.11 to 3\.14"):
        runpy.run_path(str(PROJECT / "requirements" / "in_turn.py"))


def test_a_python_without_venv_is_told_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "ensurepip", None)

    with pytest.raises(SystemExit, match="apt install python3-venv"):
        runpy.run_path(str(PROJECT / "requirements" / "in_turn.py"))
