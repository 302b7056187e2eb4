"""Lines of chat with what they mean, written by hand for measuring how well they are read.

An entry is a few lines of text, between empty ones:

    @ 2026-11-20 pl               the day and the conversation's language, where they matter
    ? How many bedrooms?          what the assistant said just before, if anything
    three please, maybe four      what the visitor says
    = bedrooms 3..4               what that means, `;` between facts; nothing, for a trap

The agency's own areas are AREAS. By `corpus_tuned.txt` the rules were made; no rule was made or
changed for a line of `corpus_held_out.txt`, which says how well they read what they never saw. Who
changes a rule for one of its lines moves it to the other, and writes a new one.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from leads.models.choices import PAIRS
from leads.reading.areas_known import known_areas
from leads.reading.heard import Reading
from leads.reading.reading import read

HERE = Path(__file__).parent
TUNED, HELD_OUT = HERE / "corpus_tuned.txt", HERE / "corpus_held_out.txt"
AREAS = known_areas(
    [
        "Didsbury", "West Didsbury", "Chorlton", "Sale", "Altrincham", "Stockport", "Heaton Moor",
        "Cheadle Hulme", "Headingley", "Leeds", "Roundhay", "Horsforth", "Saltaire", "Bath",
        "Reading", "St Albans", "Hebden Bridge",
    ]
)  # fmt: skip


@dataclass(slots=True)
class Line:
    """What a visitor says, and what that means: of each fact the values in their order."""

    said: str = ""
    asked: str = ""
    on: date = date(2026, 6, 10)
    language: str = "en"
    means: dict[str, list[Any]] = field(default_factory=dict)

    def read(self) -> list[Reading]:
        return read(self.said, asked=self.asked, on=self.on, areas=AREAS, language=self.language)


def lines_of(file: Path) -> list[Line]:
    """All entries of the file."""
    return [_line(entry) for entry in file.read_text(encoding="utf-8").strip().split("\n\n")]


def found_by_reading(readings: list[Reading]) -> dict[str, list[Any]]:
    """Of each fact the values that were read, in their order, as `Line.means` has them."""
    found: dict[str, list[Any]] = {}
    for reading in readings:
        values = list(reading.said.values())
        found.setdefault(reading.fact, []).append(values if len(values) > 1 else values[0])
    return found


def _line(entry: str) -> Line:
    line = Line()
    for text in entry.splitlines():
        sign, rest = text[:1], text[2:]
        match sign:
            case "@":
                day, _, language = rest.partition(" ")
                line.on, line.language = date.fromisoformat(day), language or "en"
            case "?":
                line.asked = rest
            case "=":
                for fact, value in _meanings(rest):
                    line.means.setdefault(fact, []).append(value)
            case _:
                line.said += text
    return line


def _meanings(text: str) -> Iterator[tuple[str, Any]]:
    for part in filter(None, text.split("; ")):
        fact, _, value = part.strip().partition(" ")
        yield fact, _value(fact, value)


def _value(fact: str, text: str) -> Any:
    if fact in PAIRS:
        least, dots, most = text.partition("..")
        return [_number(least), _number(most if dots else least)]
    return {"yes": True, "no": False}.get(text, text)


def _number(text: str) -> int | None:
    return int(text) if text else None
