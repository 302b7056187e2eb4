"""Webhook endpoints by API (CONTRACT.md, section 3): what Settings, Webhooks does for people."""

from datetime import datetime
from typing import Any

import msgspec

from foundation.ids import parse_uuid
from foundation.rfc3339 import rfc3339
from foundation.validation import Fault
from organisations.models import ChangeType
from sift_site.api import operations, problems
from sift_site.api.answers import json_response, list_response
from sift_site.api.cursors import Place
from sift_site.api.endpoint import endpoint
from sift_site.api.http import Answer, ApiRequest
from sift_site.api.operations import Operation
from sift_site.api.parameters import DELIVERIES, faults_of_any, read_list_query
from sift_site.api.schemas import ListOf
from sift_site.api.taking import T, read_body
from sift_site.api.webhook_schemas import (
    TYPES_ACCEPTED,
    NewWebhookEndpoint,
    WebhookDelivery,
    WebhookEndpoint,
    WebhookEndpointChange,
    WebhookEndpoints,
    WebhookReplay,
    WebhookTest,
)
from sift_site.api.windows import Page, Window
from webhooks import redelivering, setting_up
from webhooks.destinations import Refused, checked_url
from webhooks.models import Delivery, Endpoint
from webhooks.models.delivery import DeliveryQuerySet
from webhooks.models.endpoint import EVERYTHING, MOST_ENDPOINTS


# --- Endpoints -----------------------------------------------------------------------------------
@endpoint(
    "GET",
    scope="read_write",
    operation=Operation(
        id="list_webhook_endpoints",
        tag=operations.WEBHOOKS,
        summary="List webhook endpoints",
        description="The agency's endpoints, with how far each was told and since when it fails.",
        answer=WebhookEndpoints,
    ),
)
def webhook_endpoint_list(request: ApiRequest) -> Answer:
    """All of them, at most ten."""
    _require_no_query(request)
    ours = Endpoint.objects.for_organisation(request.caller.organisation)
    return json_response(WebhookEndpoints([_shown(each) for each in ours.order_by("id")]))


@endpoint(
    "POST",
    scope="read_write",
    operation=Operation(
        id="create_webhook_endpoint",
        tag=operations.WEBHOOKS,
        summary="Set up a webhook endpoint",
        description="It is told what happens from now on. The answer holds its `secret`, once: "
        "store it. All admins of the agency hear of the new endpoint by letter.",
        answer=WebhookEndpoint,
        body=NewWebhookEndpoint,
        creates=True,
    ),
)
def create_webhook_endpoint(request: ApiRequest) -> Answer:
    """201 with the endpoint and its secret."""
    wanted = read_body(request, NewWebhookEndpoint)
    values = _checked({"url": wanted.url, "types": wanted.types})
    try:
        made, secret = setting_up.create(
            request.caller.organisation,
            values["url"],
            types=values["types"],
            description=wanted.description,
            include=wanted.include,
            enabled=wanted.enabled,
            by=request.caller.actor,
        )
    except setting_up.TooMany:
        words = f"is one too many: an agency has at most {MOST_ENDPOINTS} endpoints"
        raise problems.invalid([Fault("body", words)]) from None
    return json_response(_shown(made, secret), status=201)


@endpoint(
    "GET",
    scope="read_write",
    operation=Operation(
        id="get_webhook_endpoint",
        tag=operations.WEBHOOKS,
        summary="Read one webhook endpoint",
        description="How it is set, and how far it was told. Its secret is not shown again.",
        answer=WebhookEndpoint,
    ),
)
def webhook_endpoint_detail(request: ApiRequest, endpoint_id: str) -> Answer:
    found = _endpoint(request, endpoint_id)
    _require_no_query(request)
    return json_response(_shown(found))


