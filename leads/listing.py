"""How the lead list is read: each page and count in a few milliseconds, whatever it is narrowed by.

Two plans can answer "the first 51 of these leads, in this order", and each is ruinous where the
other is right. Walking the order's index and testing each lead ends at once where many match, and
reads half a million leads where few do. Collecting the matches from the search index and sorting
them is quick where few match, and collects a hundred thousand leads where many do. PostgreSQL
guesses between them from its statistics, and is often wrong about prefixes and combinations: at
half a million leads a wrong guess costs from 0.1 to 1.5 seconds.

So nothing is guessed. First the index is walked, but only over the nearest WINDOW leads: if they
fill the page, it is done. If they do not, the matches among the newest WINDOW leads tell whether
they are rare, and so collected and sorted, or only begin further on. The figures are in
docs/performance.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Any

from django.db.models import Count, DateTimeField, ExpressionWrapper, QuerySet, Value, Window
from django.http import QueryDict

from leads.models import Lead, LeadQuerySet
from organisations.paging import Column, Order, Page, Place, Stretch, count_of, page_in_order
from organisations.paging import Count as RowCount

# Leads that are walked and tested, at about 3 µs each.
WINDOW = 3000
# From so many matches in the window on, they are not counted to the end.
MANY_IN_WINDOW = 60

NEWEST: Order = (Column("created_at"), Column("id"))
BEST: Order = (Column("score", null_as=-1), *NEWEST)


@dataclass(frozen=True, slots=True)
class Range:
    """Leads that an index of the order holds in that order: of one status, or of all."""

    leads: LeadQuerySet
    # Narrowed by all the rest, a search being only tested on leads that are read anyway.
    walked: LeadQuerySet


@dataclass(frozen=True, slots=True)
class Narrowed:
    """Leads narrowed by filters, in the forms that the plans need."""

    # Of several statuses each has its own: asked for at once, PostgreSQL reads and sorts them all.
    ranges: Sequence[Range]
    # Narrowed by everything at once, each condition open to any index.
    collected: LeadQuerySet
    # Not narrowed: leads that are asked for by id are read from here.
    every: LeadQuerySet
    # Whether nothing narrows beyond the ranges.
    is_ranges_alone: bool


class Listing:
    """Leads in an order, narrowed.

    `newest` is the same in the order of time, if this is another: whether matches are rare is asked
    there, since from the best score on a filter may have none for long and many later.
    """

    def __init__(self, order: Order, leads: Narrowed, newest: "Listing | None" = None) -> None:
        self.order = order
        self.leads = leads
        self.newest = newest or self
        self._collected: int | None = None  # how many matches there are, once they were collected

    def page(self, address: QueryDict, *, size: int) -> Page[Lead]:
        """The page that the address asks for by `after` or `before`."""
        return page_in_order(self.order, Lead, self.read, address, size=size)

    def count(self) -> RowCount:
        """How many leads match: exactly where matches are rare, else at least how many.

        Matches in the window prove that there are as many; to prove more would cost what the
        window saves. After the page was read it may be known already.
        """
        if self._collected is not None:
            return RowCount(self._collected)
        if self.newest is not self:
            return self.newest.count()
        if self.leads.is_ranges_alone:
            return count_of(self.leads.collected)
        edge, near = self._beginning
        if edge is None:
            return RowCount(near)
        if self._is_rare:
            return count_of(self.leads.collected)
        return RowCount(_rounded_down(near), more=True)

    def read(self, stretch: Stretch, most: int) -> list[Lead]:
        """The first so many leads of a stretch, by the plan that fits how many match."""
        if self.leads.is_ranges_alone:
            return list(self._walk(stretch, None, most))
        edge = self._edge(stretch)
        found = list(self._walk(stretch, edge, most))
        if len(found) == most or edge is None:
            return found
        if self.newest is self and stretch.place is None:
            self._beginning = edge, len(found)  # these were all: not counted again
        if self.newest._is_rare:
            return self._collect(stretch, most)
        return list(self._walk(stretch, None, most))

    def _collect(self, stretch: Stretch, most: int) -> list[Lead]:
        """The first so many of all matches, which are collected and sorted; the first page counts
        them on the way, as collecting them again for that would cost as much once more."""
        ordered = _sorted(stretch, self.leads.collected)
        if stretch.place is not None:
            return list(ordered[:most])
        found: list[Any] = list(ordered.annotate(matches=Window(Count("*")))[:most])
        self._collected = found[0].matches if found else 0
        return found

    @property
    def _is_rare(self) -> bool:
        _, near = self._beginning
        return near < MANY_IN_WINDOW

    @cached_property
    def _beginning(self) -> tuple[Place | None, int]:
        """The first window: its edge, and how many leads match in it."""
        stretch = Stretch(self.order)
        edge = self._edge(stretch)
        counts = (
            _short_of(edge, stretch, range_.walked).order_by().values("pk")
            for range_ in self.leads.ranges
        )
        first, *others = counts
        return edge, first.union(*others, all=True).count() if others else first.count()

    def _edge(self, stretch: Stretch) -> Place | None:
        """The last place of the window; None where every range ends before it.

        The window is shared among the ranges, and ends where the first of their shares does, so
        that no range is walked beyond its own.
        """
        share = WINDOW // len(self.leads.ranges)
        first, *others = (
            stretch.of(range_.leads).values_list(*stretch.columns)[share - 1 : share]
            for range_ in self.leads.ranges
        )
        edges: list[Place] = list(first.union(*others, all=True) if others else first)
        if not edges:
            return None
        return max(edges) if not stretch.backwards else min(edges)

    def _walk(self, stretch: Stretch, edge: Place | None, most: int) -> QuerySet[Lead]:
        """The first matches short of the edge: each range's own first ones, of them the first."""
        first, *others = (
            _short_of(edge, stretch, range_.walked)[:most] for range_ in self.leads.ranges
        )
        if not others:
            return first
        ids = first.values("id").union(*(other.values("id") for other in others), all=True)
        return stretch.of(self.leads.every.filter(id__in=ids))[:most]


def _short_of(edge: Place | None, stretch: Stretch, leads: LeadQuerySet) -> QuerySet[Lead]:
    return stretch.of(leads) if edge is None else stretch.as_far_as(edge, leads)


def _sorted(stretch: Stretch, leads: LeadQuerySet) -> QuerySet[Lead]:
    """The stretch in an order that PostgreSQL cannot take from an index, so that it must sort."""
    first, *others = stretch.columns
    unindexed: Any = (
        ExpressionWrapper(first + Value(timedelta(0)), DateTimeField())
        if stretch.order is NEWEST
        else first + 0
    )
    ordered = stretch.beyond_place(leads).order_by(
        unindexed.desc(), *(column.desc() for column in others)
    )
    return ordered.reverse() if stretch.backwards else ordered


def _rounded_down(number: int) -> int:
    """To what reads as the round figure it is: 60 and 850 to 50 and 800, 1,204 to 1,000."""
    step = 50 if number < 100 else 100 if number < 1000 else 1000
    return number - number % step
