"""A database with demo data, and PostgreSQL's programs of the server's own version."""

import io
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from sift_site.development.postgres_home import _installed


@pytest.fixture
def _programs(monkeypatch: pytest.MonkeyPatch) -> None:
    """The newest that there are come first on the PATH, as a deployment has them."""
    installed = _installed()
    newest = installed[max(installed)] / "bin"
    monkeypatch.setenv("PATH", f"{newest}{os.pathsep}{os.environ['PATH']}")


@pytest.fixture
def demo_data(transactional_db: None) -> None:
    call_command("load_demo", "--organisations=2", "--leads=40", "--seed=7", stdout=io.StringIO())


@pytest.fixture
def back_up(_programs: None, tmp_path: Path) -> Callable[..., dict[str, Any]]:
    """The command into `tmp_path`; returns what it prints."""

    def run(*words: str) -> dict[str, Any]:
        out = io.StringIO()
        call_command("backup", str(tmp_path), *words, stdout=out)
        return json.loads(out.getvalue())

    return run