@endpoint(
    "PATCH",
    scope="read_write",
    operation=Operation(
        id="change_webhook_endpoint",
        tag=operations.WEBHOOKS,
        summary="Change a webhook endpoint",
        description="Sets what the body names, and leaves the rest. Switched on again it goes on "
        "from where it stopped, and what had failed is tried at once.",
        answer=WebhookEndpoint,
        body=WebhookEndpointChange,
        example={"types": ["lead.created", "lead.erased"]},
    ),
)
def change_webhook_endpoint(request: ApiRequest, endpoint_id: str) -> Answer:
    found, wanted = _endpoint_and_body(request, endpoint_id, WebhookEndpointChange)
    named = {name: getattr(wanted, name) for name in wanted.__struct_fields__}
    values = {name: value for name, value in named.items() if value is not msgspec.UNSET}
    changed = setting_up.change(found, _checked(values), by=request.caller.actor)
    return json_response(_shown(changed))


@endpoint(
    "DELETE",
    scope="read_write",
    operation=Operation(
        id="delete_webhook_endpoint",
        tag=operations.WEBHOOKS,
        summary="Delete a webhook endpoint",
        description="Nothing more is sent to it, and its deliveries are forgotten. The answer is "
        "the endpoint as it was.",
        answer=WebhookEndpoint,
    ),
)
def delete_webhook_endpoint(request: ApiRequest, endpoint_id: str) -> Answer:
    found = _endpoint(request, endpoint_id)
    _require_no_query(request)
    was = _shown(found)
    setting_up.delete(found, by=request.caller.actor)
    return json_response(was)


# --- What is done with one -----------------------------------------------------------------------
@endpoint(
    "POST",
    scope="read_write",
    operation=Operation(
        id="test_webhook_endpoint",
        tag=operations.WEBHOOKS,
        summary="Test a webhook endpoint",
        description="Sends it an event of type `webhook.test` with position 0, once and signed as "
        "any other. What comes back stands among its deliveries.",
        answer=WebhookTest,
    ),
)
def test_webhook_endpoint(request: ApiRequest, endpoint_id: str) -> Answer:
    found = _endpoint(request, endpoint_id)
    faults = faults_of_any(request)
    if not found.enabled:
        faults.append(Fault("enabled", "must be true for a test: the endpoint is switched off"))
    if faults:
        raise problems.invalid(faults)
    return json_response(WebhookTest(str(redelivering.send_test(found).event_id)))


@endpoint(
    "POST",
    scope="read_write",
    operation=Operation(
        id="roll_webhook_secret",
        tag=operations.WEBHOOKS,
        summary="Roll a webhook's secret",
        description="Makes a new secret, which the answer holds, once. For 24 hours what is sent "
        "bears two signatures, of the new one and of the one before.",
        answer=WebhookEndpoint,
    ),
)
def roll_webhook_secret(request: ApiRequest, endpoint_id: str) -> Answer:
    found = _endpoint(request, endpoint_id)
    _require_no_query(request)
    secret = setting_up.roll_secret(found, by=request.caller.actor)
    return json_response(_shown(found, secret))


@endpoint(
    "POST",
    scope="read_write",
    operation=Operation(
        id="replay_webhook_endpoint",
        tag=operations.WEBHOOKS,
        summary="Replay to a webhook endpoint",
        description="Sets the endpoint back: all that came after the position is told once more, "
        "with the same ids, in the same order for each lead.",
        answer=WebhookEndpoint,
        body=WebhookReplay,
        refusals=(problems.GONE,),
    ),
)
def replay_webhook_endpoint(request: ApiRequest, endpoint_id: str) -> Answer:
    found, wanted = _endpoint_and_body(request, endpoint_id, WebhookReplay)
    try:
        redelivering.replay(found, wanted.after, by=request.caller.actor)
    except redelivering.NoLongerKept as error:
        raise problems.gone(error.oldest) from None
    except redelivering.BeyondLatest as error:
        raise problems.beyond_latest(error.latest) from None
    found.refresh_from_db()
    return json_response(_shown(found))


