"""Exceptions as logs tell them: where they came from, and nothing of the data that they quote.

A constraint that fails has PostgreSQL quote the whole row, and a number that cannot be read quotes
what somebody typed: a name, a telephone number, a visitor's words. Names of tables, constraints and
attributes are told; they are ours.
"""

import re
import traceback
from collections.abc import Iterator

from django.db import Error

_OF_CODE = (AttributeError, TypeError, NameError, ImportError)  # quote names of ours
_QUOTED = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|«[^»]*»|“[^”]*”")
_LONGEST = 1_000  # characters of a message: what it quotes may be long, and is left out
_OF_DATA = "22"  # the class of SQLSTATE whose messages quote values
_CAUSED = "\nThe above exception was the direct cause of the following exception:\n\n"
_MEANWHILE = "\nDuring handling of the above exception, another exception occurred:\n\n"


def told(fault: BaseException) -> str:
    """The traceback as Python writes it, of all that led to it, without quoted data."""
    parts = []
    for each, follows in reversed(list(_chain(fault))):
        frames = "".join(traceback.format_tb(each.__traceback__))
        name = type(each).__qualname__
        if (module := type(each).__module__) != "builtins":
            name = f"{module}.{name}"
        said = message(each)
        last = f"{name}: {said}" if said else name
        parts.append(f"{follows}Traceback (most recent call last):\n{frames}{last}\n")
    return "".join(parts).rstrip("\n")


def message(fault: BaseException) -> str:
    """What it says, in one line, with what it quotes left out where that may be data."""
    first = str(fault).partition("\n")[0][:_LONGEST]
    if isinstance(fault, _OF_CODE) or _names_ours(fault):
        return first
    return _QUOTED.sub("…", first)


def _names_ours(fault: BaseException) -> bool:
    """Whether PostgreSQL says it of tables, constraints and connections."""
    cause = fault.__cause__ if isinstance(fault, Error) else fault
    state = getattr(cause, "sqlstate", "")
    return isinstance(fault, Error) and not str(state or "").startswith(_OF_DATA)


def _chain(fault: BaseException | None) -> Iterator[tuple[BaseException, str]]:
    """The fault, then what led to it, each with the words that come before it."""
    seen: set[int] = set()
    while fault is not None and id(fault) not in seen:
        seen.add(id(fault))
        if fault.__cause__ is not None:
            yield fault, _CAUSED
            fault = fault.__cause__
        elif fault.__context__ is not None and not fault.__suppress_context__:
            yield fault, _MEANWHILE
            fault = fault.__context__
        else:
            yield fault, ""
            return
