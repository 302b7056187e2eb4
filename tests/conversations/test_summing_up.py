"""What a conversation's row keeps of its messages, against the messages themselves."""

import json
import random
from datetime import timedelta
from io import BytesIO

import pytest
from django.core.management import call_command
from django.db.models import Count, Max

from conversations.importing import Import
from conversations.models import Conversation, ConversationLanguage, Message
from conversations.search import document
from tests.factories import at, make_conversation, make_message

pytestmark = pytest.mark.django_db


def faults() -> list[str]:
    """Every conversation whose row differs from a full count and a full reading."""
    found = []
    counted = Conversation.objects.annotate(
        number=Count("messages"), last=Max("messages__created_at")
    )
    for row in counted:
        last = row.messages.order_by("created_at", "position").last()
        if (row.message_count, row.last_message_at) != (row.number, row.last):
            found.append(f"{row.id}: {row.message_count} messages until {row.last_message_at}")
        if row.last_words != last.content[:200]:
            found.append(f"{row.id}: {row.last_words}")
        contents = [message.content for message in row.messages.order_by("position")]
        said = document(row.organisation_id, contents, row.languages_used)
        if vector(row.search) != vector(said):
            found.append(f"{row.id}: {row.search}")
    return found


def vector(text: str) -> set[str]:
    return set(text.split())


def imported(organisation, *conversations) -> None:
    lines = b"\n".join(json.dumps(one).encode() for one in conversations)
    run = Import(
        organisation,
        on_rejection=lambda rejection: pytest.fail(rejection.reason),
        on_difference=lambda _: None,
        on_progress=lambda _: None,
    )
    run.run(BytesIO(lines))


def test_an_import_keeps_rows_true_whatever_the_order_of_times(agency):
    chance = random.Random(4)
    words = ["garden", "Émile", "O'Brien", "شقة", "flat", "\u202eevil", "x" * 300, "it's", "☂"]
    began = at("2026-06-01 09:00")
    imported(
        agency,
        *(
            {
                "external_id": f"talk {n}",
                "channel": "sms",
                "language": chance.choice(["en", "pl", "pt-BR"]),
                "started_at": began.isoformat(),
                "messages": [
                    {
                        "role": chance.choice(["user", "assistant"]),
                        "content": " ".join(chance.choices(words, k=chance.randint(1, 60))),
                        "created_at": (began + timedelta(minutes=chance.randint(0, 9))).isoformat(),
                    }
                    for _ in range(chance.randint(1, 12))
                ],
            }
            for n in range(30)
        ),
    )

    assert Conversation.objects.count() == 30
    assert faults() == []


def test_the_demo_keeps_rows_true(db):
    call_command("load_demo", organisations=2, leads=60, verbosity=0)

    assert Conversation.objects.count() >= 60
    assert faults() == []


def test_a_message_more_moves_all_that_the_row_keeps(agency):
    conversation = make_conversation(agency, messages=3)
    assert faults() == []
    later = conversation.created_at + timedelta(days=1)
    Message.objects.create(
        organisation=agency, conversation=conversation, position=3, role="user",
        content="Goodbye", created_at=later,
    )  # fmt: skip
    assert len(faults()) == 3  # the count and the time, the last words, the vector

    conversation.sum_up()

    assert faults() == []
    conversation.refresh_from_db()
    assert conversation.last_words == "Goodbye"


def test_an_agencys_languages_are_noted_once_each(agency, other_agency):
    for n, language in enumerate(["pl", "pt-BR", "PT-br", "pl"]):
        said = {"role": "user", "content": "Dom", "created_at": "2026-06-01T09:00:00Z"}
        one = {"channel": "sms", "started_at": said["created_at"], "messages": [said]}
        imported(agency, one | {"external_id": str(n), "language": language})

    noted = ConversationLanguage.objects.for_organisation(agency).values_list("code", flat=True)

    assert sorted(noted) == ["pl", "pt-br"]
    assert not ConversationLanguage.objects.for_organisation(other_agency).exists()


def test_a_message_of_an_earlier_time_leaves_the_last_words(agency):
    conversation = make_conversation(agency, messages=2)

    make_message(conversation, content="Late", created_at=at("2020-01-01 09:00"))

    conversation.refresh_from_db()
    assert (conversation.message_count, conversation.last_words) == (3, "Message 1")
