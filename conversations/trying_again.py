"""A capture that somebody came in between of is made again, from the beginning."""

from collections.abc import Callable
from typing import ParamSpec, TypeVar

from django.db import DatabaseError

from conversations.standing import LookAgain

P = ParamSpec("P")
R = TypeVar("R")

_TRIES = 5
# Somebody else took in the same conversation, or waits for us as we wait for them.
_WORTH_ANOTHER_TRY = frozenset({"23505", "40001", "40P01"})


def tried_again(function: Callable[P, R]) -> Callable[P, R]:
    """A function that is called again where somebody came in between: nothing of it was written."""

    def attempt(*args: P.args, **kwargs: P.kwargs) -> R:
        for _ in range(_TRIES - 1):
            try:
                return function(*args, **kwargs)
            except LookAgain:
                continue
            except DatabaseError as error:
                if getattr(error.__cause__, "sqlstate", None) not in _WORTH_ANOTHER_TRY:
                    raise
        return function(*args, **kwargs)

    return attempt
