"""A CSV file of anybody's: in which encoding, with which separator, and its rows.

Nothing that a file holds raises anything but Unreadable, whose words are for who uploaded it.
"""

import codecs
import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

MOST_BYTES = 15 * 1024 * 1024  # nginx takes 16 (deploy/nginx.conf)
MOST_ROWS = 100_000
MOST_COLUMNS = 100
LONGEST_HEAD = 100
_SEPARATORS = ",;\t|"
_LOOKED_AT = 64 * 1024  # characters, for the separator
_LINES = 20
_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}

# A field is as long as the file at most: Python's own limit would end the reading in the middle.
csv.field_size_limit(MOST_BYTES)


class Unreadable(Exception):
    """The file cannot be read; the text says why."""


@dataclass(frozen=True, slots=True)
class Shape:
    """How a file is read, and its first row."""

    encoding: str
    separator: str
    heads: list[str]


def shape_of(content: bytes) -> Shape:
    """Raises Unreadable."""
    if len(content) > MOST_BYTES:
        raise Unreadable(f"The file is longer than {MOST_BYTES // 1024 // 1024} MiB.")
    encoding = _encoding(content)
    text = content.decode(encoding)
    if "\0" in text[:_LOOKED_AT]:
        raise Unreadable("This is no text: save it as CSV (UTF-8).")
    separator = _separator(text[:_LOOKED_AT])
    for cells in _rows(text, separator):
        return Shape(encoding, separator, _heads(cells))
    raise Unreadable("The file is empty.")


def rows_of(content: bytes, encoding: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    """Each row after the heads, with its number from 1; blank ones are passed over."""
    rows = _rows(content.decode(encoding), separator)
    next(rows, None)
    yield from enumerate(rows, 1)


def count_rows(content: bytes, shape: Shape) -> int:
    """Raises Unreadable where there are none, or too many."""
    number = 0
    for number, _ in rows_of(content, shape.encoding, shape.separator):
        if number > MOST_ROWS:
            raise Unreadable(f"The file has more than {MOST_ROWS:,} rows: divide it.")
    if number == 0:
        raise Unreadable("The file has no row under its heads.")
    return number


def _encoding(content: bytes) -> str:
    """By its mark; else UTF-8 if it is; else Windows' western, which is nearly anything."""
    for mark, name in _MARKS.items():
        if content.startswith(mark):
            if _decodes(content, name):
                return name
            raise Unreadable("The file breaks off, or is not what its first bytes say.")
    for name in ("utf-8", "cp1252"):
        if _decodes(content, name):
            return name
    return "latin-1"


def _decodes(content: bytes, encoding: str) -> bool:
    try:
        content.decode(encoding)
    except UnicodeError:
        return False
    return True


def _separator(beginning: str) -> str:
    """That which makes most columns, the same number in most of the first lines."""

    def columns(separator: str) -> tuple[int, int]:
        lengths = [len(cells) for cells in islice(_rows(beginning, separator), _LINES)]
        if not lengths or lengths[0] < 2:
            return (0, 0)
        return (lengths.count(lengths[0]), lengths[0])

    return max(_SEPARATORS, key=columns)


def _rows(text: str, separator: str) -> Iterator[list[str]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield cells
    except csv.Error:
        raise Unreadable(f"Line {reader.line_num:,} is no CSV.") from None


def _heads(cells: Sequence[str]) -> list[str]:
    if len(cells) > MOST_COLUMNS:
        raise Unreadable(f"The file has more than {MOST_COLUMNS} columns.")
    return [
        "".join(filter(str.isprintable, cell)).strip()[:LONGEST_HEAD] or f"Column {number}"
        for number, cell in enumerate(cells, 1)
    ]
