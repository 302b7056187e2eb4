"""What comes at once is told apart: each taken once, those of one number or thread together."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from conversations.intake_addresses import IntakeKind
from conversations.models import Conversation, Message
from leads.models import Lead
from tests.conversations.intake.test_mail import postmark
from tests.conversations.intake.test_sms import form
from tests.factories import make_intake

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(path: str, posts: list[dict[str, Any]], **how: Any) -> list[int]:
    def post(said: dict[str, Any]) -> int:
        try:
            return Client().post(path, said, **how).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(len(posts)) as pool:
        return list(pool.map(post, posts))


def test_messages_of_one_number_come_to_one_conversation(agency):
    address = make_intake(agency, IntakeKind.SMS)
    posts = [form(f"SM{n // 2}", f"Message {n // 2}") for n in range(8)]

    assert at_once(address.path, posts) == [200] * 8
    assert Lead.objects.count() == Conversation.objects.count() == 1
    assert Message.objects.count() == 4


def test_letters_of_one_thread_come_to_one_conversation(agency):
    address = make_intake(agency, IntakeKind.MAIL)
    posts = [
        postmark(f"Letter {n // 2}", headers={"Message-ID": f"<{n // 2}@x>", "References": "<r@x>"})
        for n in range(8)
    ]

    statuses = at_once(address.path, posts, content_type="application/json")

    assert statuses == [200] * 8
    assert Lead.objects.count() == Conversation.objects.count() == 1
    assert Message.objects.count() == 4
