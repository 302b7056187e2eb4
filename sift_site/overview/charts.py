"""Charts, as their templates draw them: lengths are SVG attributes, words stand in HTML."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.formats import date_format

from foundation.plurals import so_many
from sift_site.overview import links
from sift_site.overview.periods import Period, Span
from sift_site.overview.reading import DailyFigures

# The stacked chart's own units; it is stretched to the room that it has.
WIDTH, HEIGHT = 720, 200
BANDS = (("hot", "Hot"), ("warm", "Warm"), ("cold", "Cold"), ("none", "Not scored"))


# --- Leads by day, stacked by temperature ---------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Stack:
    """One bar: the leads of a day, or of a month."""

    label: str  # `Thursday 26 November`
    short: str  # `26 Nov`
    url: str
    leads: int
    parts: tuple[int, ...]  # in the order of BANDS
    is_unfinished: bool

    @property
    def words(self) -> str:
        parts = [
            f"{number:,} {name.lower()}"
            for (_, name), number in zip(BANDS, self.parts, strict=True)
            if number
        ]
        so_far = " so far" if self.is_unfinished else ""
        return f"{self.label}: {so_many(self.leads, 'lead')}{so_far}" + (
            f" ({', '.join(parts)})" if parts else ""
        )


@dataclass(frozen=True, slots=True)
class Layer:
    """What one temperature has of all bars: an SVG path, and an entry of the legend."""

    band: str
    label: str
    path: str
    leads: int
    url: str


@dataclass(frozen=True, slots=True)
class StackedChart:
    stacks: list[Stack]
    layers: list[Layer]
    marks: tuple[str, ...]  # of the scale, from the top
    dates: tuple[str, ...]  # below, from the first
    unfinished: str  # the path around the last bar
    unit: str  # what a bar is

    @property
    def busiest(self) -> Stack:
        return max(self.stacks, key=lambda stack: stack.leads)


def stacked_chart(daily: DailyFigures, period: Period, span: Span) -> StackedChart:
    """A bar for each day; of a year, for each month."""
    by_month = period is Period.YEAR
    spans = list(span.months) if by_month else [Span(day, day) for day in span]
    stacks = [_stack(daily, each, by_month, is_unfinished=each is spans[-1]) for each in spans]
    top = scale_top(max(stack.leads for stack in stacks))
    middle = stacks[(len(stacks) - 1) // 2].short
    return StackedChart(
        stacks,
        [_layer(span, stacks, place, top) for place in range(len(BANDS))],
        (f"{top:,}", f"{top // 2:,}", "0"),
        (stacks[0].short, middle, "This month" if by_month else "Today"),
        _bar(len(stacks), len(stacks) - 1, 0, HEIGHT),
        "month" if by_month else "day",
    )


def _stack(daily: DailyFigures, span: Span, by_month: bool, *, is_unfinished: bool) -> Stack:
    leads = daily.total(span)
    scored = [daily.total(span, band) for band, _ in BANDS[:-1]]
    return Stack(
        date_format(span.first, "F Y" if by_month else "l j F"),
        date_format(span.first, "M Y" if by_month else "j M"),
        links.arrived(span),
        leads,
        (*scored, leads - sum(scored)),
        is_unfinished,
    )


def _layer(span: Span, stacks: Sequence[Stack], place: int, top: int) -> Layer:
    band, label = BANDS[place]
    path = "".join(
        _bar(
            len(stacks),
            index,
            HEIGHT - HEIGHT * sum(stack.parts[: place + 1]) / top,
            HEIGHT * stack.parts[place] / top,
        )
        for index, stack in enumerate(stacks)
        if stack.parts[place]
    )
    leads = sum(stack.parts[place] for stack in stacks)
    return Layer(band, label, path, leads, links.arrived(span, temperature=band))


def _bar(bars: int, index: int, y: float, height: float) -> str:
    """The path of one rectangle, a fifth of its room left free."""
    room = WIDTH / bars
    x, width = (index + 0.1) * room, 0.8 * room
    return f"M{x:.1f} {y:.1f}h{width:.1f}v{height:.1f}h-{width:.1f}z"


def scale_top(most: int) -> int:
    """An even round number that is not below `most`: the scale's end."""
    step = 1
    while True:
        for top in (2, 4, 6, 8, 10):
            if top * step >= most:
                return top * step
        step *= 10


# --- Bars with words ------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class BarRow:
    """A line of a chart: what it is, its figure in words, and a bar of so many hundredths."""

    label: str
    figure: str
    length: float
    says: str  # the bar in words, for those who do not see it
    url: str
    is_before: bool = False  # what it is compared with: drawn apart
    rest: float = 0  # what follows the bar, as long as what is unfinished will be

    @property
    def end(self) -> float:
        return round(self.length + self.rest, 1)


def length(part: float, whole: float) -> float:
    """Hundredths, to the tenth; something is never drawn as nothing."""
    if not whole or not part:
        return 0
    return max(round(100 * part / whole, 1), 0.8)


def largest(numbers: Iterable[int]) -> int:
    return max(numbers, default=0)
