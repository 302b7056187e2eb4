"""Folders and processes for the tests of starting and stopping."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from sift_site.development.embedded_postgres import EmbeddedPostgres
from sift_site.development.postgres_home import outside_folder


@pytest.fixture
def folder() -> Iterator[Path]:
    """A project's folder that every account may enter; what runs in it is stopped afterwards."""
    path = make_folder()
    yield path
    remove_folder(path)


def make_folder() -> Path:
    path = Path(tempfile.mkdtemp(prefix="sift-test-"))
    path.chmod(0o755)
    return path


def remove_folder(path: Path) -> None:
    """Remove a project, with its server and what went outside for it."""
    server = EmbeddedPostgres(path / "var")
    if (server.data / "postmaster.pid").exists():
        with server.in_use():
            pass
    shutil.rmtree(path)
    shutil.rmtree(outside_folder(server.var), ignore_errors=True)
