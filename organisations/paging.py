"""Pages of a list by keyset: each costs the same however deep, and none overlaps another.

A position in the address (`after`, `before`) names a row by its time and its tie-breaker. It is
opaque to people and carries nothing secret: the list it is applied to is already the agency's own.
"""

import base64
import binascii
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import F, Model, QuerySet
from django.db.models.fields.tuple_lookups import TupleGreaterThan, TupleLessThan
from django.http import QueryDict

PAGE_ROWS = 50
MOST_COUNTED = 10_000
NOT_UNDERSTOOD = "The place in the list was not understood, so this is its beginning."

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """So many rows, newest first, and the positions from which the next pages are read."""

    rows: list[Row]
    newer: str | None  # for `before=`; None at the beginning
    older: str | None  # for `after=`; None at the end
    fault: str | None = None  # what was wrong with the address


def page_of(rows: QuerySet[Row], address: QueryDict, *, size: int = PAGE_ROWS) -> Page[Row]:
    """The page of `rows` that the address asks for by `after` or `before`.

    `rows` is ordered by two columns, both descending, of which the second is unique among equal
    values of the first. PostgreSQL answers the row comparison with one index scan. A position that
    cannot be read is named in `fault`, and the first page is given.
    """
    time, tie = (str(name).removeprefix("-") for name in rows.query.order_by)
    columns = (F(time), F(tie))
    try:
        after = _read_position(rows.model, tie, address.get("after"))
        before = _read_position(rows.model, tie, address.get("before"))
    except ValueError:
        return _first_page(rows, time, tie, size, fault=NOT_UNDERSTOOD)

    if after is not None:
        found = list(rows.filter(TupleLessThan(columns, after))[: size + 1])
        return _page(found[:size], time, tie, newer=True, older=len(found) > size)
    if before is not None:
        found = list(rows.filter(TupleGreaterThan(columns, before)).reverse()[: size + 1])
        if len(found) > size:
            return _page(found[:size][::-1], time, tie, newer=True, older=True)
        # Nothing newer is left over: the page at the beginning, whole rather than short.
    return _first_page(rows, time, tie, size)


def _first_page(
    rows: QuerySet[Row], time: str, tie: str, size: int, fault: str | None = None
) -> Page[Row]:
    found = list(rows[: size + 1])
    return _page(found[:size], time, tie, newer=False, older=len(found) > size, fault=fault)


def _page(
    rows: list[Row], time: str, tie: str, *, newer: bool, older: bool, fault: str | None = None
) -> Page[Row]:
    return Page(
        rows,
        newer=_position(rows[0], time, tie) if newer and rows else None,
        older=_position(rows[-1], time, tie) if older and rows else None,
        fault=fault,
    )


def _position(row: Model, time: str, tie: str) -> str:
    text = f"{getattr(row, time).isoformat()}|{getattr(row, tie)}"
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _read_position(model: type[Model], tie: str, text: str | None) -> tuple[datetime, Any] | None:
    """The two values that a position names, None where there is none; ValueError if unreadable."""
    if not text:
        return None
    try:
        padded = text.encode("ascii") + b"=" * (-len(text) % 4)
        decoded = base64.b64decode(padded, altchars=b"-_", validate=True).decode()
        said_time, said_tie = decoded.split("|")
        when = datetime.fromisoformat(said_time)
        field: Any = model._meta.get_field(tie)
        value = field.clean(said_tie, None)
        if when.tzinfo is None:
            raise ValueError(text)
        # PostgreSQL takes no zone as far off as Python does.
        return when.astimezone(UTC), value
    except (binascii.Error, ValidationError, OverflowError) as error:
        raise ValueError(text) from error


@dataclass(frozen=True, slots=True)
class Count:
    """How many rows there are, counted no further than `MOST_COUNTED`, so that it stays cheap."""

    number: int
    more: bool = False

    def __str__(self) -> str:
        return f"{self.number:,}{'+' if self.more else ''}"

    def of(self, one: str, many: str) -> str:
        """`1 lead`, `1,204 leads`, `10,000+ leads`."""
        return f"{self} {one if self.number == 1 else many}"


def count_of(rows: QuerySet[Any]) -> Count:
    """The number of `rows`; past `MOST_COUNTED` only that there are more."""
    number = rows.order_by()[: MOST_COUNTED + 1].count()
    return Count(min(number, MOST_COUNTED), more=number > MOST_COUNTED)
