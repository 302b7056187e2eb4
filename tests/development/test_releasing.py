"""`make release` writes the version down, commits and tags it, or changes nothing."""

import subprocess
from datetime import date
from pathlib import Path

import pytest

from sift_site.development.releasing import CannotRelease, release
from sift_site.version import VERSION

TODAY = date(2026, 11, 30)


def git(project: Path, *words: str) -> str:
    done = subprocess.run(
        ["git", *words], cwd=project, check=True, capture_output=True, text=True
    )  # fmt: skip
    return done.stdout


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project of version 0.1.0 whose check passes, with one commit."""
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "sift"\nversion = "0.1.0"\n')
    (tmp_path / "CHANGELOG.md").write_text("# Changelog\n\n## Unreleased\n\n- Leads.\n")
    (tmp_path / "Makefile").write_text("check:\n\t@test ! -e broken\n")
    (tmp_path / ".gitignore").write_text("broken\n")
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "config", "user.name", "Tester")
    git(tmp_path, "config", "user.email", "tester@example.com")
    git(tmp_path, "config", "commit.gpgsign", "false")
    git(tmp_path, "config", "tag.gpgsign", "false")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "--message", "Begin")
    return tmp_path


def test_a_release_is_written_down_committed_and_tagged(project):
    release(project, "0.2.0", TODAY)

    assert 'version = "0.2.0"' in (project / "pyproject.toml").read_text()
    assert (project / "CHANGELOG.md").read_text() == (
        "# Changelog\n\n## Unreleased\n\n## 0.2.0 (2026-11-30)\n\n- Leads.\n"
    )
    assert git(project, "log", "-1", "--format=%s") == "Release 0.2.0\n"
    assert git(project, "rev-list", "-1", "v0.2.0") == git(project, "rev-parse", "HEAD")
    assert git(project, "status", "--porcelain") == ""


def test_the_first_release_may_be_the_version_that_stands(project):
    (project / "pyproject.toml").write_text('version = "0.1.0"\ndescription = "said"\n')
    git(project, "commit", "--quiet", "--all", "--message", "Describe")

    release(project, "0.1.0", TODAY)

    assert git(project, "tag") == "v0.1.0\n"


def no_version(project: Path) -> str:
    return "two"


def an_older_one(project: Path) -> str:
    return "0.0.9"


def an_unclean_tree(project: Path) -> str:
    (project / "new").touch()
    return "0.2.0"


def a_tag_that_is_there(project: Path) -> str:
    git(project, "tag", "v0.2.0")
    return "0.2.0"


def a_check_that_fails(project: Path) -> str:
    (project / "broken").touch()
    return "0.2.0"


def nothing_to_tell(project: Path) -> str:
    release(project, "0.2.0", TODAY)
    return "0.3.0"


@pytest.mark.parametrize(
    ("hindrance", "said"),
    [
        (no_version, "three numbers, such as"),
        (an_older_one, "which is before 0.1.0"),
        (an_unclean_tree, "not clean"),
        (a_tag_that_is_there, "v0.2.0 is there already"),
        (a_check_that_fails, "make check does not pass"),
        (nothing_to_tell, "nothing under Unreleased"),
    ],
)
def test_what_is_not_ready_is_not_released(project, hindrance, said):
    version = hindrance(project)
    before, content = git(project, "rev-parse", "HEAD"), (project / "CHANGELOG.md").read_text()

    with pytest.raises(CannotRelease, match=said):
        release(project, version, TODAY)

    assert git(project, "rev-parse", "HEAD") == before
    assert (project / "CHANGELOG.md").read_text() == content


def test_the_version_is_shown_to_probes_and_at_the_foot_of_pages(client, signed_in):
    assert client.get("/healthz").headers["Sift-Version"] == VERSION
    assert client.get("/readyz").headers["Sift-Version"] == VERSION
    assert f"Sift {VERSION}" in signed_in.get("/").content.decode()


def test_strangers_are_not_told_the_version_on_pages(client, db):
    assert VERSION not in client.get("/sign-in/").content.decode()
