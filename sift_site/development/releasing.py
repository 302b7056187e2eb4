"""`make release VERSION=1.2.0`: the version and its date are written down, committed and tagged.

Nothing is sent anywhere: `git push --follow-tags` is left to whoever looked at it.
"""

import re
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
_VERSION = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)")
_IN_PYPROJECT = re.compile(r'^version = "([^"]*)"$', re.M)
_UNRELEASED = "## Unreleased\n"


class CannotRelease(Exception):
    """Nothing was changed; the text is one line that says why and what to do."""


def release(project: Path, version: str, today: date) -> None:
    """Write the version down, commit and tag it, if the tree is clean and `make check` passes.

    Raises CannotRelease.
    """
    pyproject, changelog = project / "pyproject.toml", project / "CHANGELOG.md"
    described = pyproject.read_text()
    _require_newer(version, _IN_PYPROJECT.findall(described)[0])
    told = _with_heading(changelog.read_text(), version, today)
    if _git(project, "status", "--porcelain"):
        raise CannotRelease("the working tree is not clean: commit first, or stash")
    if _git(project, "tag", "--list", f"v{version}"):
        raise CannotRelease(f"the tag v{version} is there already")
    if subprocess.run(["make", "check"], cwd=project, check=False).returncode != 0:  # noqa: S607
        raise CannotRelease("make check does not pass")
    pyproject.write_text(_IN_PYPROJECT.sub(f'version = "{version}"', described, count=1))
    changelog.write_text(told)
    _git(project, "commit", "--quiet", "--message", f"Release {version}", "--", *_CHANGED)
    _git(project, "tag", "--annotate", f"v{version}", "--message", f"Sift {version}")


_CHANGED = ("pyproject.toml", "CHANGELOG.md")


def _require_newer(version: str, present: str) -> None:
    if not _VERSION.fullmatch(version):
        raise CannotRelease(f"VERSION is {version!r}; it takes three numbers, such as 1.2.0")
    if _numbers(version) < _numbers(present):
        raise CannotRelease(f"VERSION is {version}, which is before {present}")


def _numbers(version: str) -> list[int]:
    return [int(number) for number in version.split(".")]


def _with_heading(changelog: str, version: str, today: date) -> str:
    """What was unreleased, under the version's own heading; a new Unreleased stays on top."""
    before, heading, after = changelog.partition(_UNRELEASED)
    if not heading or not after.lstrip().startswith("- "):
        raise CannotRelease("CHANGELOG.md has nothing under Unreleased")
    return f"{before}{_UNRELEASED}\n## {version} ({today.isoformat()})\n{after}"


def _git(project: Path, *words: str) -> str:
    done = subprocess.run(["git", *words], cwd=project, check=False, capture_output=True, text=True)  # noqa: S603, S607
    if done.returncode != 0:
        raise CannotRelease(f"git {words[0]} failed: {done.stderr.strip()}")
    return done.stdout


if __name__ == "__main__":
    try:
        release(PROJECT, sys.argv[1], datetime.now(UTC).date())
    except CannotRelease as error:
        sys.exit(f"make release: {error}")
