"""Kept queries and rows that are inserted together: as the ORM has it, whatever the values."""

import pytest
from django.db import DataError, IntegrityError, transaction

from conversations.models import Conversation, Message
from foundation.database.inserting import Rows, insert_together
from foundation.database.kept_queries import KeptQuery
from foundation.ids import uuid7
from leads.models import Lead
from tests.factories import at, make_conversation, make_lead
from tests.statements import statements_sent

pytestmark = pytest.mark.django_db

HOSTILE = ('"', "\\", "{}", "a,b", "NULL", "%s", "%(texts)s", "é\u202e", "'); --", " ", "\n")
BY_NAME = KeptQuery(
    lambda: Conversation.objects.filter(
        organisation__given="agency", external_id__given_any="texts", channel="website"
    ).values_list("id", "external_id")
)
LEAD = (
    "id", "organisation_id", "source", "status", "moved_on", "viewing_requested", "hand_set",
    "name", "created_at",
)  # fmt: skip
MESSAGE = ("id", "organisation_id", "conversation_id", "position", "role", "content")


def test_a_kept_query_finds_whatever_is_given(agency, other_agency):
    ids = {text: make_conversation(agency, external_id=text).id for text in HOSTILE}
    make_conversation(other_agency, external_id=HOSTILE[0])
    make_conversation(agency, external_id="sms", channel="sms")

    for text in HOSTILE:
        assert BY_NAME.ask(agency=agency.id, texts=[text]) == [(ids[text], text)]
    found = BY_NAME.ask(agency=agency.id, texts=[*HOSTILE, "sms"])
    assert {text: id_ for id_, text in found} == ids
    assert BY_NAME.ask(agency=agency.id, texts=[]) == []


def test_rows_of_several_tables_that_point_at_each_other_come_in_one_statement(agency):
    lead_id, conversation = uuid7(), make_conversation(agency)
    began = at("2026-06-01 09:30:00.123456")
    lead = (lead_id, agency.id, "sms", "new", False, True, ["name", 'a"b'], "Zoë\\", began)
    said = [
        (uuid7(), agency.id, conversation.id, n, "user", text) for n, text in enumerate(HOSTILE)
    ]

    with statements_sent() as sent:
        insert_together(Rows(Lead, LEAD, [lead]), Rows(Message, MESSAGE, said))

    assert len(sent) == 1
    row = Lead.objects.get(id=lead_id)
    assert tuple(getattr(row, field) for field in LEAD) == lead
    assert list(Message.objects.order_by("position").values_list("content", flat=True)) == list(
        HOSTILE
    )


def test_no_rows_are_no_statement(db):
    with statements_sent() as sent:
        insert_together(Rows(Lead, LEAD, []))

    assert sent == []


def test_a_text_that_is_too_long_and_a_row_that_points_nowhere_are_refused(agency):
    lead = make_lead(agency)
    too_long = (uuid7(), agency.id, "sms", "new", False, False, [], "x" * 201, at("2026-06-01"))
    lost = (uuid7(), agency.id, uuid7(), 0, "user", "Hello")

    with pytest.raises(DataError), transaction.atomic():
        insert_together(Rows(Lead, LEAD, [too_long]))
    with pytest.raises(IntegrityError), transaction.atomic():
        insert_together(Rows(Message, MESSAGE, [lost]))
    assert list(Lead.objects.all()) == [lead]
