"""docs/capture.md: its programs run as they stand, and repeat without harm."""

import re
from pathlib import Path

import pytest

from conversations.models import Conversation
from leads.models import Lead
from tests.factories import make_key

pytestmark = pytest.mark.django_db(transaction=True)

GUIDE = Path(__file__).parents[2] / "docs" / "capture.md"


def program(language: str, holding: str, address: str = "") -> str:
    blocks = re.findall(rf"```{language}\n(.*?)```", GUIDE.read_text(), re.S)
    return next(code for code in blocks if holding in code).replace("ADDRESS", address)


def said() -> list[tuple[str, str]]:
    messages = Conversation.objects.get().messages.in_order_of_time()
    return list(messages.values_list("role", "content"))


@pytest.fixture
def key(agency) -> str:
    return make_key(agency, scope="capture")[1]


def test_the_python_sender_keeps_one_conversation_in_step_and_repeats_safely(
    live_server, key, monkeypatch
):
    monkeypatch.setenv("SIFT_API_KEY", key)
    names: dict = {}
    exec(program("python", "def send", live_server.url), names)  # noqa: S102 - our own

    names["turn"]("user", "Hello")
    names["turn"]("assistant", "Good morning!")
    names["talk"]["lead"]["email"] = "ada@example.com"
    names["turn"]("user", "I'd like a flat")
    names["send"](names["talk"])

    assert said() == [
        ("user", "Hello"),
        ("assistant", "Good morning!"),
        ("user", "I'd like a flat"),
    ]
    assert Lead.objects.get().email == "ada@example.com"


def test_a_talk_of_chatwoots_arrives_without_its_agents_notes(live_server, key, monkeypatch):
    monkeypatch.setenv("SIFT_API_KEY", key)
    names: dict = {}
    for holding in ("def send", "def from_chatwoot"):
        exec(program("python", holding, live_server.url), names)  # noqa: S102 - our own
    event = {
        "event": "conversation_resolved",
        "id": 101,
        "channel": "Channel::WebWidget",
        "additional_attributes": {"referer": "https://harbour-vale.example/homes/12"},
        "meta": {"sender": {"name": "Ada Byrne", "email": None, "phone_number": "+447700900123"}},
    }
    messages = [
        {"id": 2, "message_type": 1, "content": "Good morning!"},
        {"id": 1, "message_type": 0, "content": "Hello"},
        {"id": 3, "message_type": 1, "content": "Is she the one of last week?", "private": True},
        {"id": 4, "message_type": 2, "content": "Priya resolved the conversation"},
    ]

    for _ in range(2):
        names["send"](names["from_chatwoot"](event, messages))

    lead = Lead.objects.get()
    assert said() == [("user", "Hello"), ("assistant", "Good morning!")]
    assert (lead.name, lead.phone) == ("Ada Byrne", "+447700900123")
    assert lead.origin_url == "https://harbour-vale.example/homes/12"
