"""The scale of a chart of bars: where it ends, and where it breaks for a bar that is far higher."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

FAR = 2  # times the highest of the others: such a bar would press them down
_FEWEST = 20  # leads; of a few less one sees each on any scale
_MOST_FAR = 0.1  # of all bars; where more stand out, they are no exceptions


@dataclass(frozen=True, slots=True)
class Axis:
    """A scale from 0 to `top`; what is higher than that is drawn past a break of the axis."""

    top: int
    breaks: bool

    def is_beyond(self, number: int) -> bool:
        return self.breaks and number > self.top

    @property
    def marks(self) -> tuple[str, str, str]:
        """Its three marks, from the top."""
        return f"{self.top:,}", f"{self.top // 2:,}", "0"


def axis_for(numbers: Sequence[int]) -> Axis:
    """The scale on which the usual ones of these fill the chart.

    One that stands more than twice as high as the next breaks it.
    """
    highest_first = sorted(numbers, reverse=True)
    most = highest_first[0] if highest_first else 0
    may_be_far = max(1, int(len(numbers) * _MOST_FAR)) if most >= _FEWEST else 0
    for far, usual in pairwise(highest_first[: may_be_far + 1]):
        if usual and far > FAR * usual:
            return Axis(scale_top(usual), breaks=True)
    return Axis(scale_top(most), breaks=False)


def scale_top(most: int) -> int:
    """An even round number that is not below `most`: the scale's end."""
    step = 1
    while True:
        for top in (2, 4, 6, 8, 10):
            if top * step >= most:
                return top * step
        step *= 10
