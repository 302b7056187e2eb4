"""requirements/install.py: when it makes `.venv` anew, and what it says where it cannot."""

import importlib.util
import os
import sys

import pytest

from tests.servers import PROJECT


@pytest.fixture
def installer(tmp_path, monkeypatch):
    """The script, on a project of its own; it notes the commands that it would run."""
    spec = importlib.util.spec_from_file_location("install", PROJECT / "requirements/install.py")
    install = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(install)
    (tmp_path / "requirements").mkdir()
    for lock in ["run", "develop"]:
        (tmp_path / "requirements" / f"{lock}.lock").write_text(lock)
    install.commands = []
    monkeypatch.setattr(install, "PROJECT", str(tmp_path))
    monkeypatch.setattr(install, "VENV", str(tmp_path / ".venv"))
    monkeypatch.setattr(install, "run", lambda command: note(install, command))
    return install


def note(install, command):
    install.commands.append("venv" if "venv" in command else "pip")
    os.makedirs(install.VENV, exist_ok=True)


def after(installer, lock="run"):
    """The commands that an installation runs now."""
    installer.commands.clear()
    installer.main(lock)
    return list(installer.commands)


def test_it_makes_the_environment_once(installer):
    assert after(installer) == ["venv", "pip"]
    assert after(installer) == []


def test_a_changed_lock_is_installed_into_what_stands(installer, tmp_path):
    after(installer)
    (tmp_path / "requirements" / "run.lock").write_text("newer")

    assert after(installer) == ["pip"]


def test_what_the_tests_need_includes_what_running_needs(installer):
    after(installer, "develop")

    assert after(installer, "run") == []
    assert after(installer, "develop") == []


def test_one_that_was_moved_here_is_made_again(installer, tmp_path, monkeypatch):
    after(installer)
    moved = tmp_path / "moved"
    (tmp_path / ".venv").rename(moved)
    monkeypatch.setattr(installer, "VENV", str(moved))

    assert after(installer) == ["venv", "pip"]


def test_one_that_was_left_half_made_is_made_again(installer, tmp_path):
    (tmp_path / ".venv" / "bin").mkdir(parents=True)

    assert after(installer) == ["venv", "pip"]


def test_an_installation_that_was_broken_off_goes_on(installer, monkeypatch):
    def interrupted(command):
        note(installer, command)
        if "pip" in command:
            raise KeyboardInterrupt

    whole = installer.run
    monkeypatch.setattr(installer, "run", interrupted)
    with pytest.raises(KeyboardInterrupt):
        after(installer)
    monkeypatch.setattr(installer, "run", whole)

    assert after(installer) == ["pip"]


@pytest.mark.parametrize("version", [(3, 10), (3, 15), (2, 7)])
def test_another_python_is_refused_in_words(installer, monkeypatch, version):
    monkeypatch.setattr(sys, "version_info", version)

    with pytest.raises(SystemExit, match=r"Sift needs Python 3\.11 to 3\.14"):
        installer.main("run")


def test_a_python_without_venv_is_told_what_to_install(installer, monkeypatch):
    monkeypatch.setitem(sys.modules, "ensurepip", None)

    with pytest.raises(SystemExit, match="apt install python3-venv"):
        installer.main("run")
