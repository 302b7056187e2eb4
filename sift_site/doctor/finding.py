"""What the doctor finds: each thing that was looked at, how it is, and what to do about it."""

from dataclasses import dataclass
from typing import Literal

State = Literal["ok", "warn", "wrong"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing. `said` and `todo` hold no secret: they end in logs and in letters for help."""

    name: str
    state: State
    said: str
    todo: str | None = None


def ok(name: str, said: str) -> Finding:
    return Finding(name, "ok", said)


def warn(name: str, said: str, todo: str) -> Finding:
    """It works, and might not for long, or not for all."""
    return Finding(name, "warn", said, todo)


def wrong(name: str, said: str, todo: str) -> Finding:
    return Finding(name, "wrong", said, todo)
