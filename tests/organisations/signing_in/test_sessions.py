"""Sessions: how long they last, whose they are, and what the table gives away."""

from datetime import timedelta

import pytest
from django.db import connection
from django.db.models.functions import Now
from django.test import Client
from django.utils import timezone

from organisations.models import Session
from tests.factories import make_session
from tests.statements import statements_sent
from tests.test_rules_in_the_database import refused

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def let_pass(**columns: timedelta) -> None:
    """Every session's times lie so much further back."""
    Session.objects.update(**{name: Now() - ago for name, ago in columns.items()})


def is_in(client: Client) -> bool:
    return client.get("/settings/profile/").status_code == 200


@pytest.mark.parametrize(("idle", "stays"), [(11.9 * HOUR, True), (12.1 * HOUR, False)])
def test_twelve_hours_without_use_end_a_session(signed_in, idle, stays):
    let_pass(last_seen_at=idle)

    assert is_in(signed_in) is stays


@pytest.mark.parametrize(("age", "stays"), [(6.9 * DAY, True), (7.1 * DAY, False)])
def test_seven_days_end_a_session_however_much_it_was_used(signed_in, age, stays):
    let_pass(signed_in_at=age)

    assert is_in(signed_in) is stays


def test_use_keeps_a_session_alive(signed_in):
    let_pass(last_seen_at=8 * HOUR)
    assert is_in(signed_in)

    assert Session.objects.get().last_seen_at > timezone.now() - HOUR


def test_a_new_proof_of_identity_makes_no_session_older_than_seven_days(signed_in):
    let_pass(signed_in_at=6 * DAY)
    session = signed_in.session
    session.cycle_key()
    session.save()
    signed_in.cookies["sift_session"] = session.session_key

    assert is_in(signed_in)
    assert Session.objects.get().signed_in_at < timezone.now() - 5 * DAY


def test_the_table_holds_no_key_that_a_thief_could_use(signed_in):
    key = signed_in.cookies["sift_session"].value

    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(s::text, '') FROM organisations_session s")
        (everything,) = cursor.fetchone()

    assert key not in everything


def test_a_session_knows_its_person_and_their_organisation(signed_in, agent):
    (session,) = Session.objects.of(agent)

    assert session.organisation_id == agent.organisation_id


def test_a_session_cannot_cross_into_another_agency(signed_in, other_agency):
    refused(
        "organisations_session_person_same_organisation",
        "UPDATE organisations_session SET organisation_id = %s",
        other_agency.id,
    )


def test_a_session_with_a_person_has_an_organisation(signed_in):
    refused(
        "organisations_session_person_with_organisation",
        "UPDATE organisations_session SET organisation_id = NULL",
    )


def test_a_page_asks_once_for_the_session_and_once_for_the_person(signed_in):
    signed_in.get("/settings/profile/two-step/")

    with statements_sent() as sent:
        signed_in.get("/settings/profile/two-step/")

    asked = [statement for statement in sent if "organisations_session" in statement]
    assert len(asked) <= 1
    assert len(sent) == 4  # and once for each thing that the page shows: an app, and passkeys


def test_sessions_that_ended_by_themselves_are_cleared_away_at_sign_ins(client, agent):
    gone = make_session(agent)
    let_pass(last_seen_at=13 * HOUR)

    client.post("/sign-in/", {"username": agent.email, "password": "correct horse battery staple"})

    assert not Session.objects.filter(pk=gone.pk).exists()
