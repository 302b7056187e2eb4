"""The running API does what its OpenAPI document says: schemathesis looks for where it does not.

Valid requests, and requests with one thing wrong, are made from the document, the same ones in
every run; every check that schemathesis has for OpenAPI looks at each answer.
"""

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, settings
from schemathesis.config import SchemathesisConfig
from schemathesis.core.parameters import ParameterLocation
from schemathesis.specs.openapi.checks import negative_data_rejection

from sift_site.reference.openapi import document
from sift_site.wsgi import application
from tests.factories import make_conversation, make_endpoint, make_key
from webhooks.models import Endpoint

pytestmark = pytest.mark.django_db

# What the document cannot say of a valid request: a cursor is the API's own and goes with its
# filters, and a precondition may fail. Their own tests are elsewhere.
BY_THE_API_ALONE = {"cursor"}
PRECONDITIONS = {"If-Match", "If-None-Match"}
# They forgive trifles (null, a blank text, `5.0`), and a batch answers for each of its own: what
# violates the document's schema may be taken. What is refused is in tests/api/test_capture.py.
FORGIVING = {"capture_conversation", "capture_messages", "capture_batch"}


@pytest.fixture
def _one_connection():
    """Requests run in the test's own transaction, as those of Django's test client do."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


# Requests are made from the document alone: to look through all of Sift for more takes seconds, in
# each process of tests.
_FROM_THE_DOCUMENT = {"analysis": {"constants": {"enabled": False}}}
api = schemathesis.openapi.from_wsgi(
    "/api/v1/openapi.json", application, config=SchemathesisConfig.from_dict(_FROM_THE_DOCUMENT)
)


@pytest.fixture
def known(agency):
    """What a caller has: a key, and the ids that its lists told it."""
    conversation = make_conversation(agency, messages=3)
    return {
        "key": make_key(agency)[1],
        "ids": {
            "lead_id": str(conversation.lead_id),
            "conversation_id": str(conversation.id),
            "endpoint_id": str(make_endpoint(agency).id),
        },
    }


def _aim(case, ids: dict[str, str]) -> None:
    """Have a valid part of a request name what is there."""

    def is_valid(location: ParameterLocation) -> bool:
        part = case.meta.components.get(location) if case.meta else None
        return part is None or part.mode.is_positive

    if is_valid(ParameterLocation.PATH):
        case.path_parameters |= {name: ids[name] for name in case.path_parameters}
    if is_valid(ParameterLocation.QUERY):
        for name in BY_THE_API_ALONE:
            case.query.pop(name, None)
        if "lead_id" in case.query:
            case.query["lead_id"] = ids["lead_id"]
        if "after" in case.query:  # a position that was given out
            case.query["after"] = 0
        if "phone" in case.query:
            case.query["phone"] = "07700 900123"
        if "include" in case.query:  # which narrows the limit, as no schema can say
            case.query.pop("limit", None)
    if is_valid(ParameterLocation.BODY):
        case.body = _without_nul(case.body)
    if is_valid(ParameterLocation.BODY) and isinstance(case.body, dict):
        for talk in (case.body, *case.body.get("conversations", ())):
            put_in_order(talk.get("lead") or {})
        _make_a_webhooks(case.body)
    if is_valid(ParameterLocation.HEADER):
        for name in PRECONDITIONS:
            case.headers.pop(name, None)


def _repeats(case) -> bool:
    """Whether a batch would differ within one of its conversations.

    Each field of one is tried by `capture_conversation`, and a batch has the same of it; what is
    tried here is the batch, with whole conversations and with what is none.
    """
    tried = case.meta.phase.data if case.meta else None
    where, what = (getattr(tried, name, None) or "" for name in ("location", "description"))
    return (
        "/properties/conversations/items/properties/" in where
        or "'conversations' value: Single-item array: Object with" in what
    )


def _make_a_webhooks(body: dict) -> None:
    """A public address, all types or some, and a position that was given out."""
    if "url" in body:
        body["url"] = "https://crm.example.com/sift"
        Endpoint.objects.all().delete()  # there is room for ten
    if "*" in body.get("types", ()):
        body["types"] = ["*"]
    if "after" in body:
        body["after"] = 0


def _without_nul(value):
    """A character that PostgreSQL cannot hold, and no pattern of JSON Schema rules out well."""
    match value:
        case str():
            return value.replace("\0", "-")
        case list():
            return [_without_nul(item) for item in value]
        case dict():
            return {name: _without_nul(item) for name, item in value.items()}
    return value


def put_in_order(lead: dict) -> None:
    """A least is not above its most, as no schema can say."""
    for what in ("budget", "bedrooms"):
        ends = f"{what}_min", f"{what}_max"
        if all(isinstance(lead.get(end), int) for end in ends):
            lead |= dict(zip(ends, sorted(lead[end] for end in ends), strict=True))


def conformance_of(operation_id: str):
    """The test of one operation."""

    @pytest.mark.usefixtures("_one_connection")
    @api.include(operation_id=operation_id).parametrize()
    @settings(
        max_examples=10,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def test(case, known):
        if _repeats(case):
            return
        _aim(case, known["ids"])

        case.call_and_validate(
            headers={"Authorization": f"Bearer {known['key']}"},
            excluded_checks=[negative_data_rejection] if operation_id in FORGIVING else [],
        )

    return test


# A test for each, by name: schemathesis gives all of one function's the same, and what runs tests
# in several processes takes those for one.
OPERATIONS = [
    operation["operationId"]
    for item in document()["paths"].values()
    for method, operation in item.items()
    if method != "parameters"
]
globals().update({f"test_{id_}_does_as_documented": conformance_of(id_) for id_ in OPERATIONS})
