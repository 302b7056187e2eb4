"""Tables as CSV files: safe to open in a spreadsheet, and written before they are sent.

A file is written before it is sent (foundation/web/spooled.py), by one person one at a time.

They open in Excel as they are: UTF-8 with a byte order mark, lines that end with CR LF, a header
row, every cell in quotes. A spreadsheet takes a cell that begins with `=`, `+`, `-` or `@` for a
formula, full-width ones too, and may first pass over what is not seen or parts words and cells. So
a text whose first character is one of these, or the first behind such characters, gets an
apostrophe before it; so does one with a tab or a carriage return at its beginning. That holds for
phone numbers in E.164 too: `'+447700900123` stays readable, while without the apostrophe Excel
would make it a number and show 4.477E+11. So does a text that begins with an apostrophe, as the
name `'t Hart` does: whoever reads the file with a program strips one leading apostrophe, whatever
follows it, and has every text as it was (docs/csv-files.md).
"""

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar
from unicodedata import normalize
from uuid import UUID

from django.db import models, transaction
from django.db.models import F, Func, QuerySet, Value
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone

from foundation.database import time_limits
from foundation.plain_text import seen
from foundation.web.counters import alone
from foundation.web.pages import TooManyRequests
from foundation.web.spooled import spooled

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_GUARDED = (*FORMULA_STARTS, "'")
_BETWEEN_CELLS = " ,;|"

_LONGEST_EXPORT = 900  # seconds, after which one that never ended is forgotten
_RETRY_AFTER = 10  # seconds

Row = TypeVar("Row")


@contextmanager
def only_export_of(person_id: UUID) -> Iterator[None]:
    """TooManyRequests while another export of the person is being written, in any process."""
    with alone(f"export:{person_id.hex}", longest=_LONGEST_EXPORT) as is_alone:
        if not is_alone:
            why = "Another export of yours is still being made. Each person makes one at a time."
            raise TooManyRequests(_RETRY_AFTER, why)
        yield


def csv_response(
    request: HttpRequest, what: str, slug: str, pieces: Iterator[bytes]
) -> HttpResponseBase:
    """The file as a download, `what-slug-day.csv`, written by now; for HEAD its headers alone, and
    nothing is read."""
    response: HttpResponseBase = (
        HttpResponse() if request.method == "HEAD" else StreamingHttpResponse(spooled(pieces))
    )
    today = timezone.localdate(timezone=timezone.get_default_timezone())
    name = f"{what}-{slug}-{today.isoformat()}.csv"  # a slug is plain ASCII
    response.headers["Content-Type"] = "text/csv; charset=utf-8"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def csv_pieces(
    header: Sequence[str],
    rows: "QuerySet[Any, Row]",
    cells: Callable[[Row], Iterable[Any]],
    *,
    rows_at_once: int,
) -> Iterator[bytes]:
    """The file in pieces of so many rows; no more are held in memory at any time.

    The rows come through a cursor of the server's. In a transaction it sends them as they are
    found; outside one PostgreSQL would first write the whole result to its disk.
    """
    lines = _Lines()
    writer = csv.writer(lines, lineterminator="\r\n", quoting=csv.QUOTE_ALL)
    writer.writerow(header)
    yield b"\xef\xbb\xbf" + lines.take()
    with transaction.atomic():
        time_limits.give_export_its_own()
        for count, row in enumerate(rows.iterator(chunk_size=rows_at_once), start=1):
            writer.writerow(cells(row))
            if count % rows_at_once == 0:
                yield lines.take()
    if rest := lines.take():
        yield rest


def plain(text: str | None) -> str | None:
    """The text; with an apostrophe before it where a spreadsheet would take it for a formula, or
    a reader its own apostrophe for such a one."""
    if not text or (text[0].isascii() and text[0].isalnum()):  # nearly every one
        return text
    return f"'{text}" if text.startswith(_GUARDED) or _hides_formula(text) else text


def _hides_formula(text: str) -> bool:
    """Whether the first character that a spreadsheet does not pass over begins a formula."""
    for character in text:
        if seen(character).strip(_BETWEEN_CELLS):
            return normalize("NFKC", character).startswith(FORMULA_STARTS)
    return False


def moment_of(field: str) -> Func:
    """A date field as `rfc3339()` writes it, written by PostgreSQL.

    Where rows are many, reading and writing two moments in Python would be two fifths of the work.

    It needs a name of its own: under the field's it would be what the rows are ordered by, and no
    index holds it.
    """
    in_utc = Func(Value("UTC"), F(field), function="timezone", output_field=models.DateTimeField())
    written = Value('YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
    return Func(in_utc, written, function="to_char", output_field=models.TextField())


class _Lines:
    """What the csv module writes to: keeps the lines until they are taken."""

    def __init__(self) -> None:
        self._lines: list[str] = []

    def write(self, line: str) -> None:
        self._lines.append(line)

    def take(self) -> bytes:
        taken = "".join(self._lines).encode()
        self._lines.clear()
        return taken
