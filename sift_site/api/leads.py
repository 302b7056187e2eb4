"""GET /leads, GET /leads/{id} and PATCH /leads/{id}/status."""

from django.db import transaction
from django.http import HttpResponse

from leads.models import Lead, LeadStatus
from organisations.ids import parse_uuid
from organisations.models import Organisation
from organisations.validation import Faulty, decode
from sift_site.api import operations, problems, reads, schemas
from sift_site.api.answers import (
    json_response,
    lead_etag,
    lead_response,
    list_response,
    require_match,
)
from sift_site.api.endpoint import ApiRequest, endpoint
from sift_site.api.instants import rfc3339
from sift_site.api.operations import Operation
from sift_site.api.parameters import LEADS, faults_of_any, read_list_query


@endpoint(
    "GET",
    operation=Operation(
        id="list_leads",
        tag=operations.LEADS,
        summary="List leads",
        description="The agency's leads, newest first by `created_at`. A lead that was "
        "merged into another is not among them.",
        answer=schemas.ListOf[schemas.Lead],
        query=LEADS,
    ),
)
def lead_list(request: ApiRequest) -> HttpResponse:
    """The agency's leads, newest first."""
    query = read_list_query(
        request,
        LEADS,
        name="leads",
        organisation_id=request.caller.organisation_id,
    )
    page = reads.lead_page(
        organisation_id=request.caller.organisation_id,
        window=query.window,
        statuses=query.filters.get("status", ()),
        since=query.filters.get("since"),
        updated_since=query.filters.get("updated_since"),
    )
    return list_response(request, query, page)


@endpoint(
    "GET",
    operation=Operation(
        id="get_lead",
        tag=operations.LEADS,
        summary="Read one lead",
        description="One lead as it stands, with a strong `ETag`. Send that as `If-None-Match` to "
        "ask whether it changed, or as `If-Match` with a change.",
        answer=schemas.Lead,
        has_entity_tag=True,
    ),
)
def lead_detail(request: ApiRequest, lead_id: str) -> HttpResponse:
    """One lead, with its entity tag."""
    found = None
    if (parsed := parse_uuid(lead_id)) is not None:
        found = reads.lead(organisation_id=request.caller.organisation_id, lead_id=parsed)
    if found is None:
        raise problems.not_found()
    if faults := faults_of_any(request):
        raise problems.invalid(faults)
    return lead_response(request, found)


@endpoint(
    "PATCH",
    scope="read_write",
    operation=Operation(
        id="change_lead_status",
        tag=operations.LEADS,
        summary="Change a lead's status",
        description="Moves the lead along; the answer is the lead as it now is. The change goes "
        "into the lead's history under the key's name. Setting the status that stands changes "
        "nothing and records nothing, so the request can safely be sent again.",
        answer=schemas.Lead,
        body=schemas.StatusChange,
        has_entity_tag=True,
    ),
)
def change_lead_status(request: ApiRequest, lead_id: str) -> HttpResponse:
    """Set the status, with its event; the lead as it now is."""
    with transaction.atomic():
        lead = _locked_lead(request.caller.organisation, lead_id)
        change = _read_status_change(request)
        require_match(request, lead_schema(lead))
        lead.change_status(LeadStatus(change.status), by=request.caller.actor)
    shown = lead_schema(lead)
    return json_response(shown, etag=lead_etag(shown))


def _locked_lead(organisation: Organisation, lead_id: str) -> Lead:
    """The row, locked until the transaction ends; malformed, foreign and missing are one 404."""
    leads = Lead.objects.for_organisation(organisation).standing()
    parsed = parse_uuid(lead_id)
    lead = leads.select_for_update().filter(id=parsed).first() if parsed else None
    if lead is None:
        raise problems.not_found()
    return lead


def _read_status_change(request: ApiRequest) -> schemas.StatusChange:
    faults = faults_of_any(request)
    try:
        change = decode(schemas.StatusChange, request.raw_body)
    except Faulty as faulty:
        raise problems.invalid([*faults, *faulty.faults]) from None
    if faults:
        raise problems.invalid(faults)
    return change


def lead_schema(lead: Lead) -> schemas.Lead:
    """A row of the ORM as the JSON shows it."""
    values = {field: getattr(lead, field) for field in schemas.Lead.__struct_fields__}
    return schemas.Lead(
        **values
        | {
            "id": str(lead.id),
            "status": str(lead.status),
            "created_at": rfc3339(lead.created_at),
            "updated_at": rfc3339(lead.updated_at),
        }
    )
