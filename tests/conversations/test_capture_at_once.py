"""Captures at the same time: one transaction is held open while another comes in its way."""

import io

import pytest
from django.db import connection

from conversations.capture import capture
from conversations.importing import Import
from conversations.models import Conversation
from leads.models import Lead
from organisations.changes.numbering import numbered_last
from tests.conversations.test_capture import received
from tests.conversations.test_importing import lines
from tests.conversations.test_intake_format import line
from tests.factories import make_organisation
from tests.waiting import wait_until_somebody_waits_for

pytestmark = pytest.mark.django_db(transaction=True)


def look_for_deadlocks_after(time: str) -> None:
    """How long this connection waits for a lock before it looks whether it would wait for ever;
    within a transaction until that ends."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('deadlock_timeout', %s, %s)", [time, connection.in_atomic_block]
        )


def import_of(agency, content: bytes):
    said = []
    run = Import(agency, on_rejection=said.append, on_difference=said.append, on_progress=id)
    return run.run(io.BytesIO(content)), said


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"email": "ada@example.com"}, {"email": " ADA@example.com"}),
        ({"phone": "07700 900123"}, {"phone": "+447700900123"}),
        (
            {"email": "ada@example.com", "phone": "07700 900123"},
            {"phone": "07700900123"},
        ),
    ],
)
def test_one_person_arriving_twice_at_once_is_one_lead(meanwhile, first, second):
    agency = make_organisation()

    with numbered_last():
        capture(agency, [received("1", **first)])
        other = meanwhile(lambda: capture(agency, [received("2", **second)]))
        wait_until_somebody_waits_for("advisory")
    other()

    assert Lead.objects.get().conversations.count() == 2


def test_people_who_have_nothing_in_common_do_not_wait_for_each_other(meanwhile):
    agency, other_agency = make_organisation(), make_organisation()

    with numbered_last():
        capture(agency, [received("1", email="ada@example.com")])
        meanwhile(lambda: capture(agency, [received("2", email="bea@example.com")]))()
        meanwhile(lambda: capture(other_agency, [received("1", email="ada@example.com")]))()

    assert Lead.objects.count() == 3


def test_one_conversation_arriving_twice_at_once_is_one_conversation(meanwhile):
    agency = make_organisation()
    both = lines(line(external_id="a"), line(external_id="b"))

    with numbered_last():
        capture(agency, [received("b")])
        other = meanwhile(lambda: import_of(agency, both))
        wait_until_somebody_waits_for("advisory")
    report, said = other()

    assert (report.created, report.unchanged, report.rejected) == (1, 1, 0)
    assert said == [2]  # it differs from what the other brought
    assert Conversation.objects.count() == Lead.objects.count() == 2


def test_an_import_that_loses_a_deadlock_tries_again(meanwhile):
    """Each waits for the other's conversation, and the importer is the one that is stopped."""
    agency = make_organisation()
    both = lines(line(external_id="a"), line(external_id="b"))

    def importer():
        look_for_deadlocks_after("4s")  # once; by then the other has come to wait for it
        return import_of(agency, both)

    with numbered_last():
        look_for_deadlocks_after("60s")
        capture(agency, [received("b")])
        other = meanwhile(importer)
        wait_until_somebody_waits_for("advisory")
        capture(agency, [received("a")])
    report, _ = other()

    assert (report.read, report.unchanged, report.rejected) == (2, 2, 0)
    assert Conversation.objects.count() == 2
