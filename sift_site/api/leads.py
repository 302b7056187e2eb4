"""GET /leads, GET /leads/{id} and PATCH /leads/{id}/status."""

from uuid import UUID

from foundation.ids import parse_uuid
from leads import moving
from leads.models.choices import LeadStatus
from organisations.changes.numbering import numbered_last
from sift_site.api import operations, problems, reads, schemas
from sift_site.api.answers import (
    lead_etag,
    lead_response,
    lead_unless_known,
    list_response,
    require_match,
)
from sift_site.api.endpoint import endpoint
from sift_site.api.http import Answer, ApiRequest
from sift_site.api.operations import Operation
from sift_site.api.parameters import LEADS, faults_of_any, read_list_query
from sift_site.api.problems import Problem
from sift_site.api.taking import read_body


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
def lead_list(request: ApiRequest) -> Answer:
    """The agency's leads, newest first."""
    query = read_list_query(request, LEADS, name="leads")
    page = reads.lead_page(
        organisation_id=request.caller.organisation_id,
        window=query.window,
        statuses=query.filters.get("status", ()),
        email_key=query.filters.get("email"),
        phone_key=query.filters.get("phone"),
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
def lead_detail(request: ApiRequest, lead_id: str) -> Answer:
    """One lead, with its entity tag."""
    found = None
    if (parsed := parse_uuid(lead_id)) is not None:
        found = reads.lead(organisation_id=request.caller.organisation_id, lead_id=parsed)
    if found is None:
        raise problems.not_found()
    if faults := faults_of_any(request):
        raise problems.invalid(faults)
    return lead_unless_known(request, found)


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
def change_lead_status(request: ApiRequest, lead_id: str) -> Answer:
    """Set the status, with its event; the lead as it now is."""
    if (parsed := parse_uuid(lead_id)) is None:
        raise problems.not_found()
    try:
        wanted = read_body(request, schemas.StatusChange)
    except Problem:
        _require_lead(request, parsed)  # that it is not there would be said first
        raise
    if "HTTP_IF_MATCH" not in request.META:
        return _changed(request, parsed, wanted)
    with numbered_last():
        require_match(request, lead_etag(_require_lead(request, parsed, for_update=True)))
        return _changed(request, parsed, wanted)


def _changed(request: ApiRequest, lead_id: UUID, wanted: schemas.StatusChange) -> Answer:
    caller = request.caller
    moved = moving.move(
        lead_id,
        LeadStatus(wanted.status),
        organisation_id=caller.organisation_id,
        by=caller.actor,
    )
    if moved is None:
        raise problems.not_found()
    return lead_response(schemas.Lead(*moved.shown))


def _require_lead(request: ApiRequest, lead_id: UUID, *, for_update: bool = False) -> schemas.Lead:
    """The lead, locked until the transaction ends if asked so; foreign and missing are one 404."""
    lead = reads.lead(
        organisation_id=request.caller.organisation_id, lead_id=lead_id, for_update=for_update
    )
    if lead is None:
        raise problems.not_found()
    return lead
