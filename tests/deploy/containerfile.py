"""Containerfile, .dockerignore and what of them can be seen without a container engine."""

import re
from pathlib import Path
from typing import NamedTuple

PROJECT = Path(__file__).resolve().parents[2]


class Instruction(NamedTuple):
    word: str
    rest: str


def instructions(text: str) -> list[Instruction]:
    """Its instructions, each as one line."""
    lines = "".join(f"{line}\n" for line in text.splitlines() if not line.startswith("#"))
    joined = re.sub(r"\\\n\s*", "", lines)
    return [Instruction(*line.split(maxsplit=1)) for line in joined.splitlines() if line.strip()]


def read() -> list[Instruction]:
    return instructions((PROJECT / "Containerfile").read_text())


def copied() -> list[str]:
    """What is taken from the project, as it is named."""
    sources = []
    for word, rest in read():
        if word == "COPY" and not rest.startswith("--from"):
            sources += rest.split()[:-1]
    return sources


def is_ignored(path: str) -> bool:
    """By .dockerignore, which ignores all but what it names."""
    lines = (PROJECT / ".dockerignore").read_text().splitlines()
    named = [line[1:] for line in lines if line.startswith("!")]
    return not any(path == each or path.startswith(f"{each}/") for each in named)
