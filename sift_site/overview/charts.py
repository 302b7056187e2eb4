"""Charts of bars with words: lengths are SVG attributes, words stand in HTML."""

from collections.abc import Iterable
from dataclasses import dataclass


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
