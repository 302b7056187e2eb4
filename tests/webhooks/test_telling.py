"""An endpoint is told what happens: signed, at least once, in order for each lead."""

import pytest
from standardwebhooks import Webhook

from leads.erasure import erase
from organisations.actors import SYSTEM, Actor
from organisations.agency import account
from organisations.models import Plan
from tests.api.conftest import client_of
from tests.factories import arrived_lead, make_endpoint, make_lead, move_lead
from tests.webhooks.conftest import make_due
from tests.webhooks.receivers import Answer
from webhooks.models import Delivery, Endpoint, Waiting
from webhooks.setting_up import roll_secret

pytestmark = pytest.mark.django_db


@pytest.fixture
def endpoint(agency, there) -> Endpoint:
    return make_endpoint(agency, there.url)


def test_a_change_is_told_as_the_feed_tells_it(agency, there, endpoint, tell):
    lead = arrived_lead(agency, name="Zoë Byrne", area="Roath")
    tell()

    [received] = there.received
    [event] = client_of(agency).get("/api/v1/events").json()["data"]
    assert received.json == {
        "type": "lead.created",
        "timestamp": event["created_at"],
        "data": event,
    }
    assert received.event["lead"]["id"] == str(lead.id)
    assert received.headers["webhook-id"] == event["id"]
    assert received.headers["content-type"] == "application/json"
    endpoint.refresh_from_db()
    assert (endpoint.position, endpoint.failing_since) == (1, None)


def test_a_signature_is_one_that_standard_webhooks_checks(agency, there, endpoint, tell):
    arrived_lead(agency, name="Zoë Byrne")
    tell()

    [received] = there.received
    said = Webhook(endpoint.shown_secret).verify(received.body, received.headers)

    assert said == received.json
    with pytest.raises(Exception, match="signature"):
        Webhook(endpoint.shown_secret).verify(received.body + b" ", received.headers)


def test_for_a_day_after_a_roll_both_secrets_are_good_and_then_the_new_one_alone(
    agency, there, endpoint, tell
):
    new = roll_secret(endpoint, by=SYSTEM)
    arrived_lead(agency)
    tell()
    Endpoint.objects.update(former_until=endpoint.created_at)
    arrived_lead(agency)
    tell()

    both, one = there.received
    for secret in (endpoint.shown_secret, new):
        Webhook(secret).verify(both.body, both.headers)
    Webhook(new).verify(one.body, one.headers)
    with pytest.raises(Exception, match="signature"):
        Webhook(endpoint.shown_secret).verify(one.body, one.headers)


def test_nothing_from_before_it_was_set_up_is_told(agency, there, tell):
    arrived_lead(agency)
    make_endpoint(agency, there.url)

    assert tell() == 0
    assert there.received == []


def test_what_is_told_is_written_in_the_log(agency, there, endpoint, tell):
    there.answers_with(200, b"thank you")
    arrived_lead(agency)
    tell()

    [delivery] = Delivery.objects.all()
    assert (delivery.type, delivery.position, delivery.number) == ("lead.created", 1, 1)
    assert (delivery.status, delivery.answer, delivery.fault) == (200, "thank you", None)
    assert delivery.succeeded


def test_types_and_leads_are_told_as_they_were_asked_for(agency, there, tell):
    make_endpoint(agency, there.url, types=["lead.status_changed"], include="none")
    lead = arrived_lead(agency)
    move_lead(lead, "contacted", by=SYSTEM)
    tell()

    [event] = there.events
    assert event["type"] == "lead.status_changed"
    assert "lead" not in event
    assert Endpoint.objects.get().position == 2


def test_another_agencys_changes_are_told_to_nobody_else(agency, other_agency, there, tell):
    make_endpoint(agency, there.url)
    arrived_lead(other_agency)

    assert tell() == 0


