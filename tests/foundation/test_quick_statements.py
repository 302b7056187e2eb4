"""Kept queries and rows that are inserted together: as the ORM has it, whatever the values."""

import psycopg
import pytest
from django.db import DataError, IntegrityError, OperationalError, transaction

from conversations.models import Conversation, Message
from foundation.database.kept_queries import KeptQuery
from foundation.database.rows import Rows, write_together
from foundation.database.statements import ask, change_and_commit
from foundation.ids import uuid7
from leads.models import Lead
from organisations.models import Organisation
from tests.factories import at, make_conversation, make_lead, make_organisation, make_user
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
        write_together(Rows(Lead, LEAD, [lead]), Rows(Message, MESSAGE, said))

    assert len(sent) == 1
    row = Lead.objects.get(id=lead_id)
    assert tuple(getattr(row, field) for field in LEAD) == lead
    assert list(Message.objects.order_by("position").values_list("content", flat=True)) == list(
        HOSTILE
    )


def test_no_rows_are_no_statement(db):
    with statements_sent() as sent:
        write_together(Rows(Lead, LEAD, []))

    assert sent == []


def test_a_text_that_is_too_long_and_a_row_that_points_nowhere_are_refused(agency):
    lead = make_lead(agency)
    too_long = (uuid7(), agency.id, "sms", "new", False, False, [], "x" * 201, at("2026-06-01"))
    lost = (uuid7(), agency.id, uuid7(), 0, "user", "Hello")

    with pytest.raises(DataError), transaction.atomic():
        write_together(Rows(Lead, LEAD, [too_long]))
    with pytest.raises(IntegrityError), transaction.atomic():
        write_together(Rows(Message, MESSAGE, [lost]))
    assert list(Lead.objects.all()) == [lead]


def test_rows_that_stand_are_changed_and_others_left_alone(agency):
    changed, other = make_lead(agency, name="Ada", area="Roath"), make_lead(agency, name="Bea")

    write_together(Rows(Lead, ("id", "name"), [(changed.id, 'Zoë "Z"')], stand=True))

    assert dict(Lead.objects.values_list("name", "area")) == {'Zoë "Z"': "Roath", "Bea": other.area}


# --- The commit that goes along ------------------------------------------------------------------
RENAME = "UPDATE organisations_organisation SET name = %(name)s WHERE id = %(id)s RETURNING name"
LEAVE = "DELETE FROM organisations_user WHERE id = %(id)s RETURNING id"
TAKE_PLACE = "UPDATE organisations_organisation SET slug = 'taken' RETURNING id"


def names_elsewhere(meanwhile) -> list[str]:
    return meanwhile(lambda: list(Organisation.objects.values_list("name", flat=True)))()


@pytest.mark.django_db(transaction=True)
def test_a_last_statement_is_committed_with_it(meanwhile):
    agency = make_organisation()

    with transaction.atomic():
        rows = change_and_commit(RENAME, {"name": "Renamed", "id": agency.id})
        assert names_elsewhere(meanwhile) == ["Renamed"]

    assert rows == [("Renamed",)]


@pytest.mark.django_db(transaction=True)
def test_a_last_statement_within_a_savepoint_leaves_the_commit_to_whoever_began(meanwhile):
    agency = make_organisation()

    with transaction.atomic():
        with transaction.atomic():
            change_and_commit(RENAME, {"name": "Renamed", "id": agency.id})
        assert names_elsewhere(meanwhile) == [agency.name]

    assert names_elsewhere(meanwhile) == ["Renamed"]


@pytest.mark.django_db(transaction=True)
def test_a_last_statement_that_fails_takes_all_with_it_and_the_connection_goes_on():
    agencies = [make_organisation(), make_organisation()]

    with pytest.raises(IntegrityError):
        rename_all_and_take_one_place()

    assert set(Organisation.objects.all()) == set(agencies)
    assert not Organisation.objects.filter(name="Renamed").exists()


@transaction.atomic
def rename_all_and_take_one_place() -> None:
    Organisation.objects.update(name="Renamed")
    change_and_commit(TAKE_PLACE, {})


@pytest.mark.django_db(transaction=True)
def test_a_commit_that_fails_is_told_and_the_connection_goes_on():
    agency = make_organisation()
    admin = make_user(agency, role="admin")

    with pytest.raises(IntegrityError), transaction.atomic():
        change_and_commit(LEAVE, {"id": admin.id})  # refused when it is committed

    assert list(agency.people.all()) == [admin]


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_is_lost_meanwhile_is_told_and_replaced():
    with pytest.raises(OperationalError), transaction.atomic():
        change_and_commit("SELECT pg_terminate_backend(pg_backend_pid())", {})

    assert not Organisation.objects.exists()


# --- A connection that breaks without a word -----------------------------------------------------
@pytest.mark.django_db(transaction=True)
def test_what_is_read_over_a_broken_connection_is_asked_over_a_new_one(broken):
    assert ask("SELECT 1", {}) == [(1,)]


@pytest.mark.django_db(transaction=True)
def test_a_broken_connection_is_told_as_such_where_nothing_may_be_asked_twice(broken):
    with pytest.raises(psycopg.OperationalError):
        ask("SELECT 1", {}, again=False)
    with pytest.raises(OperationalError), transaction.atomic():
        change_and_commit(RENAME, {"name": "Renamed", "id": uuid7()})
