"""An endpoint that fails: what is waited for, when it is switched off, and that nothing is lost."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from organisations.actors import SYSTEM
from organisations.models import AuditEntry
from tests.factories import arrived_lead, make_endpoint, make_user, move_lead
from tests.webhooks.conftest import make_due
from tests.webhooks.receivers import Answer
from webhooks import waits
from webhooks.models import Delivery, Endpoint, Waiting
from webhooks.models.endpoint import DOWN_AFTER
from webhooks.setting_up import change

pytestmark = pytest.mark.django_db

SCHEDULE = [5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400]  # seconds


@pytest.fixture
def endpoint(agency, there) -> Endpoint:
    return make_endpoint(agency, there.url)


def seconds_to_wait() -> float:
    return (Waiting.objects.get().due_at - timezone.now()).total_seconds()


def longer_ago(endpoint: Endpoint, time: timedelta) -> None:
    """It has failed for that time."""
    Endpoint.objects.filter(pk=endpoint.pk).update(failing_since=timezone.now() - time)


def fails_for_a_whole(time: timedelta, agency, there, endpoint, tell) -> None:
    there.answers_with(500)
    if not Waiting.objects.exists():
        arrived_lead(agency)
    tell()
    longer_ago(endpoint, time)
    make_due(endpoint)
    tell()


def test_each_failure_is_waited_after_for_longer(agency, there, endpoint, tell):
    there.answers_with(500)
    arrived_lead(agency)
    for seconds in SCHEDULE:
        tell()
        assert 0.8 * seconds - 2 < seconds_to_wait() <= 1.2 * seconds
        make_due(endpoint)
    tell()

    assert 0.8 * 86_400 - 2 < seconds_to_wait() <= 1.2 * 86_400  # and so on, while nothing is told
    assert Delivery.objects.count() == len(SCHEDULE) + 1
    assert tell() == 0


def test_waits_differ_from_one_another():
    waited = {waits.after_try(3) for _ in range(100)}

    assert len(waited) > 50
    assert min(waited) >= timedelta(minutes=24)
    assert max(waited) <= timedelta(minutes=36)


@pytest.mark.parametrize("status", [429, 503])
def test_a_receiver_that_asks_for_time_is_left_alone_for_it(agency, there, endpoint, tell, status):
    there.answers_with(status, Retry_After="120")
    arrived_lead(agency)
    tell()
    arrived_lead(agency)

    assert tell() == 0  # not even of another lead
    assert 115 < seconds_to_wait() <= 120
    assert len(there.received) == 1
    there.answers_with(204)
    make_due(endpoint)
    tell()
    assert there.positions[0] == 1
    assert sorted(there.positions[1:]) == [1, 2]  # of two leads, each of which goes its own way


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("7", 7),
        (" 7 ", 7),
        ("Mon, 01 Jun 2026 09:31:00 GMT", 60),
        ("Mon, 01 Jun 2020 09:31:00 GMT", 0),
        ("999999999999", 86_400),
        ("soon", None),
        ("-5", None),
        ("", None),
        (None, None),
        ("Mon, 01 Jun 99999999999999999999 09:31:00 GMT", None),
        ("Mon, 01 Jun 2026 09:31:00 +99999999999999999999", None),
    ],
)
def test_how_long_a_retry_after_asks_for(said, seconds):
    now = datetime(2026, 6, 1, 9, 30, tzinfo=UTC)

    asked = waits.asked_for(said, now)

    assert asked == (None if seconds is None else timedelta(seconds=seconds))


def test_an_event_that_fails_though_others_are_told_is_given_up_after_the_last_try(
    agency, there, endpoint, tell
):
    bad = arrived_lead(agency)
    there.answers = lambda got: Answer(400 if got.event["lead_id"] == str(bad.id) else 204)
    tell()
    Waiting.objects.update(tries=len(SCHEDULE))
    move_lead(bad, "contacted", by=SYSTEM)
    arrived_lead(agency)
    tell()
    there.answers = lambda got: Answer(400 if got.event["position"] == 1 else 204)
    make_due(endpoint)
    tell()

    [given_up] = Waiting.objects.all()
    assert (given_up.position, given_up.due_at) == (1, None)
    assert there.positions[-2:] == [1, 2]  # the next of its lead goes on
    assert tell() == 0


def test_410_switches_it_off_and_admins_hear_of_it(agency, admin, there, endpoint, tell, letters):
    there.answers_with(410)
    arrived_lead(agency)
    tell()

    endpoint.refresh_from_db()
    assert (endpoint.enabled, endpoint.off_because) == (False, "gone")
    letter = letters()[-1]
    assert letter.to == [admin.email]
    assert letter.subject == "The webhook at “127.0.0.1:" + there.url[17:22] + "” is switched off"
    assert f"/settings/webhooks/{endpoint.pk}/" in letter.body
    assert AuditEntry.objects.latest("created_at").details == {"enabled": False, "why": "gone"}
    arrived_lead(agency)
    assert tell() == 0


def test_after_a_day_of_nothing_but_failures_admins_are_warned_once(
    agency, admin, there, endpoint, tell, letters
):
    make_user(agency, role="agent")
    before = len(letters())
    fails_for_a_whole(timedelta(hours=23), agency, there, endpoint, tell)
    assert len(letters()) == before

    for hours in (25, 49):
        fails_for_a_whole(timedelta(hours=hours), agency, there, endpoint, tell)

    [warning] = letters()[before:]
    assert (warning.to, "has failed for a day" in warning.subject) == ([admin.email], True)
    assert Endpoint.objects.get().enabled


def test_after_five_days_of_nothing_but_failures_it_is_switched_off(
    agency, admin, there, endpoint, tell, letters
):
    before = len(letters())
    fails_for_a_whole(timedelta(days=5, minutes=1), agency, there, endpoint, tell)

    endpoint.refresh_from_db()
    assert (endpoint.enabled, endpoint.off_because) == (False, "failures")
    [letter] = letters()[before:]
    assert "is switched off" in letter.subject
    assert "for five days it did nothing but fail" in letter.body


def test_one_success_and_the_days_begin_anew(agency, there, endpoint, tell):
    fails_for_a_whole(timedelta(days=4), agency, there, endpoint, tell)
    there.answers_with(204)
    make_due(endpoint)
    tell()
    there.answers_with(500)
    arrived_lead(agency)
    tell()

    endpoint.refresh_from_db()
    assert endpoint.enabled
    assert endpoint.warned_at is None
    assert timezone.now() - endpoint.failing_since < timedelta(minutes=1)


def test_switched_on_again_it_is_told_all_that_it_missed(agency, there, endpoint, tell):
    lead, other = arrived_lead(agency), arrived_lead(agency)
    there.answers_with(410)
    tell()
    move_lead(lead, "contacted", by=SYSTEM)
    arrived_lead(agency)
    there.answers_with(204)
    there.received.clear()

    change(endpoint, {"enabled": True}, by=SYSTEM)
    tell()

    assert sorted(there.positions) == [1, 2, 3, 4]
    assert there.positions.index(1) < there.positions.index(3)
    assert other.id
    assert Endpoint.objects.get().off_because is None


def test_one_that_is_back_after_it_was_down_is_told_at_once_what_waits(
    agency, there, endpoint, tell
):
    there.answers_with(500)
    for _ in range(DOWN_AFTER):
        arrived_lead(agency)
    tell()
    Waiting.objects.update(tries=5, due_at=timezone.now() + timedelta(hours=5))
    assert Endpoint.objects.get().is_down
    there.answers_with(204)
    there.received.clear()
    arrived_lead(agency)
    tell()

    assert sorted(there.positions) == list(range(1, DOWN_AFTER + 2))
    assert not Waiting.objects.exists()


def test_what_a_secret_cannot_be_read_for_waits_until_it_can(agency, there, endpoint, tell):
    arrived_lead(agency)
    whole = endpoint.encrypted_secret
    Endpoint.objects.update(encrypted_secret=whole[:-8] + "AAAAAAA=")

    assert tell() == 1
    assert there.received == []
    assert tell() == 0  # for a while
    Endpoint.objects.update(encrypted_secret=whole, rests_until=None)
    tell()
    assert there.positions == [1]