@pytest.mark.parametrize("why", ["starter", "closed", "off"])
def test_who_may_not_be_told_is_told_later_what_was_missed(agency, there, endpoint, tell, why):
    if why == "starter":
        account.change_plan(agency, Plan.STARTER)
    elif why == "closed":
        account.close(agency, by=SYSTEM)
    else:
        Endpoint.objects.update(enabled=False)
    arrived_lead(agency)
    assert tell() == 0

    if why == "starter":
        account.change_plan(agency, Plan.GROWTH)
    elif why == "closed":
        account.reopen(agency, by=SYSTEM)
    else:
        Endpoint.objects.update(enabled=True)
    tell()

    assert there.positions == [1]


def test_many_events_are_told_each_once_and_in_order_for_each_lead(agency, there, endpoint, tell):
    leads = [arrived_lead(agency) for _ in range(30)]
    for status in ("contacted", "qualified", "lost", "archived", "contacted"):
        for lead in leads:
            move_lead(lead, status, by=SYSTEM)
    tell()

    assert sorted(there.positions) == list(range(1, 181))
    for lead in leads:
        own = [event["position"] for event in there.events if event["lead_id"] == str(lead.id)]
        assert own == sorted(own)
    assert there.connections <= 17
    assert Endpoint.objects.get().position == 180
    assert Delivery.objects.count() == 180


def test_an_event_that_fails_waits_and_its_leads_next_ones_wait_behind_it(
    agency, there, endpoint, tell
):
    bad, good = arrived_lead(agency), arrived_lead(agency)
    there.answers = lambda got: Answer(500 if got.event["lead_id"] == str(bad.id) else 204)
    tell()
    for lead in (bad, good):
        move_lead(lead, "contacted", by=SYSTEM)
        move_lead(lead, "lost", by=SYSTEM)
    tell()

    told = [e["position"] for e in there.events if e["lead_id"] == str(good.id)]
    tried = [e["position"] for e in there.events if e["lead_id"] == str(bad.id)]
    assert (told, tried) == ([2, 5, 6], [1])
    assert Endpoint.objects.get().position == 6
    there.answers_with(204)
    there.received.clear()
    make_due(endpoint)
    tell()
    assert there.positions == [1, 3, 4]
    assert not Waiting.objects.exists()
    endpoint.refresh_from_db()
    assert (endpoint.next_try_at, endpoint.failures, endpoint.failing_since) == (None, 0, None)


def test_an_event_that_fails_in_the_midst_of_others_takes_those_behind_it_along(
    agency, there, endpoint, tell
):
    lead = arrived_lead(agency)
    for status in ("contacted", "qualified", "lost"):
        move_lead(lead, status, by=SYSTEM)
    there.answers = lambda got: Answer(503 if got.event["position"] == 2 else 200)
    tell()
    assert there.positions == [1, 2]

    there.answers_with(200)
    make_due(endpoint)
    tell()

    assert there.positions == [1, 2, 2, 3, 4]
    assert [d.number for d in Delivery.objects.filter(position=2).order_by("number")] == [1, 2]


def test_the_same_event_has_the_same_id_at_each_try_and_the_lead_as_it_is_by_then(
    agency, there, endpoint, tell
):
    there.answers_with(500)
    lead = arrived_lead(agency, status="new")
    tell()
    move_lead(lead, "contacted", by=SYSTEM)
    make_due(endpoint)
    tell()

    first, second = there.received
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.event["lead"]["status"] == "new"
    assert second.event["lead"]["status"] == "contacted"


def test_of_an_erased_lead_what_waits_tells_nothing_any_more(agency, admin, there, endpoint, tell):
    there.answers_with(500)
    lead = make_lead(agency, name="Zoë Byrne")
    move_lead(lead, "contacted", by=SYSTEM)
    tell()
    erase(lead, agency, by=Actor.for_person(admin))
    there.answers_with(200)
    make_due(endpoint)
    tell()

    _, told, tombstone = there.events
    assert (told["type"], told["lead"], told["lead_id"]) == ("lead.status_changed", None, None)
    assert (tombstone["type"], tombstone["lead_id"]) == ("lead.erased", str(lead.id))
