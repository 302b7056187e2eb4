"""Telling anew: a replay, one event, all that failed, a test; and what is forgotten."""

from datetime import timedelta

import pytest
from django.utils import timezone

from leads.erasure import erase
from organisations.actors import SYSTEM, Actor
from tests.factories import arrived_lead, make_delivery, make_endpoint, move_lead
from tests.webhooks.conftest import make_due
from tests.webhooks.receivers import Answer
from webhooks.forgetting import drop_old, forget_erased
from webhooks.models import Delivery, Endpoint, Waiting
from webhooks.redelivering import (
    position_before,
    redeliver,
    redeliver_failed,
    replay,
    send_test,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def endpoint(agency, there) -> Endpoint:
    return make_endpoint(agency, there.url)


def test_a_replay_tells_again_from_there_with_the_same_ids(agency, there, endpoint, tell):
    for _ in range(3):
        arrived_lead(agency)
    tell()
    first = {got.event["position"]: got.headers["webhook-id"] for got in there.received}
    there.received.clear()

    replay(endpoint, 1, by=SYSTEM)
    tell()

    again = {got.event["position"]: got.headers["webhook-id"] for got in there.received}
    assert again == {position: first[position] for position in (2, 3)}


def test_a_new_endpoint_may_begin_at_the_beginning(agency, there, tell):
    arrived_lead(agency)
    endpoint = make_endpoint(agency, there.url)

    replay(endpoint, 0, by=SYSTEM)
    tell()

    assert there.positions == [1]


def test_a_replay_passes_what_waits_and_each_waits_once(agency, there, endpoint, tell):
    lead = arrived_lead(agency)
    move_lead(lead, "contacted", by=SYSTEM)
    there.answers_with(500)
    tell()
    replay(endpoint, 0, by=SYSTEM)
    tell()
    assert there.positions == [1]  # the next waits behind it, and it waits still
    there.answers_with(200)
    make_due(endpoint)
    tell()

    assert there.positions == [1, 1, 2]
    assert not Waiting.objects.exists()


def test_a_replay_amid_a_turn_stands(agency, there, endpoint, tell):
    """The turn that is under way ends, and what it has told does not move the place on."""
    for _ in range(3):
        arrived_lead(agency)
    asked = []

    def set_back(got):
        with there.lock:
            is_first = not asked
            asked.append(got)
        return Answer(200 if is_first else 204)

    there.answers = set_back
    tell()
    assert Endpoint.objects.get().position == 3
    replay(endpoint, 2, by=SYSTEM)
    tell()

    assert there.positions[-1] == 3
    assert Endpoint.objects.get().position == 3


def test_from_a_moment_on_is_from_the_first_change_of_then(agency, there, endpoint):
    before = timezone.now() - timedelta(hours=1)
    arrived_lead(agency)
    arrived_lead(agency)

    assert position_before(agency, before) == 0
    assert position_before(agency, timezone.now() + timedelta(hours=1)) == 2


def test_one_event_is_told_once_more(agency, there, endpoint, tell):
    arrived_lead(agency)
    arrived_lead(agency)
    tell()

    redeliver(Delivery.objects.get(position=1))
    tell()

    assert sorted(there.positions) == [1, 1, 2]
    assert not Waiting.objects.exists()


def test_one_that_waits_is_tried_at_once(agency, there, endpoint, tell):
    there.answers_with(503, Retry_After="3600")
    arrived_lead(agency)
    tell()
    there.answers_with(200)
    assert tell() == 0

    redeliver(Delivery.objects.get())
    tell()

    assert there.positions == [1, 1]
    assert [each.number for each in Delivery.objects.order_by("created_at")] == [1, 2]


def test_all_that_failed_are_told_what_was_given_up_too(agency, there, endpoint, tell):
    there.answers_with(500)
    given_up, waits = arrived_lead(agency), arrived_lead(agency)
    tell()
    Waiting.objects.filter(line=given_up.id).update(due_at=None, given_up_at=timezone.now())
    there.answers_with(200)
    assert tell() == 0

    assert redeliver_failed(endpoint) == 2
    tell()

    assert sorted(there.positions) == [1, 1, 2, 2]
    assert waits.id
    assert not Waiting.objects.exists()
    assert redeliver_failed(endpoint) == 0


def test_a_test_is_sent_once_whatever_comes_back(agency, there, endpoint, tell):
    there.answers_with(500, b"not now")
    test = send_test(endpoint)
    tell()

    [received] = there.received
    assert received.json["type"] == "webhook.test"
    assert received.event["position"] == 0
    assert received.event["id"] == str(test.event_id) == received.headers["webhook-id"]
    [delivery] = Delivery.objects.all()
    assert (delivery.is_test, delivery.status, delivery.answer) == (True, 500, "not now")
    assert not Waiting.objects.exists()
    assert tell() == 0


# --- What is forgotten ----------------------------------------------------------------------------
def test_the_log_is_kept_for_thirty_days(agency, endpoint):
    now = timezone.now()
    make_delivery(endpoint, created_at=now - timedelta(days=30, minutes=1))
    kept = make_delivery(endpoint, created_at=now - timedelta(days=29))

    drop_old()

    assert [each.pk for each in Delivery.objects.all()] == [kept.pk]


def test_what_came_back_about_an_erased_person_is_forgotten(agency, admin, there, endpoint, tell):
    there.answers_with(200, b"hello Zoe")
    erased, other = arrived_lead(agency, name="Zoe"), arrived_lead(agency)
    tell()

    erase(erased, agency, by=Actor.for_person(admin))
    forget_erased()

    answers = dict(Delivery.objects.values_list("lead_id", "answer"))
    assert answers == {erased.id: None, other.id: "hello Zoe"}
