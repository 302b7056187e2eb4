"""What a line of the log belongs to: a request by its id, or a piece of the worker's work."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar, copy_context
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Belongs:
    """`kind` is the name that lines give the id: `request_id` or `job_id`."""

    kind: str
    id: str


_current: ContextVar[Belongs | None] = ContextVar("log_context", default=None)


@contextmanager
def request(request_id: str) -> Iterator[None]:
    """Lines that are written within belong to this request."""
    before = _current.set(Belongs("request_id", request_id))
    try:
        yield
    finally:
        _current.reset(before)


@contextmanager
def job(job_id: str) -> Iterator[None]:
    """Lines that are written within belong to this piece of work."""
    before = _current.set(Belongs("job_id", job_id))
    try:
        yield
    finally:
        _current.reset(before)


def current() -> Belongs | None:
    return _current.get()


def kept(act: Callable[[], object]) -> Callable[[], object]:
    """The act, whose lines belong to what they would now, in whichever thread it is done."""
    context = copy_context()
    return lambda: context.run(act)
