"""Part of a list, as plain data: which rows are asked for, and which are given."""

from dataclasses import dataclass
from typing import Generic, TypeVar

from sift_site.api.cursors import Place

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Window:
    """Which rows of a list: so many, after a place, or after so many others."""

    limit: int
    offset: int = 0
    after: Place | None = None
    with_total: bool = False


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Rows of a list, in its order."""

    rows: list[T]
    total: int | None  # where it was asked for
    # The last row's time and tie-breaker, where there are more after it.
    goes_on_after: Place | None
