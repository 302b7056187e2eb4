"""The lead list as a CSV file: whatever the filters leave, streamed row by row.

It opens in Excel as it is: UTF-8 with a byte order mark, lines that end with CR LF, a header row
with the names of the JSON API's fields. A spreadsheet takes a cell that begins with `=`, `+`, `-`
or `@` for a formula, so a text that begins with one of these (or a tab or a carriage return, which
some strip first) gets an apostrophe before it. That holds for phone numbers in E.164 too:
`'+447700900123` stays readable, while without the apostrophe Excel would make it a number and show
4.477E+11. Whoever reads the file with a program strips one leading apostrophe.
"""

import csv
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any, TypeAlias

from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.db.models.functions import Cast
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.views.decorators.http import require_safe

from leads.filters import LeadFilterForm
from leads.models import Lead, LeadQuerySet
from organisations.models import Organisation
from organisations.web import SignedInRequest

# The fields of the contract (CONTRACT.md, section 1), in its order.
FIELDS = (
    "id", "name", "email", "phone", "status", "score", "source", "summary", "intent", "budget_min",
    "budget_max", "bedrooms_min", "bedrooms_max", "area", "property_type", "timeline",
    "chain_status", "financing_status", "buyer_scheme", "stamp_duty_position", "viewing_requested",
    "created_at", "updated_at",
)  # fmt: skip
TEXTS = tuple(FIELDS.index(name) for name in ("name", "email", "phone", "summary", "area"))
VIEWING = FIELDS.index("viewing_requested")
TIMES = (FIELDS.index("created_at"), FIELDS.index("updated_at"))
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
ROWS_AT_ONCE = 1000  # fetched, written and sent together

Cells: TypeAlias = list[Any]


@require_safe
def export_leads(request: SignedInRequest) -> HttpResponseBase:
    """The leads that the filters in the address leave, all of them, in the list's order."""
    if not request.organisation.has_api:
        raise PermissionDenied(
            "The CSV export belongs to the Growth and Scale plans. "
            f"{request.organisation.name} is on {request.organisation.get_plan_display()}."
        )
    filters = LeadFilterForm(request.GET, request.user)
    leads = Lead.objects.for_organisation(request.organisation).standing()
    chosen = filters.in_order(filters.narrow(leads))
    response: HttpResponseBase = (
        HttpResponse() if request.method == "HEAD" else StreamingHttpResponse(csv_of(chosen))
    )
    response.headers["Content-Type"] = "text/csv; charset=utf-8"
    name = file_name(request.organisation)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def file_name(organisation: Organisation) -> str:
    """`leads-harbour-and-vale-2026-06-01.csv`; a slug is plain ASCII."""
    today = timezone.localdate(timezone=timezone.get_default_timezone())
    return f"leads-{organisation.slug}-{today.isoformat()}.csv"


def csv_of(leads: LeadQuerySet) -> Iterator[bytes]:
    """The file in pieces of ROWS_AT_ONCE rows; no more are held in memory at any time.

    The rows come through a cursor of the server's. In a transaction it sends them as they are
    found; outside one PostgreSQL would first write the whole result to its disk.
    """
    columns = leads.annotate(id_as_text=Cast("id", models.TextField())).values_list(
        "id_as_text", *FIELDS[1:]
    )
    lines = _Lines()
    writer = csv.writer(lines, lineterminator="\r\n")
    writer.writerow(FIELDS)
    yield b"\xef\xbb\xbf" + lines.take()
    with transaction.atomic():
        rows = columns.iterator(chunk_size=ROWS_AT_ONCE)
        for count, row in enumerate(rows, start=1):
            writer.writerow(cells(row))
            if count % ROWS_AT_ONCE == 0:
                yield lines.take()
    if rest := lines.take():
        yield rest


def cells(row: Iterable[Any]) -> Cells:
    """A lead's values, in the order of FIELDS, as the file has them; None is an empty cell."""
    said = list(row)
    for place in TEXTS:
        said[place] = plain(said[place])
    said[VIEWING] = "true" if said[VIEWING] else "false"
    for place in TIMES:
        said[place] = rfc3339(said[place])
    return said


def plain(text: str | None) -> str | None:
    """The text, with an apostrophe before it where a spreadsheet would take it for a formula."""
    if text is not None and text.startswith(FORMULA_STARTS):
        return f"'{text}"
    return text


def rfc3339(moment: datetime) -> str:
    """`2026-06-01T09:30:00.123456Z`, as the JSON API writes it."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


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
