"""How the lead list is read: each page and count in a few milliseconds, whatever it is narrowed by.

Two plans can answer "the first 51 of these leads, in this order", and each is ruinous where the
other is right. Walking the order's index and testing each lead ends at once where many match, and
reads half a million leads where few do. Collecting the matches from the search index and sorting
them is quick where few match, and collects a hundred thousand leads where many do. PostgreSQL
guesses between them from its statistics, and is often wrong about prefixes and combinations: at
half a million leads a wrong guess costs from 0.1 to 1.5 seconds.

So nothing is guessed. First the index is walked, but only over the nearest WINDOW leads: if they
fill the page, it is done. If they do not, matches are rare here, and are collected and sorted. The
figures are in docs/performance.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Any

from django.db.models import DateTimeField, ExpressionWrapper, QuerySet, Value
from django.http import QueryDict

from leads.models import Lead, LeadQuerySet
from organisations.paging import Column, Count, Order, Page, Place, Stretch, count_of, page_in_order

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
    """Leads in an order, narrowed."""

    def __init__(self, order: Order, leads: Narrowed) -> None:
        self.order = order
        self.leads = leads

    def page(self, address: QueryDict, *, size: int) -> Page[Lead]:
        """The page that the address asks for by `after` or `before`."""
        return page_in_order(self.order, Lead, self.read, address, size=size)

    def count(self) -> Count:
        """How many leads match: exactly where matches are rare, else at least how many.

        Matches in the window prove that there are as many; to prove more would cost what the
        window saves.
        """
        if self.leads.is_ranges_alone:
            return count_of(self.leads.collected)
        edge, near = self._beginning
        if edge is None:
            return Count(near)
        if near < MANY_IN_WINDOW:
            return count_of(self.leads.collected)
        return Count(_rounded_down(near), more=True)

    def read(self, stretch: Stretch, most: int) -> list[Lead]:
        """The first so many leads of a stretch, by the plan that fits how many match."""
        if self.leads.is_ranges_alone:
            return list(self._walk(stretch, None, most))
        if stretch.place is None and self.order is NEWEST:  # what is counted too: walked once
            edge, near = self._beginning
            is_enough = near >= most
        else:
            edge, is_enough = self._edge(stretch), True
        if is_enough or edge is None:
            found = list(self._walk(stretch, edge, most))
            if len(found) == most or edge is None:
                return found
        return list(_sorted(stretch, self.leads.collected)[:most])

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

        The window is shared among the ranges, and ends where the first of their shares does: up to
        there the walk misses nothing.
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