@endpoint(
    "GET",
    scope="read_write",
    operation=Operation(
        id="list_webhook_deliveries",
        tag=operations.WEBHOOKS,
        summary="List a webhook's deliveries",
        description="Every try of the last 30 days, the newest first: when, how long it took, and "
        "what came back or why nothing did.",
        answer=ListOf[WebhookDelivery],
        query=DELIVERIES,
    ),
)
def webhook_delivery_list(request: ApiRequest, endpoint_id: str) -> Answer:
    found = _endpoint(request, endpoint_id)
    query = read_list_query(request, DELIVERIES, name=f"deliveries of {found.pk}")
    rows = Delivery.objects.of(found)
    if "failed" in query.filters:
        rows = rows.failed()
    return list_response(request, query, _page(rows, query.window))


def _page(rows: DeliveryQuerySet, window: Window) -> Page[WebhookDelivery]:
    total = rows.count() if window.with_total else None
    if window.after is not None:
        rows = rows.older_than(window.after.created_at, window.after.tie)
    last = window.offset + window.limit
    found = list(rows.newest_first()[window.offset : last + 1])
    shown = found[: window.limit]
    goes_on = len(found) > window.limit
    after = Place(shown[-1].created_at, str(shown[-1].pk)) if goes_on else None
    return Page([_delivery(row) for row in shown], total, after)


# --- Shared --------------------------------------------------------------------------------------
def _endpoint(request: ApiRequest, endpoint_id: str) -> Endpoint:
    """The agency's endpoint; malformed, foreign and missing ids are one 404."""
    found = None
    if (parsed := parse_uuid(endpoint_id)) is not None:
        ours = Endpoint.objects.for_organisation(request.caller.organisation)
        found = ours.filter(pk=parsed).first()
    if found is None:
        raise problems.not_found()
    return found


def _endpoint_and_body(
    request: ApiRequest, endpoint_id: str, struct: type[T]
) -> tuple[Endpoint, T]:
    """That it is not there is said before what the body has of faults."""
    return _endpoint(request, endpoint_id), read_body(request, struct)


def _require_no_query(request: ApiRequest) -> None:
    if faults := faults_of_any(request):
        raise problems.invalid(faults)


def _checked(values: dict[str, Any]) -> dict[str, Any]:
    """The values with the URL as it is kept; raises the Problem 422 with every fault."""
    faults = []
    if "url" in values:
        try:
            values = values | {"url": checked_url(values["url"])}
        except Refused as refused:
            faults.append(Fault("url", str(refused)))
    if "types" in values and not _are_types(values["types"]):
        faults.append(Fault("types", f"must be {TYPES_ACCEPTED}"))
    if faults:
        raise problems.invalid(faults)
    if "types" in values:
        values = values | {"types": list(dict.fromkeys(values["types"]))}
    return values


def _are_types(types: list[str]) -> bool:
    return types == EVERYTHING or (bool(types) and set(types) <= set(ChangeType.values))


def _shown(found: Endpoint, secret: str | None = None) -> WebhookEndpoint:
    return WebhookEndpoint(
        id=str(found.pk),
        url=found.url,
        description=found.description,
        types=found.types,
        include=found.include,
        enabled=found.enabled,
        off_because=found.off_because,
        position=found.position,
        told_at=_written(found.told_at),
        failing_since=_written(found.failing_since),
        next_try_at=_written(found.next_try_at),
        created_at=_written(found.created_at),
        updated_at=_written(found.updated_at),
        secret=msgspec.UNSET if secret is None else secret,
    )


def _delivery(row: Delivery) -> WebhookDelivery:
    return WebhookDelivery(
        id=str(row.pk),
        event_id=str(row.event_id),
        position=row.position,
        type=row.type,
        try_=row.number,
        created_at=row.created_at,
        milliseconds=row.milliseconds,
        status=row.status,
        fault=row.fault,
        answer=row.answer,
    )


def _written(moment: datetime | None) -> Any:
    """As text, to the microsecond, as all times of the API are."""
    return moment and rfc3339(moment)
