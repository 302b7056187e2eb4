"""Which version of Sift this is: pyproject.toml says it, and nothing else does."""

import tomllib
from pathlib import Path

_PROJECT = Path(__file__).resolve().parent.parent
VERSION: str = tomllib.loads((_PROJECT / "pyproject.toml").read_text())["project"]["version"]
