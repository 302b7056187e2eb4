"""The OpenAPI document: how it is served, and that it says all there is."""

import jsonschema_rs
import msgspec
import pytest
from django.test import Client
from schemathesis.specs.openapi.definitions import OPENAPI_31_VALIDATOR

from sift_site.api import schemas
from sift_site.api.answers import lead_etag
from sift_site.api.parameters import CONVERSATIONS, LEADS, MESSAGES
from sift_site.api.problems import KINDS
from sift_site.api.urls import urlpatterns
from sift_site.reference.openapi_responses import ENTITY_TAG

ADDRESS = "/api/v1/openapi.json"
METHODS = {"get", "put", "post", "delete", "patch"}


@pytest.fixture
def document(client):
    return client.get(ADDRESS).json()


def operations(document):
    return {
        operation["operationId"]: operation
        for item in document["paths"].values()
        for method, operation in item.items()
        if method in METHODS
    }


def resolved(document, node):
    while "$ref" in node:
        found = document
        for part in node["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        node = found
    return node


# --- How it is served ----------------------------------------------------------------------------
def test_it_is_for_all_and_asks_the_database_nothing(client):
    answer = client.get(ADDRESS)  # without a key, and no database is allowed here

    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/json"
    assert answer["Cache-Control"] == "private, no-store"  # as every answer below /api/v1
    assert answer["X-Request-Id"]
    assert "RateLimit" not in answer


def test_a_caller_who_has_it_is_told_so(client):
    etag = client.get(ADDRESS)["ETag"]

    again = client.get(ADDRESS, headers={"If-None-Match": etag})
    other = client.get(ADDRESS, headers={"If-None-Match": '"another"'})

    assert etag.startswith('"')
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", etag)
    assert (other.status_code, other["ETag"]) == (200, etag)


def test_head_is_get_without_the_body_and_other_methods_are_refused(client):
    get, head = client.get(ADDRESS), client.head(ADDRESS)

    assert (head.status_code, head.content, head["ETag"]) == (200, b"", get["ETag"])
    assert int(head["Content-Length"]) == len(get.content)
    for method in ("post", "put", "patch", "delete", "options"):
        refused = getattr(client, method)(ADDRESS)
        assert (refused.status_code, refused["Allow"]) == (405, "GET, HEAD")


def test_it_counts_against_no_limit(client, settings):
    settings.SIFT_RATE_ANONYMOUS = settings.SIFT_RATE_GROWTH = "1/d"

    assert {Client().get(ADDRESS).status_code for _ in range(3)} == {200}


# --- That it is right ----------------------------------------------------------------------------
def test_it_is_valid_openapi_and_its_schemas_are_valid_json_schema(document):
    dialect = {"$schema": "https://json-schema.org/draft/2020-12/schema"}

    assert [str(error) for error in OPENAPI_31_VALIDATOR.iter_errors(document)] == []
    for schema in document["components"]["schemas"].values():
        jsonschema_rs.meta.validate(dialect | schema)


def test_every_reference_leads_somewhere(document):
    def walk(node):
        if isinstance(node, dict):
            if "$ref" in node:
                assert resolved(document, node)
            for value in node.values():
                walk(value)
        elif isinstance(node, list):
            for value in node:
                walk(value)

    walk(document)


def test_every_example_is_what_its_schema_takes(document):
    components = {"components": document["components"]}
    checked = 0
    for operation in operations(document).values():
        bodies = [resolved(document, answer) for answer in operation["responses"].values()]
        if "requestBody" in operation:
            bodies.append(operation["requestBody"])
        for content in [c for body in bodies for c in body.get("content", {}).values()]:
            many = [resolved(document, e)["value"] for e in content.get("examples", {}).values()]
            for example in many or [content["example"]]:
                validator = jsonschema_rs.Draft202012Validator(
                    content["schema"] | components, validate_formats=True
                )
                assert validator.is_valid(example), example
                checked += 1
        for parameter in operation["parameters"]:
            assert jsonschema_rs.is_valid(parameter["schema"], parameter["example"])
    assert checked > 40


def test_an_enumeration_stands_in_the_order_in_which_it_was_written(document):
    status = document["components"]["schemas"]["Lead"]["properties"]["status"]

    assert (status["type"], status["enum"][:4]) == ("string", ["new", "hot", "warm", "cold"])


def test_what_may_be_unknown_is_null_as_openapi_3_1_has_it(document):
    name = document["components"]["schemas"]["Lead"]["properties"]["name"]

    assert name["anyOf"] == [{"type": "string"}, {"type": "null"}]
    assert b"nullable" not in msgspec.json.encode(document)


def test_the_example_of_an_entity_tag_is_that_of_the_example_lead(document):
    lead = operations(document)["get_lead"]["responses"]["200"]["content"]["application/json"]

    assert lead_etag(msgspec.convert(lead["example"], schemas.Lead)) == ENTITY_TAG


# --- That it is whole ----------------------------------------------------------------------------
def test_every_route_that_takes_a_key_is_in_it(document):
    patterns = {str(entry.pattern).replace("<str:", "{").replace(">", "}") for entry in urlpatterns}

    assert {path.removeprefix("/api/v1/") for path in document["paths"]} == patterns
    assert set(operations(document)) == {
        "list_leads", "get_lead", "change_lead_status", "list_conversations", "list_messages",
        "list_events", "get_conversation", "capture_conversation", "capture_messages",
        "capture_batch", "change_conversation_status", "list_webhook_endpoints",
        "create_webhook_endpoint", "get_webhook_endpoint", "change_webhook_endpoint",
        "delete_webhook_endpoint", "test_webhook_endpoint", "roll_webhook_secret",
        "replay_webhook_endpoint", "list_webhook_deliveries", "get_lead_score",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("operation", "table"),
    [("list_leads", LEADS), ("list_conversations", CONVERSATIONS), ("list_messages", MESSAGES)],
)
def test_a_lists_parameters_are_those_that_check_its_query(document, operation, table):
    written = operations(document)[operation]["parameters"]

    assert [parameter["name"] for parameter in written] == [one.name for one in table]
    assert all(parameter["description"] for parameter in written)


def test_bounds_and_defaults_are_said(document):
    by_name = {
        (id_, parameter["name"]): parameter["schema"]
        for id_, operation in operations(document).items()
        for parameter in operation["parameters"]
    }

    assert by_name["list_leads", "limit"] == {
        "type": "integer", "minimum": 1, "maximum": 500, "default": 50,
    }  # fmt: skip
    assert by_name["list_messages", "limit"]["maximum"] == 1000
    assert by_name["list_messages", "limit"]["default"] == 1000
    assert by_name["list_leads", "status"]["type"] == "array"
    assert by_name["list_conversations", "status"]["enum"] == ["open", "closed"]


def test_every_member_of_every_body_is_described(document):
    undescribed = [
        f"{name}.{member}"
        for name, schema in document["components"]["schemas"].items()
        for member, node in schema["properties"].items()
        if not node.get("description")
    ]

    assert undescribed == []


def test_every_sort_of_problem_is_in_it_with_an_example_and_a_remedy(document):
    examples = document["components"]["examples"]

    assert list(examples) == [kind.slug for kind in KINDS]
    for kind in KINDS:
        assert examples[kind.slug]["value"]["type"] == kind.type
        assert examples[kind.slug]["value"]["status"] == kind.status
        assert kind.when
        assert kind.remedy
    shown = {
        slug
        for response in document["components"]["responses"].values()
        for slug in response["content"]["application/problem+json"]["examples"]
    }
    assert shown == set(examples)


def test_what_an_endpoint_may_refuse_follows_from_what_it_is(document):
    statuses = {
        id_: {status for status in operation["responses"] if status != "200"}
        for id_, operation in operations(document).items()
    }
    of_all = {"400", "401", "403", "422", "429", "500", "503"}

    assert statuses == {
        "list_leads": of_all,
        "get_lead": of_all | {"304", "404"},
        "get_lead_score": of_all | {"304", "404"},
        "change_lead_status": of_all | {"404", "412", "413", "415"},
        "list_conversations": of_all,
        "list_messages": of_all | {"404"},
        "list_events": of_all | {"304", "410"},
        "get_conversation": of_all | {"304", "404"},
        "capture_conversation": of_all | {"201", "409", "413", "415"},
        "capture_messages": of_all | {"201", "404", "413", "415"},
        "capture_batch": of_all | {"413", "415"},
        "change_conversation_status": of_all | {"404", "412", "413", "415"},
        "list_webhook_endpoints": of_all,
        "create_webhook_endpoint": of_all | {"201", "413", "415"},
        "get_webhook_endpoint": of_all | {"404"},
        "change_webhook_endpoint": of_all | {"404", "413", "415"},
        "delete_webhook_endpoint": of_all | {"404"},
        "test_webhook_endpoint": of_all | {"404"},
        "roll_webhook_secret": of_all | {"404"},
        "replay_webhook_endpoint": of_all | {"404", "410", "413", "415"},
        "list_webhook_deliveries": of_all | {"404"},
    }


def test_an_endpoint_names_the_keys_that_do_not_cover_it(document):
    def forbidden(id_):
        response = resolved(document, operations(document)[id_]["responses"]["403"])
        return set(response["content"]["application/problem+json"]["examples"])

    of_all = {"https-required", "plan-without-api"}
    assert forbidden("list_leads") == of_all | {"capture-only-key"}
    assert forbidden("change_lead_status") == of_all | {"read-only-key", "capture-only-key"}
    assert forbidden("capture_conversation") == of_all | {"read-only-key"}


def test_answers_name_their_headers(document):
    def headers(id_, status):
        return set(resolved(document, operations(document)[id_]["responses"][status])["headers"])

    counted = {"X-Request-Id", "RateLimit", "RateLimit-Policy"}
    assert headers("list_leads", "200") == counted | {"Link"}
    assert headers("get_lead", "200") == headers("get_lead", "304") == counted | {"ETag"}
    assert headers("change_lead_status", "412") == counted
    assert headers("capture_conversation", "201") == counted | {"Location"}
    assert headers("capture_conversation", "200") == counted | {"Idempotent-Replayed"}
    assert headers("list_leads", "429") == counted | {"Retry-After"}
    assert headers("list_leads", "401") == {"X-Request-Id", "WWW-Authenticate"}
    not_allowed = document["components"]["responses"]["method-not-allowed"]
    assert set(not_allowed["headers"]) == {"X-Request-Id", "Allow"}
