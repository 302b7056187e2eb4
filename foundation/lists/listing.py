"""How a long list is read: each page and count in a few milliseconds, whatever it is narrowed by.

Two plans can answer "the first 51 of these rows, in this order", and each is ruinous where the
other is right. Walking the order's index and testing each row ends at once where many match, and
reads half a million rows where few do. Collecting the matches from the search index and sorting
them is quick where few match, and collects a hundred thousand rows where many do. PostgreSQL
guesses between them from its statistics, and is often wrong about prefixes and combinations: at
half a million leads a wrong guess costs from 0.1 to 1.5 seconds.

So nothing is guessed. First the index is walked, but only over the nearest WINDOW rows: if they
fill the page, it is done. If they do not, the matches among the newest WINDOW rows tell whether
they are rare, and so collected and sorted, or only begin further on. The figures are in
docs/performance.md.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Any, Generic, TypeVar

from django.db.models import Count, DateTimeField, ExpressionWrapper, Model, QuerySet, Value, Window
from django.http import QueryDict

from foundation.lists.paging import Count as RowCount
from foundation.lists.paging import Order, Page, Place, Stretch, count_of, page_in_order

Row = TypeVar("Row", bound=Model)

# Rows that are walked and tested, at 3 to 5 µs each.
WINDOW = 3000
# From so many matches in the window on, they are not counted to the end.
MANY_IN_WINDOW = 60
# Rows in which the conditions of a search are each counted.
SAMPLE = 500


@dataclass(frozen=True, slots=True)
class Range(Generic[Row]):
    """Rows that an index of the order holds in that order: of one status, or of all."""

    rows: QuerySet[Row]
    # Narrowed by all the rest, a search being only tested on rows that are read anyway.
    walked: QuerySet[Row]


@dataclass(frozen=True, slots=True)
class Narrowed(Generic[Row]):
    """Rows narrowed by filters, in the forms that the plans need."""

    # Of several statuses each has its own: asked for at once, PostgreSQL reads and sorts them all.
    ranges: Sequence[Range[Row]]
    # Narrowed by everything at once, each condition open to any index.
    collected: QuerySet[Row]
    # Not narrowed: rows that are asked for by id are read from here.
    every: QuerySet[Row]
    # Whether nothing narrows beyond the ranges.
    is_ranges_alone: bool
    # Given the first SAMPLE rows of all, `collected` as it costs least: which of several conditions
    # the index is asked for is up to how common each of them is there.
    collect_by: Callable[[QuerySet[Row]], QuerySet[Row]] | None = None


class Listing(Generic[Row]):
    """Rows in an order, narrowed.

    `newest` is the same in the order of time, if this is another: whether matches are rare is asked
    there, since from the best score on a filter may have none for long and many later. A list whose
    rows cost more to test has a smaller `window`, and `many` in it in proportion.
    """

    def __init__(
        self,
        order: Order,
        rows: Narrowed[Row],
        newest: "Listing[Row] | None" = None,
        *,
        window: int | None = None,
        many: int | None = None,
    ) -> None:
        self.order = order
        self.rows = rows
        self.newest = newest or self
        self.window = WINDOW if window is None else window
        self.many = MANY_IN_WINDOW if many is None else many
        self._collected: int | None = None  # how many matches there are, once they were collected
        self._seen = 0  # at least so many there are

    def page(self, query: QueryDict, *, size: int) -> Page[Row]:
        """The page that the address asks for by `after` or `before`."""
        return page_in_order(self.order, self.rows.every.model, self.read, query, size=size)

    def count(self) -> RowCount:
        """How many rows match: exactly where matches are rare, else at least how many.

        Matches in the window prove that there are as many; to prove more would cost what the
        window saves. After the page was read it may be known already.
        """
        if self._collected is not None:
            return RowCount(self._collected)
        if self.newest is not self:
            return self.newest.count()
        if self.rows.is_ranges_alone:
            return count_of(self.rows.collected)
        edge, near = self._beginning
        if edge is None:
            return RowCount(near)
        if self._is_rare:
            return count_of(self._matches)
        return RowCount(_rounded_down(max(near, self._seen)), more=True)

    def count_beyond(self, stretch: Stretch, *, most: int) -> RowCount:
        """How many rows of a stretch match, up to `most`; exactly, where that is cheap."""
        if self.rows.is_ranges_alone:
            near = self._number_short_of(None, stretch, most + 1)
            return RowCount(min(near, most), more=near > most)
        edge = self._edge(stretch)
        if edge is not None and self.newest._is_rare:
            return count_of(stretch.beyond_place(self._matches), most=most)
        near = self._number_short_of(edge, stretch, most + 1)
        return RowCount(min(near, most), more=edge is not None or near > most)

    def read(self, stretch: Stretch, most: int) -> list[Row]:
        """The first so many rows of a stretch, by the plan that fits how many match."""
        if self.rows.is_ranges_alone:
            return list(self._walk(stretch, None, most))
        edge = self._edge(stretch)
        found = list(self._walk(stretch, edge, most))
        if len(found) == most:
            self._seen = most
            return found
        if self.newest is self and stretch.place is None:
            self._beginning = edge, len(found)  # these were all: not counted again
        if edge is None:
            return found
        if self.newest._is_rare:
            return self._collect(stretch, most)
        beyond = Stretch(self.order, edge, stretch.backwards)
        found += self._walk(beyond, None, most - len(found))
        self._seen = len(found)
        return found

    def _collect(self, stretch: Stretch, most: int) -> list[Row]:
        """The first so many of all matches, which are collected and sorted; the first page counts
        them on the way, as collecting them again for that would cost as much once more."""
        ordered = _sorted(stretch, self._matches)
        if stretch.place is not None:
            return list(ordered[:most])
        found: list[Any] = list(ordered.annotate(matches=Window(Count("*")))[:most])
        self._collected = found[0].matches if found else 0
        return found

    @cached_property
    def _matches(self) -> QuerySet[Row]:
        """All that match, in no order, as they are found at the least cost."""
        if self.rows.collect_by is None:
            return self.rows.collected
        return self.rows.collect_by(Stretch(self.order).of(self.rows.every)[:SAMPLE])

    @property
    def _is_rare(self) -> bool:
        _, near = self._beginning
        return near < self.many

    @cached_property
    def _beginning(self) -> tuple[Place | None, int]:
        """The first window: its edge, and how many rows match in it."""
        stretch = Stretch(self.order)
        edge = self._edge(stretch)
        return edge, self._number_short_of(edge, stretch)

    def _number_short_of(
        self, edge: Place | None, stretch: Stretch, most: int | None = None
    ) -> int:
        """How many rows of the stretch match short of the edge, at most so many of each range."""
        first, *others = (
            _short_of(edge, stretch, range_.walked).order_by().values("pk")[:most]
            for range_ in self.rows.ranges
        )
        return first.union(*others, all=True).count() if others else first.count()

    def _edge(self, stretch: Stretch) -> Place | None:
        """The last place of the window; None where every range ends before it.

        The window is shared among the ranges, and ends where the first of their shares does, so
        that no range is walked beyond its own.
        """
        share = self.window // len(self.rows.ranges)
        first, *others = (
            stretch.of(range_.rows).values_list(*stretch.columns)[share - 1 : share]
            for range_ in self.rows.ranges
        )
        edges: list[Place] = list(first.union(*others, all=True) if others else first)
        if not edges:
            return None
        return min(edges) if stretch.rises else max(edges)

    def _walk(self, stretch: Stretch, edge: Place | None, most: int) -> QuerySet[Row]:
        """The first matches short of the edge: each range's own first ones, of them the first."""
        first, *others = (
            _short_of(edge, stretch, range_.walked)[:most] for range_ in self.rows.ranges
        )
        if not others:
            return first
        ids = first.values("id").union(*(other.values("id") for other in others), all=True)
        return stretch.of(self.rows.every.filter(id__in=ids))[:most]


def _short_of(edge: Place | None, stretch: Stretch, rows: QuerySet[Row]) -> QuerySet[Row]:
    return stretch.of(rows) if edge is None else stretch.as_far_as(edge, rows)


def _sorted(stretch: Stretch, rows: QuerySet[Row]) -> QuerySet[Row]:
    """The stretch in an order that PostgreSQL cannot take from an index, so that it must sort."""
    first, *others = stretch.columns
    unindexed: Any = (
        ExpressionWrapper(first + Value(timedelta(0)), DateTimeField())
        if isinstance(rows.model._meta.get_field(stretch.order[0].name), DateTimeField)
        else first + 0
    )
    ordered = stretch.beyond_place(rows).order_by(
        unindexed.desc(), *(column.desc() for column in others)
    )
    return ordered.reverse() if stretch.rises else ordered


def _rounded_down(number: int) -> int:
    """To what reads as the round figure it is: 25, 60 and 850 to 20, 50 and 800, 1,204 to 1,000."""
    step = 10 if number < 50 else 50 if number < 100 else 100 if number < 1000 else 1000
    return number - number % step
