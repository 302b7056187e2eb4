"""The lead list as a CSV file: whatever the filters leave.

Its columns are the JSON API's fields, by their names, and why a lead was lost.
"""

from collections.abc import Iterable, Iterator
from typing import Any, TypeAlias

from django.core.exceptions import PermissionDenied
from django.db import models
from django.db.models.functions import Cast
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_http_methods

from foundation.lists.csv_files import csv_pieces, csv_response, moment_of, only_export_of, plain
from foundation.lists.export_refusal import refusal
from foundation.lists.paging import count_of
from foundation.mail.names import quoted
from foundation.plurals import so_many
from leads.models import Lead, LeadQuerySet
from leads.models.choices import ORIGIN_FIELDS
from leads.pages.filters import LeadFilterForm
from organisations.admins import tell_admins
from organisations.audit import record
from organisations.models import AuditAction, AuditTarget, Organisation
from organisations.requests import SignedInRequest, actor_of
from organisations.signing_in.recent_sign_in import recent_sign_in_before_download


def _fields() -> tuple[str, ...]:
    """The fields of the contract (CONTRACT.md, section 1): the model's as far as `updated_at`."""
    names = [field.name for field in Lead._meta.concrete_fields if field.name != "organisation"]
    return tuple(names[: names.index("updated_at") + 1])


# Besides: why a lead was lost, which the API does not show.
FIELDS = (*_fields(), "lost_reason", "lost_words")
TEXTS = tuple(
    FIELDS.index(name)
    for name in ("name", "email", "phone", "summary", "area", *ORIGIN_FIELDS, "lost_words")
)
VIEWING = FIELDS.index("viewing_requested")
ROWS_AT_ONCE = 1000  # fetched, written and sent together

Cells: TypeAlias = list[Any]


@require_http_methods(["GET", "HEAD", "POST"])
@recent_sign_in_before_download
def export_leads(request: SignedInRequest) -> HttpResponseBase:
    """The leads that the filters in the address leave, all of them, in the list's order.

    422 where the address has a filter that the list does not understand; 429 while another export
    of the person is being made.
    """
    if not request.organisation.has_api:
        raise PermissionDenied(
            "The CSV export belongs to the Growth and Scale plans. "
            f"{request.organisation.name} is on {request.organisation.get_plan_display()}."
        )
    filters = LeadFilterForm(request.GET, request.user)
    if refused := refusal(request, filters, list_view="leads:list"):
        return refused
    leads = Lead.objects.for_organisation(request.organisation).unmerged()
    chosen = filters.in_order(filters.narrow(leads))
    with only_export_of(request.user.pk):
        if request.method != "HEAD":
            _record(request, filters, chosen)
        return csv_response(request, "leads", request.organisation.slug, csv_of(chosen))


def _record(request: SignedInRequest, filters: LeadFilterForm, leads: LeadQuerySet) -> None:
    """Before the first byte, so that breaking off the download hides nothing.

    What was searched for are words about people: they are not written down. Of an export of
    everything the admins are told.
    """
    exported = leads.order_by().count()
    if _is_everything(exported, request.organisation):
        agency = quoted(request.organisation.name)
        what = f"{so_many(exported, 'lead')}, all or nearly all of {agency}, were exported"
        tell_admins(request.organisation, what, by=actor_of(request))
    record(
        request.organisation.id,
        AuditAction.LEADS_EXPORTED,
        by=actor_of(request),
        target=AuditTarget.LEADS,
        leads=exported,
        filters=len(filters.in_force),
    )


def _is_everything(exported: int, organisation: Organisation) -> bool:
    """Whether so many leads are nine in ten of the agency's, or more: a filter that leaves out one
    would else have nobody told. No more are counted than it takes to say."""
    every = Lead.objects.for_organisation(organisation).unmerged()
    return exported > 0 and not count_of(every, most=exported * 10 // 9).more


def csv_of(leads: LeadQuerySet) -> Iterator[bytes]:
    """The file in pieces of ROWS_AT_ONCE rows."""
    written = {
        "id": Cast("id", models.TextField()),
        "created_at": moment_of("created_at"),
        "updated_at": moment_of("updated_at"),
    }
    as_text = {f"{name}_as_text": value for name, value in written.items()}
    columns = leads.annotate(**as_text).values_list(
        *(f"{name}_as_text" if name in written else name for name in FIELDS)
    )
    return csv_pieces(FIELDS, columns, cells, rows_at_once=ROWS_AT_ONCE)


def cells(row: Iterable[Any]) -> Cells:
    """A lead's values, in the order of FIELDS, as the file has them; None is an empty cell."""
    said = list(row)
    for place in TEXTS:
        said[place] = plain(said[place])
    said[VIEWING] = "true" if said[VIEWING] else "false"
    return said
