"""Settings, Audit: who did what, when, from where, to what. For admins.

The trail is the organisations app's; the page stands here because its words are about all apps'
rows.
"""

from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_http_methods, require_safe

from foundation.lists.csv_files import csv_pieces, csv_response, only_export_of, plain
from foundation.lists.export_refusal import refusal
from foundation.lists.paging import Column, Order, Stretch, count_of, page_in_order
from foundation.web.pages import announce, render_page, url_of, wants_fragment
from organisations.audit import record
from organisations.audit_chain import fields_of
from organisations.models import AuditAction, AuditEntry, AuditEntryQuerySet, AuditTarget
from organisations.requests import SignedInRequest, actor_of, admin_required
from organisations.signing_in.recent_sign_in import recent_sign_in_before_download
from sift_site.audit.filters import AuditFilterForm
from sift_site.audit.names import Names
from sift_site.audit.wording import lines_of

NEWEST: Order = (Column("created_at"), Column("id"))
ROWS_AT_ONCE = 1000  # fetched, written and sent together
# Beside who did it by name, all that the chain takes: a file can be verified by itself.
COLUMNS = (
    "id", "created_at", "action", "actor_kind", "actor_id", "actor", "address", "target_kind",
    "target_id", "details", "names", "organisation_id", "position", "hash",
)  # fmt: skip


@require_safe
@admin_required
def audit_trail(request: SignedInRequest) -> HttpResponse:
    """The agency's entries, newest first, narrowed by the filters in the address."""
    names = Names(request.organisation)
    filters = _filters(request, names)
    entries = AuditEntry.objects.for_organisation(request.organisation)
    page = page_in_order(NEWEST, AuditEntry, _reader(filters.ranges(entries)), request.GET)
    count_line = filters.count_line(count_of(filters.narrow(entries)), "entry", "entries")
    context = {
        "filters": filters,
        "page": page,
        "lines": lines_of(page.rows, names, request.user),
        "url": url_of(request, request.GET),
        "count_line": count_line,
        "is_swap": wants_fragment(request),
    }
    response = render_page(request, "audit/list.html", "audit/_results.html", context)
    return announce(response, count_line) if wants_fragment(request) else response


def _filters(request: SignedInRequest, names: Names) -> AuditFilterForm:
    filters = AuditFilterForm(request.GET, names)
    if target := filters.cleaned_data.get("target"):
        names.read_leads([UUID(target)])  # for the words of the filter in force
    return filters


def _reader(ranges: list[AuditEntryQuerySet]) -> Callable[[Stretch, int], list[AuditEntry]]:
    """Reads the first so many entries of a stretch, out of one or several parts."""

    def read(stretch: Stretch, most: int) -> list[AuditEntry]:
        first, *rest = (stretch.of(part)[:most] for part in ranges)
        if not rest:
            return list(first)
        # Read backwards, the first part is reversed, and hands that on to the union.
        order = [f"-{column.name}" for column in stretch.order]
        return list(first.union(*rest, all=True).order_by(*order)[:most])

    return read


@require_http_methods(["GET", "HEAD", "POST"])
@admin_required
@recent_sign_in_before_download
def export_audit_trail(request: SignedInRequest) -> HttpResponseBase:
    """What the filters leave as a CSV file, on every plan; recorded before its first byte.

    It holds ids of leads, never their names: it is kept longer than they are. Without filters it is
    what `verify_audit` takes. 422 where the address has a filter that the trail does not
    understand; 429 while another export of the person is being made.
    """
    names = Names(request.organisation)
    filters = _filters(request, names)
    if refused := refusal(request, filters, list_view="audit:list"):
        return refused
    entries = filters.narrow(AuditEntry.objects.for_organisation(request.organisation))

    def cells(entry: Any) -> Iterable[Any]:
        actor, hash_ = plain(names.actor(entry).text), bytes(entry.hash).hex()
        said = {**fields_of(entry.said), "actor": actor, "hash": hash_}
        return (said[name] for name in COLUMNS)

    rows = entries.as_said().newest_first()
    with only_export_of(request.user.pk):
        if request.method != "HEAD":
            record(
                request.organisation.id,
                AuditAction.AUDIT_EXPORTED,
                by=actor_of(request),
                target=AuditTarget.AUDIT,
                filters=len(filters.in_force),
            )
        pieces = csv_pieces(COLUMNS, rows, cells, rows_at_once=ROWS_AT_ONCE)
        return csv_response(request, "audit", request.organisation.slug, pieces)
