"""The first lead: a key that can only send, made in one step with the line that sends with it."""

import json
import re
import shlex

import msgspec
import pytest
from django.utils.html import escape

from apikeys.models import ApiKey
from conversations.capture import capture
from conversations.intake_format import ReceivedConversation
from foundation.web.form_ids import FIELD
from leads.models import Lead
from organisations.models import AuditEntry
from tests.factories import make_key
from tests.signing_in import let_proof_grow_old

pytestmark = pytest.mark.django_db

PAGE = "/settings/api-keys/first-lead/"


def make(client, name="Website chat", **more):
    return client.post(PAGE, {"name": name} | more)


def shown_key(answer) -> str | None:
    found = re.search(r'id="new-key"[^>]*value="([^"]+)"', answer.content.decode())
    return found and found[1]


def test_the_key_is_shown_once_in_the_line_that_sends_with_it(signed_in_admin, admin):
    answer = make(signed_in_admin)

    text, key = shown_key(answer), ApiKey.objects.get()
    assert (key.name, key.scope, key.created_by) == ("Website chat", "capture", admin)
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "private, no-store"
    line = answer.context["shown"].curl
    assert f"Bearer {text}" in line
    assert escape(line) in answer.content.decode()
    assert text not in signed_in_admin.get(PAGE).content.decode()
    assert AuditEntry.objects.filter(action="key_created").count() == 1


def test_the_line_posts_what_a_capture_takes_to_this_servers_own_address(
    signed_in_admin, agency, settings
):
    settings.SIFT_URL = "https://sift.example.co.uk"

    page = signed_in_admin.get(PAGE)

    words = shlex.split(page.context["line"].replace("\\\n", ""))
    assert words[1] == "https://sift.example.co.uk/api/v1/conversations"
    assert "Authorization: Bearer $SIFT_API_KEY" in words
    sent = json.loads(words[words.index("-d") + 1])
    sent["started_at"] = "2026-06-01T09:30:00Z"  # the server's own, as are the messages' times
    for message in sent["messages"]:
        message["created_at"] = sent["started_at"]
    received = msgspec.convert(sent, ReceivedConversation)
    for _ in range(2):  # sent twice it stays one
        capture(agency, [received])
    assert Lead.objects.get().name == "First Try"


def test_a_name_that_is_taken_makes_no_second_key(signed_in_admin, agency):
    make_key(agency, name="website CHAT")

    answer = make(signed_in_admin)

    assert answer.status_code == 422
    assert "Another key has this name" in answer.content.decode()
    assert shown_key(answer) is None
    assert ApiKey.objects.count() == 1


def test_the_form_pressed_twice_shows_the_same_key(signed_in_admin, agency):
    first, second = (make(signed_in_admin, **{FIELD: "the-same-form"}) for _ in range(2))

    assert shown_key(first) == shown_key(second) is not None
    assert ApiKey.objects.count() == 1


def test_it_needs_a_recent_proof_of_identity(signed_in_admin, agency):
    let_proof_grow_old(signed_in_admin)

    assert make(signed_in_admin).status_code == 422
    assert not ApiKey.objects.exists()


def test_an_agent_makes_no_key(signed_in):
    assert signed_in.get(PAGE).status_code == 403
    assert make(signed_in).status_code == 403


def test_on_starter_the_plan_is_said_and_no_key_is_made(signed_in_admin, agency):
    agency.plan = "starter"
    agency.save(update_fields=["plan"])

    page = signed_in_admin.get(PAGE).content.decode()

    assert "Starter plan, which has no API" in page
    assert "curl" not in page
    assert make(signed_in_admin).status_code == 403
    assert not ApiKey.objects.exists()


def test_a_key_that_only_sends_is_tried_by_sending_wherever_it_was_made(signed_in_admin):
    form = {"name": "Chat", "scope": "capture", "expires": "never"}

    answer = signed_in_admin.post("/settings/api-keys/", form)

    assert "/api/v1/conversations" in answer.context["shown"].curl
