"""A client generated from the document, as an integrator would have it, against a real server."""

import importlib
import subprocess
import sys
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path

import pytest
from django.test import Client

from sift_site.reference.openapi import document
from tests.factories import (
    make_conversation,
    make_delivery,
    make_endpoint,
    make_key,
    make_lead,
)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module")
def generated(tmp_path_factory) -> Iterator[str]:
    """The name of a package that openapi-python-client has made."""
    folder: Path = tmp_path_factory.mktemp("generated")
    source, settings = folder / "openapi.json", folder / "settings.yaml"
    source.write_bytes(Client().get("/api/v1/openapi.json").content)
    settings.write_text("post_hooks: []\n")  # no formatter is looked for
    command = [
        *[sys.executable, "-m", "openapi_python_client", "generate", "--meta", "none"],
        *["--path", str(source), "--output-path", str(folder / "generated_sift_client")],
        *["--config", str(settings), "--fail-on-warning"],
    ]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    with pytest.MonkeyPatch.context() as patched:
        patched.syspath_prepend(folder)
        yield "generated_sift_client"
    for name in [name for name in sys.modules if name.startswith("generated_sift_client")]:
        del sys.modules[name]


@pytest.fixture
def load(generated: str):
    """A module of the generated package, by its name within it."""
    return lambda name: importlib.import_module(f"{generated}.{name}")


@pytest.fixture
def sift(load, live_server, agency):
    """The generated client with a key of the agency."""
    return load("client").AuthenticatedClient(
        base_url=live_server.url, token=make_key(agency)[1], follow_redirects=False
    )


def test_a_generated_client_lists_reads_and_patches(load, sift, agency):
    lead = make_lead(agency, name="Amara Osei", score=81, status="hot")
    make_conversation(agency, lead, messages=2)
    make_lead(agency, status="cold")
    models = load("models")

    page = load("api.leads.list_leads").sync(
        client=sift, status=[models.ListLeadsStatusItem.HOT], limit=10
    )
    assert [(str(row.id), row.name, row.score) for row in page.data] == [
        (str(lead.id), "Amara Osei", 81)
    ]
    assert (page.has_more, page.next_cursor, page.data[0].email) == (False, None, None)

    read = load("api.leads.get_lead").sync_detailed(page.data[0].id, client=sift)
    assert read.status_code == HTTPStatus.OK
    assert read.parsed == page.data[0]

    change = models.StatusChange(status=models.StatusChangeStatus.CONTACTED)
    patch = load("api.leads.change_lead_status")
    moved = patch.sync(lead.id, client=sift, body=change, if_match=read.headers["ETag"])
    assert moved.status is models.LeadStatus.CONTACTED
    lead.refresh_from_db()
    assert lead.status == "contacted"

    stale = patch.sync(lead.id, client=sift, body=change, if_match=read.headers["ETag"])
    assert isinstance(stale, models.ProblemDetails)
    assert stale.type_ == "/api/docs/#changed-meanwhile"

    chats = load("api.conversations.list_conversations").sync(client=sift, lead_id=lead.id)
    said = load("api.conversations.list_messages").sync(chats.data[0].id, client=sift)
    assert [message.content for message in said.data] == ["Message 0", "Message 1"]


LISTS = {  # by the operation's id, the folder that its tag gave it
    operation["operationId"]: operation["tags"][0].lower()
    for item in document()["paths"].values()
    for method, operation in item.items()
    if method == "get" and any(one["name"] == "cursor" for one in operation["parameters"])
}


def test_a_generated_client_pages_through_every_list(load, sift, agency):
    lead = make_lead(agency)
    conversation = make_conversation(agency, lead, messages=5)
    for _ in range(4):
        make_conversation(agency)
    endpoint = make_endpoint(agency)
    for number in range(1, 6):
        make_delivery(endpoint, number=number)
    of_one = {
        "list_messages": [conversation.id],
        "list_webhook_deliveries": [endpoint.id],
    }

    for operation, folder in LISTS.items():
        ask = load(f"api.{folder}.{operation}").sync
        said = of_one.get(operation, [])
        page = ask(*said, client=sift, limit=2)
        rows = list(page.data)
        while page.next_cursor is not None:
            page = ask(*said, client=sift, limit=2, cursor=page.next_cursor)
            assert isinstance(page.data, list), f"{operation}: {page}"
            rows += page.data

        assert len({row.id for row in rows}) == len(rows) == 5, operation


def test_a_generated_client_captures_and_follows_the_feed_page_by_page(load, sift, agency):
    models = load("models")
    capture = load("api.capture.capture_conversation")
    events = load("api.events.list_events")

    start = events.sync(client=sift, after=models.ListEventsAfterType1.LATEST).position
    for number in range(3):
        said = models.PostedMessage(role=models.PostedMessageRole.USER, content="Hello")
        talk = models.PostedConversation(
            channel=models.PostedConversationChannel.WEBSITE,
            messages=[said],
            external_id=f"chat-{number}",
        )
        answers = [capture.sync_detailed(client=sift, body=talk) for _ in range(2)]
        assert [answer.status_code for answer in answers] == [201, 200]
        assert answers[0].parsed.conversation == answers[1].parsed.conversation

    told, page = [], events.sync(client=sift, after=start, limit=2)
    while True:
        told += page.data
        if not page.has_more:
            break
        page = events.sync(client=sift, after=page.position, limit=2)

    assert [event.position for event in told] == list(range(start + 1, page.latest + 1))
    assert {event.type_ for event in told} >= {"lead.created", "conversation.created"}
    lead_ids = {str(event.lead_id) for event in told}
    assert lead_ids == {str(id_) for id_ in agency.leads.values_list("id", flat=True)}
