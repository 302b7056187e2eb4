"""Leads as they arrived, a bar for each day, week or month, stacked by temperature."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from foundation.plurals import so_many
from sift_site.overview import links
from sift_site.overview.axis import Axis, axis_for
from sift_site.overview.periods import Period, Span
from sift_site.overview.reading import DailyFigures

# The chart's own units; it is stretched to the room that it has. Above the scale there is room for
# the end of a bar that goes past it.
WIDTH, HEIGHT = 720, 200
SCALE = 168
BANDS = (("hot", "Hot"), ("warm", "Warm"), ("cold", "Cold"), ("none", "Not scored"))
_SCORED = tuple(band for band, _ in BANDS[:-1])
_FEW = 14  # bars that each have room for a mark below


@dataclass(frozen=True, slots=True)
class Stack:
    """One bar: the leads of a day, a week or a month."""

    label: str  # `Thursday 26 November`
    short: str  # `26 Nov`
    url: str
    leads: int
    parts: tuple[int, ...]  # in the order of BANDS
    mark: str  # what stands below it
    over: str  # its figure, where it goes past the scale
    is_unfinished: bool

    @property
    def words(self) -> str:
        so_far = " so far" if self.is_unfinished else ""
        return f"{self.label}: {so_many(self.leads, 'lead')}{so_far}"


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
    stacks: tuple[Stack, ...]
    layers: tuple[Layer, ...]
    marks: tuple[str, ...]  # of the scale, from the top
    grid: str  # the path of the lines at these marks
    month_marks: str  # the path of the lines at which a month begins
    breaks: str  # the path of the breaks of the axis; empty where it has none
    unfinished: str  # the path around the last bar, as high as it is
    unit: str  # what a bar is

    @property
    def busiest(self) -> Stack:
        return max(self.stacks, key=lambda stack: stack.leads)

    @property
    def is_many(self) -> bool:
        return len(self.stacks) > _FEW

    @property
    def is_broken(self) -> bool:
        return any(stack.over for stack in self.stacks)


def stacked_chart(daily: DailyFigures, period: Period, span: Span) -> StackedChart:
    """A bar for each day; of a quarter for each week, of a year for each month."""
    unit, spans = _bars(period, span)
    parts = [_parts(daily, each) for each in spans]
    leads = [sum(each) for each in parts]
    axis = axis_for(leads)
    marks = _marks(unit, spans)
    stacks = [
        Stack(
            label=_label(unit, each),
            short=_short(unit, each),
            url=links.arrived(each),
            leads=number,
            parts=of_bands,
            mark=mark,
            over=f"{number:,}" if axis.is_beyond(number) else "",
            is_unfinished=each is spans[-1],
        )
        for each, number, of_bands, mark in zip(spans, leads, parts, marks, strict=True)
    ]
    return StackedChart(
        tuple(stacks),
        tuple(_layer(span, stacks, place, axis) for place in range(len(BANDS))),
        axis.marks,
        "".join(f"M0 {HEIGHT - height}H{WIDTH}" for height in (SCALE, SCALE / 2, 0.5)),
        _month_marks(unit, spans),
        _breaks(leads, axis),
        _bar(len(leads), len(leads) - 1, 0, _height(leads[-1], leads[-1], axis)),
        unit,
    )


def _bars(period: Period, span: Span) -> tuple[str, list[Span]]:
    """What a bar is, and the days of each."""
    if period is Period.YEAR:
        return "month", list(span.months)
    if period is Period.QUARTER:
        return "week", list(span.weeks)
    return "day", [Span(day, day) for day in span]


def _parts(daily: DailyFigures, span: Span) -> tuple[int, ...]:
    leads, *scored = daily.totals(span, "leads", *_SCORED)
    return (*scored, leads - sum(scored))


# --- Words ----------------------------------------------------------------------------------------
# Written by hand: Django's date_format would be most of what the chart costs.
def _label(unit: str, span: Span) -> str:
    first, last = span.first, span.last
    if unit == "month":
        return f"{first:%B %Y}"
    if unit == "week":
        return f"{first.day} {first:%B} to {last.day} {last:%B}"
    return f"{first:%A} {first.day} {first:%B}"


def _short(unit: str, span: Span) -> str:
    return f"{span.first:%b %Y}" if unit == "month" else _day_of_month(span.first)


def _day_of_month(day: date) -> str:
    return f"{day.day} {day:%b}"


def _marks(unit: str, spans: Sequence[Span]) -> list[str]:
    """What stands below each bar; of many bars some, with room between them."""
    marks = ["" for _ in spans]
    marks[-1] = "Today" if unit == "day" else f"This {unit}"
    if unit == "month":
        marks[:] = [f"{span.first:%b}" for span in spans]
    elif len(spans) <= _FEW and unit == "day":
        marks[:-1] = [f"{span.first:%a}" for span in spans[:-1]]
    else:
        for place in _places_of_marks(spans):
            span = spans[place]
            marks[place] = f"{span.last:%B}" if unit == "week" else _day_of_month(span.first)
    return marks


def _places_of_marks(spans: Sequence[Span]) -> list[int]:
    """Bars with which a month begins, then other Mondays, no two of them close to one another."""
    places = [place for place, span in enumerate(spans) if _begins_month(span)]
    if spans[0].first == spans[0].last:
        places += [place for place, span in enumerate(spans) if span.first.weekday() == 0]
    apart = -(-len(spans) // 6)
    chosen = [len(spans) - 1]
    for place in places:
        if all(abs(place - other) >= apart for other in chosen):
            chosen.append(place)
    return chosen[1:]


def _begins_month(span: Span) -> bool:
    return span.first.day == 1 or span.first.month != span.last.month


# --- Paths ----------------------------------------------------------------------------------------
def _layer(span: Span, stacks: Sequence[Stack], place: int, axis: Axis) -> Layer:
    band, label = BANDS[place]
    path = []
    for index, stack in enumerate(stacks):
        if not stack.parts[place]:
            continue
        below = _height(sum(stack.parts[:place]), stack.leads, axis)
        above = _height(sum(stack.parts[: place + 1]), stack.leads, axis)
        path.append(_bar(len(stacks), index, below, above))
    leads = sum(stack.parts[place] for stack in stacks)
    return Layer(band, label, "".join(path), leads, links.arrived(span, temperature=band))


def _height(number: int, whole: int, axis: Axis) -> float:
    """How high so many of a bar stand; what goes past the scale shares the room above it."""
    if not axis.is_beyond(number):
        return SCALE * number / axis.top
    return SCALE + (HEIGHT - SCALE) * (number - axis.top) / (whole - axis.top)


def _bar(bars: int, index: int, bottom: float, top: float) -> str:
    """The path of one rectangle, a fifth of its room left free."""
    room = WIDTH / bars
    x, width, height = (index + 0.1) * room, 0.8 * room, top - bottom
    return f"M{x:.1f} {HEIGHT - top:.1f}h{width:.1f}v{height:.1f}h-{width:.1f}z"


def _breaks(leads: Sequence[int], axis: Axis) -> str:
    """A slanting gap across each bar that goes past the scale, just above its end."""
    room = WIDTH / len(leads)
    y = HEIGHT - SCALE - 4
    return "".join(
        f"M{index * room:.1f} {y}l{room:.1f} -8v-6l-{room:.1f} 8z"
        for index, number in enumerate(leads)
        if axis.is_beyond(number)
    )


def _month_marks(unit: str, spans: Sequence[Span]) -> str:
    """Lines between the days of two months; bars of weeks and months are their own marks."""
    if unit != "day":
        return ""
    room = WIDTH / len(spans)
    return "".join(
        f"M{place * room:.1f} {HEIGHT - SCALE}V{HEIGHT}"
        for place, span in enumerate(spans)
        if place and span.first.day == 1
    )
