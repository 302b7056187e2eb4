"""Pages of a list by keyset: each costs the same however deep, and none overlaps another.

A position in the address (`after`, `before`) names a row by what the list is ordered by. It is
opaque to people and carries nothing secret: the list it is applied to is already the agency's own.
"""

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, TypeAlias, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Case, DateTimeField, F, Func, Model, QuerySet
from django.db.models.fields.tuple_lookups import (
    TupleGreaterThan,
    TupleGreaterThanOrEqual,
    TupleLessThan,
    TupleLessThanOrEqual,
)
from django.db.models.functions import Coalesce
from django.db.models.lookups import GreaterThanOrEqual, LessThanOrEqual
from django.http import QueryDict

from foundation.plurals import so_many

PAGE_ROWS = 50
MOST_COUNTED = 10_000
NOT_UNDERSTOOD = "The place in the list was not understood, so this is its beginning."

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """So many rows, in the list's order, and the positions from which the next pages are read."""

    rows: list[Row]
    newer: str | None  # for `before=`; None at the beginning
    older: str | None  # for `after=`; None at the end
    fault: str | None = None  # what was wrong with the address


@dataclass(frozen=True, slots=True)
class Column:
    """What a list is ordered by; `null_as` is the number for which a null stands.

    The expression is the index's own, else PostgreSQL would not read the order from the index.
    """

    name: str
    null_as: int | None = None
    ascending: bool = False  # all of an order's columns are, or none

    @property
    def expression(self) -> F | Func | Case:
        return F(self.name) if self.null_as is None else Coalesce(self.name, self.null_as)

    def value(self, row: Model) -> Any:
        """What the row is ordered by."""
        value = getattr(row, self.name)
        return self.null_as if value is None else value

    def write(self, row: Model) -> str:
        value = self.value(row)
        return value.isoformat() if isinstance(value, datetime) else str(value)

    def read(self, model: type[Model], text: str) -> Any:
        """The value that `write` wrote; ValueError or ValidationError if it is none."""
        field: Any = model._meta.get_field(self.name)
        if not isinstance(field, DateTimeField):
            return field.clean(text, None)
        when = datetime.fromisoformat(text)
        if when.tzinfo is None or when.utcoffset() is None:
            raise ValueError(text)
        # PostgreSQL takes no zone as far off as Python does.
        return when.astimezone(UTC)


# The columns of a list's order; the last is unique among equals of the others. All go one way, as
# a comparison of rows does.
Order: TypeAlias = Sequence[Column]
Place: TypeAlias = tuple[Any, ...]  # a value for each column


@dataclass(frozen=True, slots=True)
class Stretch:
    """The rows of a list beyond a place, nearest first; without a place, from its beginning.

    PostgreSQL answers a comparison of rows with one index scan, however deep the place lies.
    """

    order: Order
    place: Place | None = None
    backwards: bool = False

    @property
    def columns(self) -> tuple[F | Func | Case, ...]:
        return tuple(column.expression for column in self.order)

    @property
    def rises(self) -> bool:
        """Whether it is read from the least to the greatest."""
        return self.order[0].ascending != self.backwards

    def beyond_place(self, rows: QuerySet[Row]) -> QuerySet[Row]:
        if self.place is None:
            return rows
        beyond = TupleGreaterThan if self.rises else TupleLessThan
        return rows.filter(beyond(self.columns, self.place))

    def of(self, rows: QuerySet[Row]) -> QuerySet[Row]:
        ordered = self.beyond_place(rows).order_by(*(column.desc() for column in self.columns))
        return ordered.reverse() if self.rises else ordered

    def as_far_as(self, edge: Place, rows: QuerySet[Row]) -> QuerySet[Row]:
        """Those of the stretch that do not lie beyond `edge`.

        The first column is compared once more by itself: PostgreSQL has statistics for that, while
        it takes any comparison of rows with an expression to leave a third of them.
        """
        within = TupleLessThanOrEqual if self.rises else TupleGreaterThanOrEqual
        first_within = LessThanOrEqual if self.rises else GreaterThanOrEqual
        return self.of(rows).filter(
            within(self.columns, edge), first_within(self.columns[0], edge[0])
        )


def page_of(rows: QuerySet[Row], query: QueryDict, *, size: int = PAGE_ROWS) -> Page[Row]:
    """The page of `rows` that the address asks for by `after` or `before`.

    `rows` is ordered by columns, all descending, of which the last is unique among equals of the
    others.
    """
    order = [Column(str(name).removeprefix("-")) for name in rows.query.order_by]
    return page_in_order(
        order,
        rows.model,
        lambda stretch, most: list(stretch.of(rows)[:most]),
        query,
        size=size,
    )


def page_in_order(
    order: Order,
    model: type[Row],
    read: Callable[[Stretch, int], list[Row]],
    query: QueryDict,
    *,
    size: int = PAGE_ROWS,
) -> Page[Row]:
    """The page that the address asks for; `read` gives the first so many rows of a stretch.

    A position that cannot be read is named in `fault`, and the first page is given.
    """
    try:
        after = read_place(model, order, query.get("after"))
        before = read_place(model, order, query.get("before"))
    except ValueError:
        first = read(Stretch(order), size + 1)
        return _page(order, first, size, fault=NOT_UNDERSTOOD)

    if after is not None:
        return _page(order, read(Stretch(order, after), size + 1), size, newer=True)
    if before is not None:
        found = read(Stretch(order, before, backwards=True), size + 1)
        if len(found) > size:
            rows = found[:size][::-1]
            return Page(rows, position(order, rows[0]), position(order, rows[-1]))
        # Nothing newer is left over: the page at the beginning, whole rather than short.
    return _page(order, read(Stretch(order), size + 1), size)


def _page(
    order: Order, found: list[Row], size: int, *, newer: bool = False, fault: str | None = None
) -> Page[Row]:
    """The page out of one row more than it holds, which tells whether there are more."""
    rows = found[:size]
    return Page(
        rows,
        newer=position(order, rows[0]) if newer and rows else None,
        older=position(order, rows[-1]) if len(found) > size else None,
        fault=fault,
    )


def position(order: Order, row: Model) -> str:
    """The row's place in the list, as `after` and `before` have it."""
    text = "|".join(column.write(row) for column in order)
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_place(model: type[Model], order: Order, text: str | None) -> Place | None:
    """The values that a position names, None where there is none; ValueError if unreadable."""
    if not text:
        return None
    try:
        padded = text.encode("ascii") + b"=" * (-len(text) % 4)
        said = base64.b64decode(padded, altchars=b"-_", validate=True).decode().split("|")
        return tuple(column.read(model, value) for column, value in zip(order, said, strict=True))
    except (binascii.Error, ValidationError, OverflowError) as error:
        raise ValueError(text) from error


@dataclass(frozen=True, slots=True)
class Count:
    """How many rows there are; `more` where counting stopped there, so that it stays cheap."""

    number: int
    more: bool = False

    def __str__(self) -> str:
        return f"{self.number:,}{'+' if self.more else ''}"

    def of(self, one: str, many: str = "") -> str:
        """`1 lead`, `1,204 leads`, `10,000+ leads`."""
        return so_many(self.number, one, many, more=self.more)


def count_of(rows: QuerySet[Any], *, most: int = MOST_COUNTED) -> Count:
    """The number of `rows`; past `most` only that there are more."""
    number = rows.order_by()[: most + 1].count()
    return Count(min(number, most), more=number > most)
