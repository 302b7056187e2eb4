"""A database's clock that was ahead and is set right: what was dated ahead keeps nobody waiting.

Rows stand as they would after such a step of an hour; the clock itself is left alone.
"""

from datetime import timedelta

import pytest
from django.db.models.functions import Now
from django.utils import timezone

from conversations import rescoring
from conversations.csv_import import running
from conversations.models import CsvImport
from foundation.database.leases import LEASE
from foundation.ids import uuid7
from leads.models import Alert, ScoreWeights
from organisations.letters import sending
from organisations.models import AlertPosition, Letter
from sift_site.alerts import watching
from sift_site.models import Beat, Duty
from sift_site.working import duties
from tests.factories import make_endpoint, make_lead, make_organisation, make_user
from tests.waiting import wait_for
from tests.working.conftest import make_letter
from webhooks import delivering
from webhooks.models import Endpoint, Waiting

pytestmark = pytest.mark.django_db(transaction=True)

HOUR = timedelta(hours=1)
SOON = timedelta(seconds=21)  # a lease, and a moment for the test itself


def from_now(moment) -> timedelta:
    return moment - timezone.now()


# --- The worker -----------------------------------------------------------------------------------
def test_a_duty_waits_no_longer_than_from_one_time_to_the_next():
    duties.enrol()
    Duty.objects.update(due_at=Now() + HOUR, leased_until=Now() + HOUR)

    duties.draw_in()

    rows = {duty.name: duty for duty in Duty.objects.all()}
    assert from_now(rows["rescoring"].due_at) <= timedelta(0)
    assert from_now(rows["bank_holidays"].due_at) > SOON  # once a day: that is no wait of its
    assert all(from_now(duty.leased_until) <= SOON for duty in rows.values())


def test_a_letter_is_tried_once_a_lease_would_have_ended():
    make_letter()
    Letter.objects.update(due_at=Now() + HOUR)

    sending.draw_in()

    assert timedelta(0) < from_now(Letter.objects.get().due_at) <= SOON


def test_a_letter_that_failed_waits_as_long_as_it_does():
    make_letter()
    Letter.objects.update(due_at=Now() + sending.LONGEST_WAIT - timedelta(seconds=1))

    sending.draw_in()

    assert from_now(Letter.objects.get().due_at) > SOON


def test_an_endpoint_is_told_again_and_in_its_turn(agency):
    ahead = {name: timezone.now() + HOUR for name in ("leased_until", "turn_at", "failing_since")}
    endpoint = make_endpoint(agency)
    Endpoint.objects.update(**ahead, rests_until=Now() + HOUR, next_try_at=Now() + HOUR)
    waiting = {"organisation": agency, "endpoint": endpoint, "line": uuid7(), "event_id": uuid7()}
    Waiting.objects.create(**waiting, position=1, failed_at=Now() + HOUR, due_at=Now() + HOUR)

    delivering.draw_in()

    endpoint.refresh_from_db()
    assert from_now(endpoint.leased_until) <= SOON
    assert from_now(endpoint.turn_at) <= timedelta(0)
    assert endpoint.rests_until is None
    assert from_now(endpoint.next_try_at) <= timedelta(0)
    assert Waiting.objects.of(endpoint).due().exists()


def test_an_event_that_failed_before_the_step_waits_for_its_own_time(agency):
    endpoint = make_endpoint(agency)
    Endpoint.objects.update(next_try_at=Now() + HOUR)
    waiting = {"organisation": agency, "endpoint": endpoint, "line": uuid7(), "event_id": uuid7()}
    Waiting.objects.create(**waiting, position=1, failed_at=Now(), due_at=Now() + HOUR)

    delivering.draw_in()

    endpoint.refresh_from_db()
    assert from_now(endpoint.next_try_at) > SOON
    assert from_now(Waiting.objects.get().due_at) > SOON


def test_an_alert_waits_from_now_on_as_long_as_it_was_to(agency):
    lead = make_lead(agency)
    noted = timezone.now() + HOUR
    wait = timedelta(minutes=5)
    Alert.objects.create(
        organisation=agency, lead=lead, kind="untaken", noted_at=noted, due_at=noted + wait
    )
    AlertPosition.objects.create(organisation=agency, position=0, looked_at=Now() + HOUR)

    watching.draw_in()

    alert = Alert.objects.get()
    assert SOON < from_now(alert.due_at) <= wait
    assert from_now(AlertPosition.objects.get().looked_at) <= timedelta(0)


def test_weights_made_while_the_clock_was_ahead_are_worked_off(agency):
    ScoreWeights.objects.create(organisation=agency, points={}, made_at=Now() + HOUR)
    assert rescoring.rescore_due(timedelta(0)) == 0
    assert ScoreWeights.objects.to_rescore().exists()

    rescoring.draw_in()
    rescoring.rescore_due(timedelta(0))

    assert not ScoreWeights.objects.to_rescore().exists()


def test_a_csv_file_of_a_killed_worker_is_anothers_within_a_lease(agency):
    made = CsvImport.objects.create(
        organisation=agency,
        person=make_user(agency),
        name="leads.csv",
        encoding="utf-8",
        separator=",",
        heads=[],
        fields=[],
        leased_until=Now() + HOUR,
    )

    running.draw_in()

    made.refresh_from_db()
    assert from_now(made.leased_until) <= SOON


def test_a_worker_notices_by_its_own_last_sign_of_life():
    worker, gone = uuid7(), Beat.objects.create(heard_at=Now() + HOUR)
    assert not Beat.objects.leave(worker)  # the first: nobody knows
    assert Beat.objects.leave(worker)

    Beat.objects.filter(pk=worker).update(heard_at=Now() + HOUR)
    assert not Beat.objects.leave(worker)
    assert Beat.objects.leave(worker)

    Beat.objects.draw_in()
    gone.refresh_from_db()
    assert from_now(gone.heard_at) <= timedelta(0)


def test_a_worker_that_runs_while_the_clock_is_set_back_goes_on_with_all_that_is_due(
    working, monkeypatch
):
    monkeypatch.setattr("sift_site.working.worker.BEATS_EVERY", 0.5)
    make_letter(make_organisation())
    Letter.objects.update(due_at=Now() + sending.LONGEST_WAIT)  # one that is sent stays as it is
    with working():
        wait_for(lambda: Beat.objects.lately().exists())
        Letter.objects.update(due_at=Now() + HOUR)
        Duty.objects.filter(name="rescoring").update(due_at=Now() + HOUR)
        Beat.objects.update(heard_at=Now() + HOUR)

        wait_for(lambda: from_now(Letter.objects.get().due_at) <= LEASE)
        wait_for(lambda: from_now(Duty.objects.get(name="rescoring").due_at) < SOON)
